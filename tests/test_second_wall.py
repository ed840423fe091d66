"""The second wall by itself: row-level security in the database.

Django is made to filter nothing here, or is not asked at all: what the database shows to
the role that answers people is what the viewer of the transaction may read.
"""

from functools import partial

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from pghistory.models import Event

from incidents.models import Claim, Incident, IncidentPlace
from militias.models import Group
from records.gate import GatedQuery, GatedQuerySet
from records.models.audience import Marked
from records.viewer import PUBLIC, WEB_ROLE, Viewer, viewing
from tests.factories import (
    ClaimFactory,
    GroupFactory,
    IncidentFactory,
    IncidentPlaceFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.hidden_world import (
    CANARY,
    EVERY_RIGHT,
    MARKED,
    Hider,
    strangers,
    visible_world,
    ways_to_hide,
    ways_to_hide_a_part,
)
from tests.questions import everything

# Functions that work with the owner's rights. Each is to show nobody anything.
PRIVILEGED = {"chain_event", "find_audience", "is_gone", "spread_audience"}
EVENTS = [
    model
    for model in apps.get_models()
    if issubclass(model, Event) and issubclass(getattr(model, "pgh_tracked_model", Event), Marked)
]
PROTECTED = [*MARKED, *EVENTS]
every_table = pytest.mark.parametrize("model", PROTECTED, ids=lambda model: model.__name__)
every_history = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)


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


@pytest.fixture
def reader():
    return UserFactory(
        organisation=OrganisationFactory(slug="readers", name="Readers"),
        clearance="TLP:RED",
        is_staff=True,
        rights=EVERY_RIGHT,
    )


def sql(statement, *parameters):
    """The rows that a statement returns, or how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def refused(statement, *parameters):
    """The error with which the database refuses a statement."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        sql(statement, *parameters)
    return error.value.__cause__


# With the first wall broken


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
        if CANARY.lower() in answer.content.decode().lower():
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
    viewers += [Viewer(None, None, rank, True) for rank in (2, 4)]  # of no organisation, unnamed
    viewers += [Viewer(1, organisation.pk, rank, drafts) for rank in range(5) for drafts in (0, 1)]
    for viewer in viewers:
        for model in MARKED:
            gated = model.objects.visible_to(viewer).values_list("pk", flat=True)
            expected = sorted(gated)
            with viewing(viewer):
                shown = sql(f'SELECT id FROM "{model._meta.db_table}" ORDER BY 1')
            assert [pk for (pk,) in shown] == expected, (viewer, model)


# Writing past the wall


@pytest.fixture
def hidden(reader):
    """A hidden incident with a claim and a further place, beside a visible one."""
    stranger = OrganisationFactory(slug="stranger", name="Stranger")
    incident = IncidentFactory(marking="TLP:AMBER+STRICT", owner=stranger)
    ClaimFactory(incident=incident)
    IncidentPlaceFactory(incident=incident)
    return incident


def test_a_key_to_a_hidden_row_is_refused_in_the_words_for_an_absent_one(reader, hidden):
    claim = ClaimFactory(review_status="draft", owner=reader.organisation)
    statement = "UPDATE incidents_claim SET incident_id = %s WHERE id = %s"
    with viewing(Viewer.of(reader)):
        errors = [refused(statement, key, claim.pk) for key in (hidden.pk, -1)]

    assert [error.sqlstate for error in errors] == ["23503", "23503"]
    assert str(errors[0]) == str(errors[1])


@pytest.mark.parametrize("model", [Claim, IncidentPlace], ids=lambda model: model.__name__)
def test_a_new_row_that_points_at_a_hidden_one_is_refused_likewise(reader, hidden, model):
    row = {
        Claim: partial(ClaimFactory, review_status="draft", owner=reader.organisation),
        IncidentPlace: IncidentPlaceFactory,
    }[model]()
    columns = [
        field.column
        for field in model._meta.concrete_fields
        if field.column not in ("id", "incident_id", "reference")
    ]
    names = ", ".join(columns)
    reference = ", reference" if hasattr(row, "reference") else ""
    value = ", '7777-7777-7777'" if reference else ""
    statement = (
        f"INSERT INTO {model._meta.db_table} (incident_id, {names}{reference})"
        f" SELECT %s, {names}{value} FROM {model._meta.db_table} WHERE id = %s"
    )
    with viewing(Viewer.of(reader)):
        errors = [refused(statement, key, row.pk) for key in (hidden.pk, -1)]

    assert [error.sqlstate for error in errors] == ["23503", "23503"]
    assert str(errors[0]) == str(errors[1])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE incidents_incident SET title = 'x' WHERE id = %s",
        "DELETE FROM incidents_incident WHERE id = %s",
        "UPDATE incidents_claim SET channel = 'x' WHERE incident_id = %s",
        "DELETE FROM incidents_incidentplace WHERE incident_id = %s",
    ],
)
def test_a_hidden_row_is_not_touched(reader, hidden, statement):
    with viewing(Viewer.of(reader)):
        assert sql(statement, hidden.pk) == 0


@pytest.mark.parametrize(
    "change",
    [
        "marking = 'TLP:RED', readers = '{-1}'",
        "marking = 'TLP:AMBER+STRICT'",
        "review_status = 'draft'",
        "audience_rank = NULL, marking = 'TLP:RED', readers = '{-1}'",
    ],
)
def test_nobody_marks_a_row_out_of_his_own_sight(reader, change):
    """It would be gone for him, with what he did to it. His colleagues see to it."""
    incident = IncidentFactory()
    with viewing(Viewer.of(reader)):
        error = refused(f"UPDATE incidents_incident SET {change} WHERE id = %s", incident.pk)

    assert error.sqlstate == "42501"


@every_table
def test_no_table_is_emptied(model, reader):
    with viewing(Viewer.of(reader)):
        assert refused(f'TRUNCATE "{model._meta.db_table}"').sqlstate == "42501"


@every_history
def test_history_is_written_by_triggers_alone(event, reader):
    table = event._meta.db_table
    with viewing(Viewer.of(reader)):
        written = refused(
            f'INSERT INTO "{table}" (pgh_created_at, pgh_label, pgh_obj_id, id)'
            " VALUES (now(), 'insert', 1, 1)"
        )
        changed = refused(f"UPDATE \"{table}\" SET pgh_label = 'x'")
        deleted = refused(f'DELETE FROM "{table}"')

    assert [error.sqlstate for error in (written, changed, deleted)] == ["42501"] * 3


def test_no_one_writes_his_own_audience(reader):
    incident = IncidentFactory(marking="TLP:GREEN")
    with viewing(Viewer.of(reader)):
        sql("UPDATE incidents_incident SET audience_rank = 0, audience_published = false")

    incident.refresh_from_db()
    assert (incident.audience_rank, incident.audience_published) == (1, True)


def test_the_role_cannot_make_itself_the_owner_or_switch_the_wall_off(reader):
    with viewing(Viewer.of(reader)):
        for statement in (
            "ALTER TABLE incidents_incident DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE incidents_incident DISABLE TRIGGER USER",
            "DROP POLICY audience ON incidents_incident",
            "CREATE TABLE incidents_own (id int)",
            "CREATE TEMPORARY TABLE own (id int)",
        ):
            assert refused(statement).sqlstate == "42501", statement
        sql("SELECT set_config('musaala.maintenance', 'on', true)")
        hidden = IncidentFactory._meta.model._base_manager
        assert hidden.filter(marking="TLP:RED").count() == 0


# History


def test_the_history_of_a_hidden_row_is_hidden(reader, hidden):
    with viewing(Viewer.of(reader)):
        for event in (Incident, Claim, IncidentPlace):
            table = event.pgh_event_model._meta.db_table
            column = "pgh_obj_id" if event is Incident else "incident_id"
            assert sql(f"SELECT count(*) FROM {table} WHERE {column} = %s", hidden.pk) == [(0,)]


def test_what_a_row_was_before_it_was_raised_is_hidden_with_it(reader):
    group = GroupFactory(name=CANARY)
    Group.objects.filter(pk=group.pk).update(marking="TLP:RED", readers=[-1])

    with viewing(Viewer.of(reader)):
        assert sql("SELECT count(*) FROM militias_groupevent WHERE name = %s", CANARY) == [(0,)]


def test_what_a_part_was_before_it_was_raised_is_hidden_with_it(reader):
    """A part is raised, and the record it belongs to is not."""
    part = IncidentPlaceFactory(note=CANARY)
    IncidentPlace.objects.filter(pk=part.pk).update(marking="TLP:RED", readers=[-1])

    with viewing(Viewer.of(reader)):
        events = sql("SELECT count(*) FROM incidents_incidentplaceevent WHERE note = %s", CANARY)
    assert events == [(0,)]


def test_a_part_that_was_deleted_stays_in_the_history_of_its_record(reader):
    part = IncidentPlaceFactory(note=CANARY)
    part.delete()

    with viewing(Viewer.of(reader)):
        events = sql(
            "SELECT pgh_label FROM incidents_incidentplaceevent WHERE note = %s ORDER BY 1", CANARY
        )
    assert events == [("delete",), ("insert",)]


def test_a_part_that_was_deleted_is_hidden_with_its_record(reader):
    part = IncidentPlaceFactory(note=CANARY)
    part.delete()
    Incident.objects.filter(pk=part.incident_id).update(marking="TLP:RED", readers=[-1])

    with viewing(Viewer.of(reader)):
        events = sql("SELECT count(*) FROM incidents_incidentplaceevent WHERE note = %s", CANARY)
    assert events == [(0,)]


def test_a_row_that_was_hidden_shows_nothing_of_that_time_when_it_is_lowered(reader):
    incident = IncidentFactory(marking="TLP:RED", readers=[-1], summary=CANARY)
    Incident.objects.filter(pk=incident.pk).update(marking="TLP:CLEAR", readers=[], summary="")

    with viewing(Viewer.of(reader)):
        events = sql(
            "SELECT summary FROM incidents_incidentevent WHERE pgh_obj_id = %s", incident.pk
        )
    assert events == [("",)]
