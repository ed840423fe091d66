"""Every word the API uses from a list, with its labels and what it means."""

import re

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.utils.module_loading import import_string

from config.vocabularies import CLASSES, NAMES, vocabulary
from records.codebook import WORDS_PAGE
from tests.factories import UserFactory

ADDRESS = "/api/v1/vocabularies/"
ARABIC = re.compile("[\u0621-\u064a]")
IN_LATIN_LETTERS = {"marking"}  # TLP is never translated


@pytest.fixture
def reader(client):
    client.force_login(UserFactory())
    return client


def test_every_list_is_found_from_the_index(reader):
    listed = reader.get(ADDRESS).json()["results"]

    assert [each["name"] for each in listed] == list(NAMES)
    for each in listed:
        assert reader.get(each["address"]).json()["name"] == each["name"]


@pytest.mark.parametrize("name", NAMES)
def test_every_word_has_two_labels_and_a_definition(reader, name):
    found = reader.get(f"{ADDRESS}{name}/").json()

    assert [each["value"] for each in found["values"]] == import_string(CLASSES[NAMES[name]]).values
    for each in found["values"]:
        assert each["labels"]["en"]
        assert ARABIC.search(each["labels"]["ar"]) or name in IN_LATIN_LETTERS, each
        assert each["definition"]
        assert "](" not in each["definition"]


def test_a_word_means_the_same_in_every_language(reader):
    english = reader.get(f"{ADDRESS}rung/", headers={"accept-language": "en"})
    arabic = reader.get(f"{ADDRESS}rung/", headers={"accept-language": "ar"})

    assert english.content == arabic.content
    standing = english.json()["values"][-1]
    assert standing["labels"]["en"] == "Led to a conviction that stands"
    assert standing["definition"] == "such a conviction stands on that day"


def test_the_page_defines_no_word_that_is_none():
    text = (settings.BASE_DIR / "docs" / WORDS_PAGE).read_text()
    defined = set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))
    known = {each["value"] for name in CLASSES for each in vocabulary(name)["values"]}

    assert defined - known == set()
    assert len(re.findall("^## ", text, re.MULTILINE)) == len(CLASSES) - 6  # defined elsewhere


def test_every_choice_in_the_schema_is_a_vocabulary(tmp_path):
    call_command("spectacular", file=str(tmp_path / "schema"))
    components = yaml.safe_load((tmp_path / "schema").read_text())["components"]["schemas"]
    choices = {name for name, component in components.items() if "enum" in component}

    assert choices - {"PointPrecision", "MarkingGiven", "BlankEnum"} <= set(CLASSES)


def test_whoever_has_a_list_is_told_that_it_is_the_same(reader):
    etag = reader.get(f"{ADDRESS}stance/").headers["ETag"]

    again = reader.get(f"{ADDRESS}stance/", headers={"if-none-match": etag})
    other = reader.get(f"{ADDRESS}weapon/", headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


def test_there_is_no_other_list(reader):
    assert reader.get(f"{ADDRESS}colour/").status_code == 404
    assert reader.get(ADDRESS, {"q": "x"}).status_code == 400


def test_a_stranger_reads_none(client):
    assert client.get(ADDRESS).status_code == 401
    assert client.get(f"{ADDRESS}stance/").status_code == 401
