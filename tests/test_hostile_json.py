"""Bodies that have brought servers down, sent to a view of the API that takes whatever it gets."""

import json

import pytest
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from config import urls
from config.limits import LARGEST_BODY
from config.parsers import DEEPEST
from tests.factories import UserFactory


class Echo(APIView):
    """Answers with what it read."""

    def post(self, request):
        return Response(request.data)


handler500 = urls.handler500
urlpatterns = [path("api/echo/", Echo.as_view())]

ENOUGH = b"[" * (DEEPEST + 1)
REFUSED = {
    "a tower of brackets": b"[" * 100_000,
    "a tower of objects": b'{"a":' * 100_000,
    "a tower that is closed": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "one bracket too deep": b'{"a":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}",
    "a tower after a text with brackets": b'{"]]]]": ' + ENOUGH,
    "a tower behind an escaped quote": b'{"\\"": ' + ENOUGH,
    "nothing": b" ",
    "half an object": b'{"a": 1',
    "two objects": b'{"a": 1} {"b": 2}',
    "a comment": b'{"a": 1 /* one */}',
    "a comma too many": b'{"a": 1,}',
    "single quotes": b"{'a': 1}",
    "a key that is no text": b"{1: 1}",
    "a list": b"[1]",
    "a text": b'"a"',
    "a number": b"1",
    "null": b"null",
    "true": b"true",
    "an empty list": b"[]",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": Infinity}',
    "minus Infinity": b'{"a": [-Infinity]}',
    "a power beyond all numbers": b'{"a": 1e999999}',
    "its negative": b'{"a": -1e999999}',
    "a number beyond a column": b'{"a": 9223372036854775808}',
    "its negative twin": b'{"a": -9223372036854775808000}',
    "a number of 10,000 digits": b'{"a": ' + b"9" * 10_000 + b"}",
    "a fraction of 10,000 digits": b'{"a": 0.' + b"1" * 10_000 + b"}",
    "a number with a plus": b'{"a": +1}',
    "a number with zeroes before it": b'{"a": 007}',
    "a hexadecimal number": b'{"a": 0x1F}',
    "a key twice": b'{"a": 1, "a": 2}',
    "a key twice, further in": b'{"a": [{"b": 1, "b": 1}]}',
    "a key twice, once escaped": b'{"a": 1, "\\u0061": 2}',
    "half a pair, high": b'{"a": "\\ud800"}',
    "half a pair, low": b'{"a": "\\udc00"}',
    "half a pair as a key": b'{"\\ud800": 1}',
    "half a pair as a key twice": b'{"\\ud800": 1, "\\ud800": 1}',
    "a pair the wrong way round": b'{"a": ["\\udc00\\ud800"]}',
    "half a pair as bytes": b'{"a": "\xed\xa0\x80"}',
    "NUL": b'{"a": "\x00"}',
    "NUL, escaped": b'{"a": "\\u0000"}',
    "NUL, escaped, as a key": b'{"\\u0000": 1}',
    "a line break in a text": b'{"a": "\n"}',
    "a text without an end": b'{"a": "',
    "backslashes without an end": b'{"a": "' + b"\\" * 100_001,
    "an unknown escape": b'{"a": "\\x41"}',
    "half an escape": b'{"a": "\\u12"}',
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-16 without a mark": '{"a": 1}'.encode("utf-16-le"),
    "UTF-32": '{"a": 1}'.encode("utf-32"),
    "Latin-1": '{"a": "é"}'.encode("latin-1"),
    "a byte too few": '{"a": "é"}'.encode()[:-3],
    "an overlong slash": b'{"a": "\xc0\xaf"}',
    "gzip": b"\x1f\x8b\x08\x00",
    "XML": b'<?xml version="1.0"?><a/>',
    "a form": b"a=1&b=2",
}


@pytest.fixture
def send(client, settings):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    client.force_login(UserFactory())

    def send(body, content_type="application/json", **headers):
        return client.post("/api/echo/", body, content_type=content_type, headers=headers)

    return send


def problem_of(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content.decode("utf-8"))
    assert problem["status"] == answer.status_code
    return problem


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_hostile_body_is_refused_with_a_sentence(send, body):
    answer = send(body)

    assert answer.status_code == 400
    assert problem_of(answer)["detail"].endswith((".", "”."))


def test_a_body_too_large_is_refused_unread(send):
    answer = send(b'{"a": "' + b"x" * LARGEST_BODY + b'"}')

    assert answer.status_code == 413
    assert str(LARGEST_BODY) in problem_of(answer)["detail"]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/xml",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "json",
    ],
)
def test_another_media_type_is_refused(send, content_type):
    answer = send(b'{"a": 1}', content_type)

    assert answer.status_code == 415
    problem_of(answer)


def test_a_packed_body_is_refused(send):
    assert send(b'{"a": 1}', content_encoding="gzip").status_code == 415


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": [1.5, -0.25, 1e3, true, false, null], "c": {}}',
        '{"name": "كتائب حزب الله", "smile": "\\ud83d\\ude00", "brackets": "[[[[{{{{"}',
        '{"a": ' + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1) + "}",
        '{"a": 9223372036854775807, "quote": "\\"", "backslash": "\\\\"}',
        "{}",
    ],
)
def test_what_is_sound_is_taken_as_it_is(send, text):
    answer = send(text)

    assert answer.status_code == 200
    assert answer.json() == json.loads(text)
