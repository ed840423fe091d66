"""Every answer of the API has an ETag, and an address without its slash loses nothing."""

import pytest
from django.test import Client

from records.rights import PROPOSE, READ
from tests.factories import UserFactory
from tests.problems import refused
from tests.proposers import World, by_key, smallest
from tests.released import make_releases

BESIDE_NOUNS = [
    "",
    "changes/",
    "exports/",
    "exports/CLEAR-1/",
    "exports/CLEAR-1/incidents.csv",
    "proposals/",
    "reports/accountability/",
    "reports/arrests/",
    "reports/reach/",
    "reports/time/",
    "schema/",
    "stix/",
    "vocabularies/",
    "vocabularies/weapon/",
]


@pytest.fixture
def ask(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    make_releases()
    client = Client()
    client.force_login(UserFactory(rights=[READ, PROPOSE]))
    return lambda path, **headers: client.get(f"/api/v1/{path}", headers=headers)


@pytest.mark.parametrize("path", BESIDE_NOUNS)
def test_who_has_an_answer_gets_304(ask, path):
    etag = ask(path)["ETag"]

    assert etag.startswith('"')
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = ask(path, if_none_match=known)
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag), known
    assert ask(path, if_none_match='"other"').status_code == 200


@pytest.mark.parametrize("path", ["changes/", "incidents/", "reports/reach/"])
def test_304_says_how_much_is_left_to_a_key(path):
    client = by_key()
    etag = client.get(f"/api/v1/{path}")["ETag"]

    answer = client.get(f"/api/v1/{path}", headers={"if-none-match": etag})

    assert answer.status_code == 304
    assert {"RateLimit", "RateLimit-Policy"} <= set(answer.headers)


def test_a_condition_that_fails_is_told_as_a_problem(ask):
    answer = ask("incidents/", if_match='"other"')

    assert answer.status_code == 412
    assert answer["Content-Type"] == "application/problem+json"


def test_what_is_sent_to_an_address_without_its_slash_is_sent_on_whole():
    client, body = by_key(), smallest(World())
    answer = client.post("/api/v1/incidents", body, content_type="application/json")

    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/incidents/")
    sent_on = client.post("/api/v1/incidents", body, content_type="application/json", follow=True)
    assert sent_on.status_code == 201


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("stix/", "application/stix+json;version=2.1"),
        ("stix/", "application/stix+json"),
        ("stix/", "application/json"),
        ("exports/CLEAR-1/incidents.csv", "text/csv"),
        ("exports/CLEAR-1/incidents.csv", "application/octet-stream"),
        ("exports/CLEAR-1/README.md", "text/markdown"),
    ],
)
def test_what_an_answer_is_can_be_asked_for(ask, path, media_type):
    assert ask(path, accept=media_type).status_code == 200
    assert ask("stix/?format=stix").status_code == 200


def test_options_names_methods_and_nothing_else():
    answer = by_key().options("/api/v1/incidents/")

    assert answer.json() == {"methods": ["GET", "POST", "HEAD", "OPTIONS"]}


def test_a_body_in_pieces_is_not_taken_for_an_empty_one():
    answer = by_key().post(
        "/api/v1/incidents/",
        content_type="application/json",
        headers={"transfer-encoding": "chunked"},
        CONTENT_LENGTH="",
    )

    assert answer.status_code == 411
    assert "Content-Length" in answer.json()["detail"]


def test_a_header_that_is_wrong_is_named_as_one():
    answer = by_key().post(
        "/api/v1/incidents/",
        smallest(World()),
        content_type="application/json",
        headers={"idempotency-key": "two words"},
    )

    assert answer.status_code == 400
    assert [error["header"] for error in answer.json()["errors"]] == ["Idempotency-Key"]


@pytest.mark.parametrize("day", ["2021-2-3", "20210203", "2021-02-30", "٢٠٢١-٠٢-٠٣"])
def test_a_day_has_one_form_wherever_it_is_given(ask, day):
    for path in ("incidents/?as_of=", "incidents/?since=", "reports/accountability/?as_of="):
        assert path.split("?")[1][:-1] in refused(ask(f"{path}{day}"))
    answer = by_key().post(
        "/api/v1/incidents/",
        smallest(World(), occurred={"from": day}),
        content_type="application/json",
    )
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/occurred/from"]
