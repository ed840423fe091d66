"""Every error of the API is a problem document (RFC 9457) that says what to do."""

import json

import psycopg
import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError, connection
from django.urls import include, path
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView

from config import urls
from config.limits import LARGEST_BODY, LONGEST_QUERY, MOST_PARAMETERS
from config.problems import TITLES
from incidents.models import Incident
from records.viewer import Patience
from tests.factories import IncidentFactory, OrganisationFactory, UserFactory

SECRET = "the text of an exception"


class Failing(APIView):
    """Fails as `failures` says."""

    failures = []

    def get(self, request):
        for fail in self.failures:
            fail()
        return Response({})

    post = get


handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
urlpatterns = [path("api/failing/", Failing.as_view()), path("", include(urls))]


def raising(error):
    def fail():
        raise error

    return fail


def from_postgresql(error):
    """As Django passes on what psycopg raised."""
    passed_on = OperationalError(SECRET)
    passed_on.__cause__ = error
    return raising(passed_on)


def execute(sql):
    def fail():
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return fail


def away(*_arguments, **_options):
    raise OperationalError(SECRET) from psycopg.OperationalError(SECRET)


@pytest.fixture
def reader(client):
    client.raise_request_exception = False
    client.force_login(UserFactory())
    return client


@pytest.fixture
def failing(reader, settings, monkeypatch):
    """Returns the answer of a view that fails like this."""
    settings.ROOT_URLCONF = __name__

    def answer(fail, method="get"):
        monkeypatch.setattr(Failing, "failures", [fail])
        return getattr(reader, method)("/api/failing/")

    return answer


def problem_of(answer, status):
    """The problem, which says nothing but what it must."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert {"type", "title", "status", "detail", "instance"} <= set(problem)
    assert problem["type"] == f"urn:musaala:problem:{TITLES[status][0]}"
    assert problem["status"] == status
    assert problem["detail"]
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    return problem


# Where nothing of the API is reached


@pytest.mark.parametrize("address", ["/api/", "/api/v1/nowhere/", "/api/v2/incidents/", "/api/é"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_with_nothing_there(reader, address, method):
    problem_of(getattr(reader, method)(address), 404)


def test_a_stranger_is_told_in_the_same_way(client):
    problem_of(client.get("/api/v1/incidents/"), 401)


def test_a_hidden_record_is_answered_like_an_absent_one(reader):
    theirs = IncidentFactory(
        marking="TLP:AMBER+STRICT", owner=OrganisationFactory(slug="partner", name="A partner")
    )
    address = f"/api/v1/incidents/{theirs.reference}/"

    hidden = reader.get(address)
    type(theirs).objects.filter(pk=theirs.pk).update(reference="0000-0000-0000")
    absent = reader.get(address)

    problem_of(hidden, 404)
    assert hidden.content == absent.content
    assert dict(hidden.headers) == dict(absent.headers)


def test_a_wrong_host(reader):
    problem_of(reader.get("/api/v1/incidents/", headers={"host": "elsewhere.example"}), 400)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_a_method_an_address_does_not_take(reader, method):
    answer = getattr(reader, method)("/api/v1/groups/")

    problem_of(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_media_type_there_is_not(reader):
    problem_of(reader.get("/api/v1/incidents/", headers={"accept": "text/html"}), 406)


def test_a_long_query(reader):
    problem_of(reader.get("/api/v1/incidents/?q=" + "x" * LONGEST_QUERY), 414)


def test_many_parameters(reader):
    within = "&".join(["kind=ambush"] * MOST_PARAMETERS)

    named = problem_of(reader.get(f"/api/v1/incidents/?{within}"), 400)
    refused = problem_of(reader.get(f"/api/v1/incidents/?{within}&kind=arson"), 400)

    assert named["errors"] == [{"parameter": "kind", "detail": "Give this parameter once."}]
    assert str(MOST_PARAMETERS) in refused["detail"]


def test_a_body_announced_too_large(reader):
    answer = reader.generic("POST", "/api/v1/incidents/", CONTENT_LENGTH=str(LARGEST_BODY + 1))

    problem_of(answer, 413)


@pytest.mark.parametrize("length", ["-1", "many", "9" * 5000])
def test_a_length_that_is_none(reader, length):
    answer = reader.generic("POST", "/api/v1/incidents/", CONTENT_LENGTH=length)

    problem_of(answer, 413)


# What views raise


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (exceptions.ValidationError({"kind": ["No."]}), 400),
        (exceptions.ParseError("No."), 400),
        (SuspiciousOperation(SECRET), 400),
        (exceptions.AuthenticationFailed("No."), 401),
        (exceptions.PermissionDenied("No."), 403),
        (PermissionDenied(SECRET), 403),
        (exceptions.NotFound(SECRET), 404),
        (exceptions.UnsupportedMediaType("text/plain"), 415),
        (exceptions.Throttled(7.2), 429),
        (ZeroDivisionError(SECRET), 500),
        (RecursionError(SECRET), 500),
        (UnicodeEncodeError("utf-8", SECRET, 0, 1, SECRET), 500),
    ],
)
def test_an_exception_has_its_status(failing, error, status):
    problem_of(failing(raising(error)), status)


@pytest.mark.parametrize(
    "status", [status for status in TITLES if status not in (400, 404, 500, 503)]
)
def test_whoever_raises_a_status_says_why(failing, status):
    error = exceptions.APIException("Because.")
    error.status_code = status

    assert problem_of(failing(raising(error)), status)["detail"] == "Because."


def test_whoever_asks_too_often_is_told_when_to_ask_again(failing):
    assert failing(raising(exceptions.Throttled(7.2))).headers["Retry-After"] == "8"


def test_the_parameter_is_named(failing):
    said = exceptions.ValidationError(
        {"sinse": ["Unknown.", "Did you mean “since”?"], "q": ["No."]}
    )

    assert problem_of(failing(raising(said)), 400)["errors"] == [
        {"parameter": "sinse", "detail": "Unknown. Did you mean “since”?"},
        {"parameter": "q", "detail": "No."},
    ]


def test_the_place_in_a_body_is_named(failing):
    said = exceptions.ValidationError(
        {
            "title": ["Too long."],
            "claims": [{}, {"group": ["None."], "a/b~c": ["Odd."]}],
            "sources": {"non_field_errors": ["Too many."]},
            "weapons": {"low": [{"x": ["Above the high one."]}]},
            "non_field_errors": ["Nothing fits."],
        }
    )

    assert problem_of(failing(raising(said), "post"), 400)["errors"] == [
        {"pointer": "#/title", "detail": "Too long."},
        {"pointer": "#/claims/1/group", "detail": "None."},
        {"pointer": "#/claims/1/a~1b~0c", "detail": "Odd."},
        {"pointer": "#/sources", "detail": "Too many."},
        {"pointer": "#/weapons/low/0/x", "detail": "Above the high one."},
        {"pointer": "#", "detail": "Nothing fits."},
    ]


# When the database is away, busy or asked for too much


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError(SECRET),
        psycopg.errors.AdminShutdown(SECRET),
        psycopg.errors.TooManyConnections(SECRET),
        psycopg.errors.LockNotAvailable(SECRET),
        psycopg.errors.QueryCanceled(SECRET),
        psycopg.errors.DeadlockDetected(SECRET),
        psycopg.errors.DiskFull(SECRET),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_database_that_is_away_or_busy(failing, error):
    answer = failing(from_postgresql(error))

    problem_of(answer, 503)
    assert answer.headers["Retry-After"] == "5"


def test_a_mistake_of_ours_in_sql_is_no_passing_matter(failing):
    problem_of(failing(from_postgresql(psycopg.errors.UndefinedColumn(SECRET))), 500)


@pytest.mark.parametrize("address", ["/api/v1/incidents/", "/api/v1/nowhere/"])
def test_no_connection_before_any_view(reader, monkeypatch, address):
    monkeypatch.setattr("records.middleware.viewing", away)

    answer = reader.get(address)

    problem_of(answer, 503)
    assert answer.headers["Retry-After"] == "5"


def test_a_page_says_so_too(reader, monkeypatch):
    monkeypatch.setattr("records.middleware.viewing", away)

    page = reader.get("/admin/")

    assert page.status_code == 503
    assert page.headers["Content-Type"].startswith("text/html")


def test_a_request_of_the_api_has_five_seconds_for_a_statement_and_three_for_a_lock(failing):
    seen = {}

    def look():
        with connection.cursor() as cursor:
            for setting in ("statement_timeout", "lock_timeout"):
                cursor.execute("SELECT current_setting(%s)", [setting])
                (seen[setting],) = cursor.fetchone()

    failing(look)

    assert seen == {"statement_timeout": "5s", "lock_timeout": "3s"}


def test_a_statement_that_takes_longer_is_ended_and_the_rest_of_the_request_undone(
    failing, monkeypatch
):
    monkeypatch.setattr("records.middleware.FOR_PROGRAMS", Patience(statement="50ms"))
    incident = IncidentFactory(title="As it was")

    def change_and_wait():
        rows = Incident.objects.unrestricted(reason="a test changes a row")
        rows.filter(pk=incident.pk).update(series="Changed")
        execute("SELECT pg_sleep(2)")()

    monkeypatch.setattr("records.viewer.WEB_ROLE", "none")
    answer = failing(change_and_wait)

    problem_of(answer, 503)
    incident.refresh_from_db()
    assert incident.series == ""


# Whoever watches the server


def test_alive_asks_nothing_of_the_database(client, count_queries):
    answers = []

    assert count_queries(lambda: answers.append(client.get("/healthz"))) == 0
    assert answers[0].json() == {"status": "ok"}


def test_ready_asks_the_database_one_question(client, count_queries):
    assert count_queries(lambda: client.get("/readyz")) == 1
    assert client.get("/readyz").json() == {"status": "ok"}


def test_alive_but_not_ready_without_a_database(client, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", away)
        answer = client.get("/readyz")

    assert client.get("/healthz").status_code == 200
    problem_of(answer, 503)
    assert answer.headers["Retry-After"] == "5"
