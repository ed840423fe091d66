"""The second wall by itself: row-level security in the database.

Django is made to filter nothing here, or is not asked at all: what the database shows to
the role that answers people is what the viewer of the transaction may read.
"""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import connection, models, transaction
from django.test import Client

from records.compiling import forget
from records.gate import GatedQuery, GatedQuerySet
from records.viewer import PUBLIC, WEB_ROLE, Viewer, viewing
from tests.direct_sql import EVENTS, every_table, somebody, sql
from tests.factories import IncidentFactory
from tests.hidden_world import (
    CANARY,
    MARKED,
    Hider,
    strangers,
    visible_world,
    ways_to_hide,
    ways_to_hide_a_part,
)
from tests.questions import everything

# Functions that work with the owner's rights. Each is to show nobody anything.
PRIVILEGED = {
    "chain_event",
    "count_export",
    "count_request",
    "find_audience",
    "is_gone",
    "merge_incidents",
    "part_changed",
    "record_changed",
    "spread_audience",
    "unmerge_incidents",
}


@pytest.fixture
def reader():
    return somebody()


@pytest.fixture
def no_first_wall(monkeypatch):
    """Django filters nothing and refuses nothing."""

    def ungated(rows, viewer):
        rows = rows._chain()
        rows.query.gate = viewer
        return rows

    monkeypatch.setattr(GatedQuerySet, "visible_to", ungated)
    monkeypatch.setattr(GatedQuery, "passed", lambda query: query.gate)
    monkeypatch.setattr(GatedQuery, "setup_joins", models.sql.Query.setup_joins)
    monkeypatch.setattr(Viewer, "may_read", lambda viewer: models.Q())
    forget()  # what was compiled with the wall
    yield
    forget()  # and without


# With the first wall broken


def text_of(answer):
    """The body, and for a workbook all that is packed in it."""
    body = answer.getvalue()
    if body[:2] == b"PK":
        book = ZipFile(BytesIO(body))
        body = b"".join(map(book.read, book.namelist()))
    return body.decode(errors="replace")  # of pictures, too


def test_no_answer_shows_a_hidden_text(no_first_wall, reader):
    """Every address of the API, every screen, list of choices and history."""
    world = visible_world()
    organisation, person = strangers()
    Hider(world, ways_to_hide(organisation, person), ways_to_hide_a_part(person)).hide_everything()
    client = Client(raise_request_exception=False)
    client.force_login(reader)

    statuses, showing = set(), []
    for question in everything(world):
        answer = client.generic(question.method, question.path)
        statuses.add(answer.status_code)
        if CANARY.lower() in text_of(answer).lower():
            showing.append(str(question))

    assert showing == []
    assert max(statuses) < 500


# Direct SQL


@every_table
def test_every_table_with_an_audience_is_behind_the_wall(model):
    ((enabled, forced, policies, owner),) = sql(
        "SELECT relrowsecurity, relforcerowsecurity,"
        " (SELECT array_agg(polname::text ORDER BY polname) FROM pg_policy"
        "  WHERE polrelid = pg_class.oid),"
        " pg_get_userbyid(relowner) FROM pg_class WHERE oid = %s::regclass",
        model._meta.db_table,
    )

    assert enabled and forced and owner != WEB_ROLE
    assert policies == (["audience", "written"] if model in EVENTS else ["audience"])


def test_the_role_that_answers_people_goes_round_no_wall():
    ((superuser, bypasses, creates_roles, creates_databases, member_of),) = sql(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,"
        " (SELECT count(*) FROM pg_auth_members WHERE member = role.oid)"
        " FROM pg_roles AS role WHERE rolname = %s",
        WEB_ROLE,
    )

    assert not any((superuser, bypasses, creates_roles, creates_databases, member_of))


def test_no_view_or_privileged_function_reads_the_tables_for_the_role():
    views = sql(
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm')"
        " AND relnamespace = current_schema()::regnamespace"
    )
    privileged = sql(
        "SELECT proname FROM pg_proc WHERE prosecdef"
        " AND pronamespace = current_schema()::regnamespace ORDER BY 1"
    )

    assert views == []
    assert {name for (name,) in privileged} <= PRIVILEGED


@pytest.fixture
def nobody():
    """The role that answers people, in a transaction that says not who asks."""
    IncidentFactory()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {WEB_ROLE}")
        yield
        transaction.set_rollback(True)


@every_table
def test_without_a_viewer_no_row_is_there(model, nobody):
    assert sql(f'SELECT count(*) FROM "{model._meta.db_table}"') == [(0,)]


def test_after_the_transaction_of_a_viewer_nobody_asks(reader):
    """What is set lasts until its transaction ends: connections are shared."""
    IncidentFactory()
    with viewing(Viewer.of(reader)):
        assert sql("SELECT count(*) FROM incidents_incident") == [(1,)]

    assert sql(
        "SELECT current_setting('musaala.clearance', true), current_user <> %s", WEB_ROLE
    ) in (
        [("", True)],
        [(None, True)],
    )


def test_the_wall_admits_whom_the_gate_admits(reader):
    """Every way in which a row is hidden, asked of both walls for several viewers."""
    world = visible_world()
    organisation, person = strangers()
    Hider(world, ways_to_hide(organisation, person), ways_to_hide_a_part(person)).hide_everything()
    viewers = [Viewer.of(reader), Viewer.of(person), PUBLIC, Viewer(clearance=-1, drafts=True)]
    viewers += [
        Viewer(clearance=rank, drafts=True) for rank in (2, 4)
    ]  # of no organisation, unnamed
    viewers += [
        Viewer(person_id=1, organisation_id=organisation.pk, clearance=rank, drafts=drafts)
        for rank in range(5)
        for drafts in (False, True)
    ]
    viewers += [
        Viewer(key_id=1, organisation_id=organisation.pk, clearance=rank) for rank in (1, 3)
    ]
    for viewer in viewers:
        for model in MARKED:
            gated = model.objects.visible_to(viewer).values_list("pk", flat=True)
            expected = sorted(gated)
            with viewing(viewer):
                shown = sql(f'SELECT id FROM "{model._meta.db_table}" ORDER BY 1')
            assert [pk for (pk,) in shown] == expected, (viewer, model)
