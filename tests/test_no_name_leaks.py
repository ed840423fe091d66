"""A name that nobody asked to see is on no page, in no log, in no query and in no table."""

import logging
import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.urls import NOUNS
from legal.models import Identity, Suspect
from records.models import Record
from records.rights import NAMES
from tests.admin_pages import address
from tests.factories import DetentionFactory, IdentityFactory, SuspectFactory
from tests.name_pages import enter, monitor, show

NAME = "Zabaniyah Qandil"
CANARY = re.compile("zabaniyah|qandil|" + NAME.encode().hex(), re.IGNORECASE)
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def reader(client):
    client.force_login(monitor(NAMES))
    return client


def pages():
    yield from ("/admin/", "/api/v1/", "/api/v1/schema/", "/api/v1/docs/", "/nowhere/")
    yield "/api/v1/reports/accountability/"
    for model in REGISTERED:
        yield address(model, "changelist")
        yield address(model, "add")
        for row in model.objects.all() if issubclass(model, Record) else ():
            yield address(model, "change", row.pk)
            yield address(model, "history", row.pk)
    for suspect in Suspect.objects.all():
        yield address(Suspect, "case", suspect.reference)
    for noun, view in NOUNS.items():
        yield f"/api/v1/{noun}/"
        for row in view.queryset.model.objects.all():
            yield f"/api/v1/{noun}/{row.reference}/"


@pytest.mark.parametrize("rights", [(), (NAMES,)], ids=["without", "with"])
def test_no_page_and_no_log_holds_a_name_unasked(client, caplog, rights):
    client.force_login(monitor(*rights))
    step = DetentionFactory()
    IdentityFactory(suspect=step.suspect, name=NAME)
    asked = 0
    with caplog.at_level(logging.DEBUG):
        for place in pages():
            answer = client.get(place)
            text = answer.getvalue().decode()
            assert answer.status_code < 500, place
            assert not CANARY.search(text), place
            assert not CANARY.search(str(answer.headers)), place
            asked += 1

    assert asked > 80
    assert not CANARY.search(caplog.text)


def test_what_is_entered_shown_and_found_is_nowhere_in_database_queries_and_logs(reader, caplog):
    suspect = SuspectFactory()
    with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as queries:
        reader.post(enter(suspect), {"version": 0, "name": NAME})
        assert NAME in reader.post(show(suspect)).text

    assert not CANARY.search(caplog.text)
    assert not any(CANARY.search(query["sql"]) for query in queries)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"SELECT string_agg(row::text, '') FROM \"{table}\" AS row")
            assert not CANARY.search(cursor.fetchone()[0] or ""), table


def test_an_error_of_the_database_tells_no_name(reader, caplog, monkeypatch):
    def refused(*args, **options):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO legal_identity (sealed) VALUES (NULL)")

    monkeypatch.setattr(Identity, "save", refused)
    reader.raise_request_exception = False

    failed = reader.post(enter(SuspectFactory()), {"version": 0, "name": NAME})

    assert failed.status_code == 500
    assert "NotNullViolation" in caplog.text
    assert not CANARY.search(failed.text + caplog.text)
