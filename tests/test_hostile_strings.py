"""Strings that have brought servers down, as the value of every parameter there is.

Each is refused with a problem or answered; none is a fault. One noun is asked all of them,
the others, whose parameters are made alike, in turns.
"""

from itertools import cycle, islice
from urllib.parse import quote

import pytest

from config.urls import NOUNS
from reports.api import AccountabilityView
from tests.api_rows import ROWS
from tests.factories import UserFactory

STRINGS = {
    "NUL": b"a\x00b",
    "half a pair as bytes": b"\xed\xa0\x80",
    "bytes that are no UTF-8": b"\xff\xfe",
    "a character cut off": b"\xd9",
    "a quote": b"'",
    "two quotes": b"\"'\"'",
    "a statement": b"'; DROP TABLE incidents_incident; --",
    "a placeholder": b"%s %(x)s %d %",
    "braces": b"{0.__class__} {{7*7}} ${7*7}",
    "a pattern without end": b"(((((((((a+)+)+)+)+)+)+)+)+)$",
    "signs of LIKE": b"%_\\",
    "a backslash at the end": b"\\",
    "a number beyond a column": b"9223372036854775808",
    "a number of 1,500 digits": b"9" * 1500,
    "a negative number": b"-1",
    "not a number": b"NaN",
    "beyond numbers": b"1e999999",
    "digits of another script": "٢٠٢١-٠٢-٣١".encode(),
    "a day before time": b"0000-00-00",
    "the last moment": b"9999-12-31T23:59:59.999999-14:00",
    "commas": b",,,,",
    "fifty-one values": b",".join([b"a"] * 51),
    "an address outwards": b"http://169.254.169.254/\r\nX: y",
    "a path upwards": b"../../../../etc/passwd",
    "a script": b"<script>alert(1)</script>",
    "right to left": "\u202e\u2066\u200f".encode(),
    "marks without a letter": ("\u0651" * 200).encode(),
    "a list in a string": b'["a", {"b": null}]',
}
BESIDES = {
    "reports/accountability": [*AccountabilityView.asks, "q", "near", "bbox", "group"],
    "schema": ["format", "lang", "version"],
    "vocabularies": ["format"],
    "docs": ["lang", "script", "version"],
}


def parameters_of(noun):
    """All that the list of a noun knows, and one that it does not."""
    if noun in BESIDES:
        return [*BESIDES[noun], "unknown"]
    view = NOUNS[noun]
    asked = [*view.filterset_class.base_filters, "cursor", "page_size", "ordering", "format"]
    return [*asked, *getattr(view, "asks", []), "unknown"]


@pytest.fixture
def reader(client):
    client.raise_request_exception = False
    client.force_login(UserFactory())
    return client


def check(answer, asked):
    assert answer.status_code < 500, asked
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json", asked
        answer.content.decode("utf-8")


def test_there_are_twenty_eight():
    assert len(STRINGS) == 28


@pytest.mark.parametrize("name", STRINGS)
def test_one_noun_is_asked_every_string_in_every_parameter(reader, name):
    ROWS["incidents"]()
    for parameter in parameters_of("incidents"):
        asked = f"/api/v1/incidents/?{parameter}={quote(STRINGS[name])}"
        check(reader.get(asked), asked)


@pytest.mark.parametrize("noun", [*(noun for noun in NOUNS if noun != "incidents"), *BESIDES])
def test_the_others_are_asked_in_turns(reader, noun):
    """Every parameter two strings, and every noun each string at least once."""
    parameters = parameters_of(noun)
    turns = max(2 * len(parameters), len(STRINGS))
    pairs = zip(cycle(parameters), islice(cycle(STRINGS.values()), turns), strict=False)
    for parameter, string in pairs:
        asked = f"/api/v1/{noun}/?{parameter}={quote(string)}"
        check(reader.get(asked), asked)


@pytest.mark.parametrize("name", STRINGS)
def test_strings_in_place_of_a_reference_and_of_a_parameters_name(reader, name):
    string = quote(STRINGS[name], safe="")
    for asked in (
        f"/api/v1/incidents/{string}/",
        f"/api/v1/{string}/",
        f"/api/v1/vocabularies/{string}/",
        f"/api/v1/incidents/?{string}=1",
        f"/api/v1/incidents/?{string}",
    ):
        check(reader.get(asked), asked)


@pytest.mark.parametrize("name", STRINGS)
def test_strings_in_headers(reader, name):
    string = STRINGS[name].decode("latin-1").replace("\r\n", " ")
    for header in ("accept", "accept-language", "if-none-match", "content-type"):
        for address in ("/api/v1/groups/", "/api/v1/vocabularies/stance/"):
            answer = reader.get(address, headers={header: string})
            check(answer, (address, header))
