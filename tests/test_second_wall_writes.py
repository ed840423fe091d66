"""The second wall by itself: what is written past Django, and what history shows."""

from functools import partial

import pytest

from incidents.models import Claim, Incident, IncidentPlace
from militias.models import Group
from records.viewer import Viewer, viewing
from tests.direct_sql import every_history, every_table, refused, somebody, sql
from tests.factories import (
    ClaimFactory,
    ConvictionFactory,
    ConvictionSuspectFactory,
    GroupFactory,
    IncidentFactory,
    IncidentPlaceFactory,
    OrganisationFactory,
)
from tests.hidden_world import CANARY


@pytest.fixture
def reader():
    return somebody()


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


def test_nobody_switches_a_trigger_off(reader):
    """The library of our triggers has a setting for it, which any session may change."""
    draft = IncidentFactory(review_status="draft", owner=reader.organisation)
    names = sql("SELECT array_agg(DISTINCT tgname::text)::text FROM pg_trigger")[0][0]
    with viewing(Viewer.of(reader), user=reader.pk):
        sql("SELECT set_config('pgtrigger.ignore', %s, true)", names)
        sql("UPDATE incidents_incident SET title = 'Unseen' WHERE id = %s", draft.pk)
        published = refused(
            "UPDATE incidents_incident SET review_status = 'published' WHERE id = %s", draft.pk
        )

    assert published.sqlstate == "42501"
    assert draft.events.order_by("pgh_id").last().title == "Unseen"
    draft.refresh_from_db()
    assert (draft.version, draft.updated_by) == (2, reader)


def test_what_finds_audiences_leaves_nothing_switched_on(reader):
    draft = {"review_status": "draft", "owner": reader.organisation}
    claim = ClaimFactory(incident__review_status="draft", incident__owner=reader.organisation)
    member = ConvictionSuspectFactory(conviction=ConvictionFactory(**draft))
    with viewing(Viewer.of(reader)):
        sql("SELECT set_config('musaala.maintenance', '', true)")  # which is on in tests
        for table, pk in (
            ("incidents_incident", claim.incident_id),  # spreads to the claim
            ("legal_convictionsuspect", member.pk),  # narrows the conviction
        ):
            assert sql(f"UPDATE {table} SET marking = 'TLP:GREEN' WHERE id = %s", pk) == 1
            assert sql("SELECT current_setting('musaala.maintenance', true)") == [("",)]


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
