"""The schema partners build on: valid, committed, and true of what is answered."""

from io import StringIO

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS
from jsonschema import Draft202012Validator, FormatChecker

from tests.api_rows import ROWS
from tests.factories import UserFactory

COMMITTED = settings.BASE_DIR / "openapi.yaml"
FORMATS = FormatChecker(["date"])
FORMATS.checks("uri")(lambda text: text is None or "://" in text)  # the empty text is none
RENEW = ".venv/bin/python manage.py spectacular --file openapi.yaml"


@pytest.fixture(scope="module")
def schema():
    return yaml.safe_load(COMMITTED.read_text())


@pytest.fixture(scope="module")
def strict(schema):
    """The schema, but refusing an object with a field it does not list."""
    for component in schema["components"]["schemas"].values():
        if "properties" in component:
            component["additionalProperties"] = False
    return schema


def test_the_committed_schema_is_the_one_generated():
    generated = StringIO()

    call_command("spectacular", validate=True, stdout=generated)

    assert not GENERATOR_STATS
    assert generated.getvalue().strip() == COMMITTED.read_text().strip(), f"To renew it: {RENEW}"


@pytest.mark.parametrize("noun", ROWS)
@pytest.mark.parametrize("path", ["/api/v1/{noun}/", "/api/v1/{noun}/{{reference}}/"])
def test_an_answer_is_what_the_schema_says(client, strict, noun, path):
    client.force_login(UserFactory())
    row = ROWS[noun]()
    path = path.format(noun=noun)
    promised = strict["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]

    answer = client.get(path.format(reference=row.reference)).json()

    Draft202012Validator(
        {**promised["schema"], "components": strict["components"]}, format_checker=FORMATS
    ).validate(answer)


def test_operations_are_told_apart_by_noun(schema):
    for path, operations in schema["paths"].items():
        noun = path.split("/")[3]
        if noun in ROWS:
            assert operations["get"]["tags"] == [noun]
            assert operations["get"]["description"]


def test_choices_are_named_after_the_words_they_are_of(schema):
    """`KindE02Enum` would be a name that changes when another choice is added."""
    invented = {name for name in schema["components"]["schemas"] if name.endswith("Enum")}

    assert invented == {"BlankEnum"}


def test_the_docs_page_sends_a_stranger_to_the_sign_in(client):
    answer = client.get("/api/v1/docs/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("script", [{}, {"script": ""}])
def test_the_docs_page_obeys_the_content_security_policy(client, script):
    client.force_login(UserFactory())

    answer = client.get("/api/v1/docs/", script)
    page = answer.content.decode()
    policy = {rule.strip() for rule in answer["Content-Security-Policy"].split(";")}
    assert {"script-src 'self'", "style-src 'self'"} <= policy
    assert answer.status_code == 200
    assert "<style" not in page
    assert "<script>" not in page
    assert "https://" not in page
    assert not script or '"validatorUrl": null' in page
