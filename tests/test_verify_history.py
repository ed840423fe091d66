"""What an owner of the database forges, `verify_history` finds: docs/security.md."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from records.chain import AS_WRITTEN
from records.models import AuditEntry
from tests.factories import ConvictionSuspectFactory, IncidentFactory, PlaceFactory
from tests.trail import (
    ENTRIES,
    EVENTS,
    INCIDENTS,
    ask,
    entry_of,
    last_event,
    past_the_triggers,
    rehash,
    settle,
    two_attacks,
    verify,
)


@pytest.fixture
def attacks():
    return two_attacks()


@pytest.mark.parametrize("number", [0, 1])
def test_a_history_that_nobody_touched_is_whole(attacks, number):
    row = ConvictionSuspectFactory()
    row.delete()
    IncidentFactory.create_batch(number)

    assert verify() == []


def test_no_history_at_all_is_whole():
    assert verify() == []


# Rows


def test_a_row_that_was_changed_is_found(attacks):
    with past_the_triggers(INCIDENTS):
        ask(f"UPDATE {INCIDENTS} SET title = 'Fireworks', note = 'x' WHERE id = %s", attacks[0].pk)

    assert verify() == [
        f"{INCIDENTS}, row {attacks[0].pk}: differs from its last event (event "
        f"{last_event(attacks[0])}): note, title. It was changed past the triggers."
    ]


def test_a_row_that_was_deleted_is_found(attacks):
    with past_the_triggers(INCIDENTS):
        ask(f"DELETE FROM {INCIDENTS} WHERE id = %s", attacks[1].pk)

    assert verify() == [
        f"{INCIDENTS}, row {attacks[1].pk}: is gone, and its history does not say that it was "
        "deleted."
    ]


def test_rows_that_were_swapped_are_found(attacks):
    first, second = (row.pk for row in attacks)
    with past_the_triggers(INCIDENTS):
        for old, new in [(first, -1), (second, first), (-1, second)]:
            ask(f"UPDATE {INCIDENTS} SET id = %s WHERE id = %s", new, old)

    assert [said.partition(": differs")[0] for said in verify()] == [
        f"{INCIDENTS}, row {first}",
        f"{INCIDENTS}, row {second}",
    ]


def test_a_row_that_was_slipped_in_is_found(attacks):
    with past_the_triggers(INCIDENTS):
        ask(f"UPDATE {INCIDENTS} SET id = id + 1000 WHERE id = %s", attacks[1].pk)

    assert f"{INCIDENTS}, row {attacks[1].pk + 1000}: has no history" in "\n".join(verify())


def test_a_row_that_came_back_is_found():
    row = ConvictionSuspectFactory()
    table = row._meta.db_table
    with past_the_triggers(table):
        ask(f"CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM {table}")
    row.delete()
    with past_the_triggers(table):
        ask(f"INSERT INTO {table} SELECT * FROM kept")

    [said] = verify()
    assert "is there, and its history says that it was deleted" in said


def test_what_history_does_not_keep_may_change(attacks):
    with past_the_triggers("records_user"):
        ask("UPDATE records_user SET password = 'x', last_login = now()")

    assert verify() == []


# Events


def test_an_event_that_was_changed_is_found(attacks):
    event = last_event(attacks[1])
    with past_the_triggers(INCIDENTS, EVENTS):
        ask(f"UPDATE {EVENTS} SET title = 'Fireworks' WHERE pgh_id = %s", event)
        ask(f"UPDATE {INCIDENTS} SET title = 'Fireworks' WHERE id = %s", attacks[1].pk)

    assert verify() == [
        f"{EVENTS}, event {event} (entry {entry_of(event)}): was changed after it was written: "
        "title."
    ]


def test_who_did_it_cannot_be_changed_unseen(attacks):
    event = last_event(attacks[1])
    with past_the_triggers(EVENTS):
        ask(f"UPDATE {EVENTS} SET pgh_context = '{{\"user\": 7}}' WHERE pgh_id = %s", event)

    where = f"{EVENTS}, event {event} (entry {entry_of(event)})"
    assert verify() == [
        f"{where}: the entry says otherwise who did what and when.",
        f"{where}: was changed after it was written: pgh_context.",
    ]


def test_an_event_that_was_deleted_is_found(attacks):
    event = last_event(attacks[0])
    with past_the_triggers(EVENTS):
        ask(f"DELETE FROM {EVENTS} WHERE pgh_id = %s", event)

    assert f"{EVENTS}, event {event} (entry {entry_of(event)}): is gone." in verify()


def test_an_event_that_was_slipped_in_is_found(attacks):
    event = last_event(attacks[0])
    with past_the_triggers(EVENTS):
        ask(f"CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM {EVENTS}")
        ask("UPDATE kept SET pgh_id = pgh_id + 1000")
        ask(f"INSERT INTO {EVENTS} SELECT * FROM kept WHERE pgh_id = %s", event + 1000)

    assert verify() == [
        f"{EVENTS}, event {event + 1000}: has no entry. It was written past the triggers."
    ]


def test_a_trigger_that_is_switched_off_is_found(attacks):
    ask(f"ALTER TABLE {EVENTS} DISABLE TRIGGER audit_chain")

    assert verify() == [
        f"{EVENTS}: the trigger audit_chain is missing or switched off. `migrate` sets it."
    ]


# The chain


@pytest.mark.parametrize(
    "column, value", [("content", "{}"), ("hash", "0" * 64), ("event_table", "records_sourceevent")]
)
def test_an_entry_that_was_changed_is_found(attacks, column, value):
    sequence = entry_of(last_event(attacks[0]))
    with past_the_triggers(ENTRIES):
        ask(f"UPDATE {ENTRIES} SET {column} = %s WHERE sequence = %s", value, sequence)

    said = verify()
    assert re.match(rf"Entry {sequence} \(\w+\): its hash does not follow", said[0])


@pytest.mark.parametrize("column", ["person_id", "row_id", "action", "made_at", "request"])
def test_what_auditors_read_is_what_happened(attacks, column):
    sequence = entry_of(last_event(attacks[0]))
    value = {
        "action": "delete",
        "made_at": "2020-01-01T00:00Z",
        "request": "5d1d0b3e-0000-4000-8000-000000000000",
    }.get(column, "7000")
    with past_the_triggers(ENTRIES):
        ask(f"UPDATE {ENTRIES} SET {column} = %s WHERE sequence = %s", value, sequence)

    [said] = verify()
    assert said.endswith(f"(entry {sequence}): the entry says otherwise who did what and when.")


def test_an_entry_that_was_taken_out_is_found(attacks):
    event = last_event(attacks[0])
    sequence = entry_of(event)
    with past_the_triggers(ENTRIES):
        ask(f"DELETE FROM {ENTRIES} WHERE sequence = %s", sequence - 1)

    said = verify()
    assert said[0] == f"Entry {sequence - 1} is missing."
    assert "has no entry" in said[1]


def test_an_entry_that_holds_no_json_is_found(attacks):
    sequence = entry_of(last_event(attacks[0]))
    with past_the_triggers(ENTRIES):
        ask(f"UPDATE {ENTRIES} SET content = '{{' WHERE sequence = %s", sequence)
    rehash(sequence)

    assert [said.partition(": ")[2] for said in verify()] == ["what the entry holds is not JSON."]


def test_entries_of_a_table_that_holds_no_events_are_found(attacks):
    with past_the_triggers(ENTRIES):
        ask(f"UPDATE {ENTRIES} SET event_table = 'django_session' WHERE sequence = 1")
    rehash(1)

    assert verify()[0] == ("Entry 1: django_session holds no events. 1 entries say that it does.")


# What time does


def test_columns_that_came_or_went_by_a_migration_are_told_not_blamed(attacks, capsys):
    with past_the_triggers(ENTRIES):
        ask(
            f"UPDATE {ENTRIES} SET content = "
            "(content::jsonb - 'series' || '{\"of_old\": 1}')::text WHERE event_table = %s",
            EVENTS,
        )
    rehash(1)
    said = StringIO()

    call_command("verify_history", stdout=said, stderr=said)

    number = AuditEntry.objects.filter(event_table=EVENTS).count()
    differ = f"Note: {number} entries of {EVENTS} differ from their events by columns that "
    assert f"{differ}came later: series." in said.getvalue()
    assert f"{differ}are there no longer: of_old." in said.getvalue()


def test_a_column_that_the_application_does_not_know_is_found(attacks):
    settle()
    ask(f"ALTER TABLE {EVENTS} ADD COLUMN smuggled text")

    assert {said.rpartition(": ")[2] for said in verify()} == {"smuggled."}


def test_an_event_is_read_as_it_is_written():
    """Whatever a session says: the settings stand in the function and in the verifier."""
    [(given,)] = ask("SELECT proconfig FROM pg_proc WHERE proname = 'chain_event'")
    settings_of = dict(setting.split("=", 1) for setting in given)

    assert AS_WRITTEN.items() <= {k.lower(): v.strip('"') for k, v in settings_of.items()}.items()


def test_the_settings_of_a_session_change_nothing():
    ask("SET LOCAL timezone = 'Asia/Tokyo'")
    ask("SET LOCAL datestyle = 'German'")
    ask("SET LOCAL extra_float_digits = -15")
    IncidentFactory(place=PlaceFactory())

    assert verify() == []
