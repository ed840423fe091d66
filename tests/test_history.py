"""Whatever is written, by whatever way, leaves a trace that cannot be changed."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection, transaction
from django.db.models import GeneratedField
from pghistory.models import Event

from incidents.models import ImportRow, Incident
from legal.models import ConvictionSuspect, Identity, RulingSuspect, Suspect
from partners.models import Key
from records.models import Record, Source, User
from records.models.user import UserPermission
from reports.models import HandedOver
from tests.catalogue import changed, make, our_apps, our_models
from tests.factories import (
    ConvictionSuspectFactory,
    GroupFactory,
    IncidentFactory,
    PlaceFactory,
    RulingFactory,
    RulingSuspectFactory,
    SourceFactory,
    SuspectFactory,
    UserFactory,
)

AFTER = {"insert": 1 | 4, "delete": 1 | 8, "update": 1 | 16}  # of pg_trigger.tgtype
BEFORE_UPDATE_OR_DELETE = 1 | 2 | 8 | 16
LEFT_OUT = {
    User: {"password", "last_login"},
    Identity: {"sealed", "tokens"},
    Key: {"digest", "last_used_at"},
    Source: {"address_key", "archived_key"},  # follow from its addresses
    HandedOver: {"contents"},  # follow from the report, whose hashes are kept; long
}

EVENTS = [model for app in our_apps() for model in app.get_models() if issubclass(model, Event)]
WITHOUT = {ImportRow}  # what a file says is no record yet; its incident has its history
RECORDS = [model for model in our_models() if issubclass(model, Record)]
TRACKED = [model for model in our_models() if model not in WITHOUT]
every_model = pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
every_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
every_record = pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)


def triggers_on(table):
    """Pairs of when an enabled trigger fires, and what it does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgtype, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE tgrelid = %s::regclass AND tgenabled = 'O' AND NOT tgisinternal",
            [table],
        )
        return cursor.fetchall()


def trace(row):
    """The labels of the events of a row, in order."""
    events = row.pgh_event_model.objects.filter(pgh_obj_id=row.pk)
    return list(events.order_by("pgh_id").values_list("pgh_label", flat=True))


# Every table


@every_model
def test_every_table_writes_its_inserts_updates_and_deletes_to_history(model):
    written_to = f'INSERT INTO "{model.pgh_event_model._meta.db_table}"'
    written = {when for when, what in triggers_on(model._meta.db_table) if written_to in what}

    assert written == set(AFTER.values())


@every_model
def test_history_keeps_every_column(model):
    """Save generated ones, which follow from the others, and what must not be kept."""
    kept = {field.attname for field in model.pgh_event_model._meta.concrete_fields}
    columns = {
        field.attname
        for field in model._meta.concrete_fields
        if not isinstance(field, GeneratedField)
    }

    assert columns - kept == LEFT_OUT.get(model, set())


@every_event
def test_every_table_of_history_refuses_changes(event):
    refusing = [
        when for when, what in triggers_on(event._meta.db_table) if "RAISE EXCEPTION" in what
    ]

    assert refusing == [BEFORE_UPDATE_OR_DELETE]


def test_through_tables_that_django_makes_are_tracked_too():
    made_by_django = {
        model._meta.db_table
        for app in our_apps()
        for model in app.get_models(include_auto_created=True)
        if model._meta.auto_created
    }
    tracked = {
        model._meta.db_table
        for app in our_apps()
        for model in app.get_models()
        if model._meta.proxy
    }

    assert made_by_django <= tracked


def test_a_right_given_and_taken_leaves_events():
    user, right = UserFactory(rights=[]), Permission.objects.first()
    user.user_permissions.add(right)
    user.user_permissions.remove(right)

    events = UserPermission.pgh_event_model.objects.filter(user=user).order_by("pgh_id")
    assert list(events.values_list("pgh_label", flat=True)) == ["insert", "delete"]


# Every way of writing


def test_a_save_and_a_delete_leave_events():
    row = ConvictionSuspectFactory()
    changed(row, note="In absentia.").save()
    pk, suspect = row.pk, row.suspect_id
    row.delete()

    events = ConvictionSuspect.pgh_event_model.objects.filter(pgh_obj_id=pk).order_by("pgh_id")
    assert [(e.pgh_label, e.note, e.suspect_id) for e in events] == [
        ("insert", "", suspect),
        ("update", "In absentia.", suspect),
        ("delete", "In absentia.", suspect),
    ]


def test_rows_made_in_bulk_leave_events():
    place = PlaceFactory()
    attacks = IncidentFactory.build_batch(3, place=place, owner=place.owner)

    for attack in Incident.objects.bulk_create(attacks):
        assert trace(attack) == ["insert"]


def test_rows_changed_in_bulk_leave_events():
    attacks = IncidentFactory.create_batch(3)

    Incident.objects.update(series="Campaign")

    for attack in attacks:
        assert trace(attack) == ["insert", "update"]


def test_rows_deleted_in_bulk_leave_events():
    rows = ConvictionSuspectFactory.create_batch(2)

    ConvictionSuspect.objects.all().delete()

    for row in rows:
        assert trace(row) == ["insert", "delete"]


def test_raw_sql_leaves_events():
    row = ConvictionSuspectFactory()

    with connection.cursor() as cursor:
        cursor.execute("UPDATE legal_convictionsuspect SET note = 'x' WHERE id = %s", [row.pk])
        cursor.execute("DELETE FROM legal_convictionsuspect WHERE id = %s", [row.pk])

    assert trace(row) == ["insert", "update", "delete"]


def test_a_write_that_changes_nothing_leaves_none():
    attack = IncidentFactory()

    attack.save()

    assert trace(attack) == ["insert"]


def test_history_never_holds_a_password():
    user = UserFactory()

    user.set_password("correct horse")
    user.save()

    assert trace(user) == ["insert"]


# In order


def differs_from_its_last_event(row):
    row.refresh_from_db()
    last = row.pgh_event_model.objects.filter(pgh_obj_id=row.pk).latest("pgh_id")
    own = [field.attname for field in row._meta.concrete_fields]
    return {name for name in own if getattr(row, name) != getattr(last, name)}


def test_the_last_event_of_a_row_that_changes_itself_is_the_last_state():
    """What a member says changes the whole, and that changes what the member's audience is."""
    row = RulingSuspectFactory(suspect=SuspectFactory(marking="TLP:GREEN"))

    changed(row, suspect=SuspectFactory(marking="TLP:CLEAR")).save()

    assert differs_from_its_last_event(row) == set()
    assert row.audience_rank == 0


def test_the_last_events_of_rows_that_change_each_other_are_their_last_states():
    ruling = RulingFactory()
    rows = [
        RulingSuspect(ruling=ruling, suspect=SuspectFactory(marking=marking))
        for marking in ("TLP:GREEN", "TLP:CLEAR")
    ]

    RulingSuspect.objects.bulk_create(rows)
    assert [differs_from_its_last_event(row) for row in rows] == [set(), set()]
    assert [row.audience_rank for row in rows] == [1, 1]

    Suspect.objects.update(marking="TLP:CLEAR")
    RulingSuspect.objects.update(marking="TLP:AMBER")
    RulingSuspect.objects.update(marking="")
    assert [differs_from_its_last_event(row) for row in rows] == [set(), set()]
    assert [row.audience_rank for row in rows] == [0, 0]


# History itself


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE incidents_incidentevent SET title = 'Another'",
        "DELETE FROM incidents_incidentevent",
    ],
)
def test_an_event_cannot_be_changed_or_deleted_by_sql(statement):
    attack = IncidentFactory()

    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(statement)

    assert trace(attack) == ["insert"]


@pytest.mark.parametrize(
    "write", [lambda events: events.update(title="Another"), lambda events: events.delete()]
)
def test_an_event_cannot_be_changed_or_deleted_by_a_queryset(write):
    attack = IncidentFactory()

    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        write(Incident.pgh_event_model.objects.all())

    assert trace(attack) == ["insert"]


# Versions


@every_record
def test_a_version_counts_the_changes_and_nothing_else(model):
    row = make(model)
    seen = []

    for note in ("Changed.", "Changed.", "Changed again."):
        model.objects.filter(pk=row.pk).update(note=note)
        row.refresh_from_db()
        seen.append(row.version)
    row.save()
    row.refresh_from_db()

    assert [*seen, row.version] == [2, 2, 3, 3]


@pytest.mark.parametrize("field", ["name", "name_ar"])
def test_a_new_name_is_one_change(field):
    """The columns that follow from a name are changed with it, not once more."""
    group = GroupFactory()

    changed(group, **{field: "كتائب"}).save()
    group.refresh_from_db()

    assert (group.version, trace(group)) == (2, ["insert", "update"])


def test_no_writer_sets_the_version():
    source = SourceFactory()

    type(source).objects.update(version=7)
    type(source).objects.update(version=7, note="Changed.")
    source.refresh_from_db()

    assert source.version == 2


def test_no_writer_sets_the_moment_of_change():
    source = SourceFactory()
    made = source.updated_at

    type(source).objects.update(updated_at=datetime(2001, 1, 1, tzinfo=UTC))
    source.refresh_from_db()

    assert source.updated_at == made


def test_the_moment_of_change_moves_with_every_change():
    source = SourceFactory()
    moments = [source.updated_at]

    for note in ("Changed.", "Changed again."):
        type(source).objects.update(note=note)
        source.refresh_from_db()
        moments.append(source.updated_at)

    assert moments[0] < moments[1] < moments[2]
