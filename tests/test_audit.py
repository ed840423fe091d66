"""The audit trail: whatever is done is chained, by nobody's hand, and read without a word of it."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from records.chain import chain_history, event_models, triggers_missing, triggers_wanted
from records.gate import UngatedQuery, gated
from records.models import AuditEntry, Source
from records.proof import BEFORE_THE_FIRST, hash_of
from records.rights import AUDIT, READ
from records.verifying import faults
from records.viewer import PUBLIC, Viewer, because, viewing
from tests.factories import (
    GroupFactory,
    OrganisationFactory,
    SourceFactory,
    UserFactory,
)
from tests.trail import ask, chain, last_entry, settle, two_people_and_a_command

EVENTS = sorted(event_models())


# Every table


@pytest.mark.parametrize("table", EVENTS)
def test_every_table_of_history_is_chained_and_is_not_emptied(table):
    tracked = event_models()[table].pgh_tracked_model._meta.db_table
    wanted = {(table, "audit_chain"), (table, "audit_not_emptied"), (tracked, "audit_not_emptied")}

    assert wanted <= triggers_wanted()
    with connection.cursor() as cursor:
        assert not triggers_missing(cursor) & wanted
    [(kind, deferred)] = ask(
        "SELECT tgtype, tginitdeferred FROM pg_trigger "
        "WHERE tgrelid = %s::regclass AND tgname = 'audit_chain'",
        table,
    )
    assert (kind, deferred) == (1 | 4, True)  # for each row, after an insert, at commit


@pytest.mark.parametrize(
    "table", sorted({table for table, name in triggers_wanted() if name == "audit_not_emptied"})
)
def test_nothing_that_history_needs_is_emptied(table):
    with pytest.raises(DatabaseError, match=f"{table} is not emptied"), transaction.atomic():
        ask(f"TRUNCATE {table} CASCADE")


def test_a_trigger_that_was_dropped_is_set_again_and_what_it_missed_is_linked():
    settle()
    ask("DROP TRIGGER audit_chain ON records_sourceevent")
    ask("DROP TRIGGER audit_chain ON militias_groupevent")
    GroupFactory()
    SourceFactory()
    GroupFactory()
    assert AuditEntry.objects.exclude(event_table="records_organisationevent").count() == 0

    settle()
    chain_history()

    tables = [table for _sequence, table, _event in chain()]
    assert tables[-3:] == ["militias_groupevent", "records_sourceevent", "militias_groupevent"]
    assert list(faults({}, lambda said: None)) == []


def test_to_migrate_again_links_nothing_twice_and_nothing_that_was_slipped_in():
    SourceFactory()
    settle()
    ask("ALTER TABLE records_sourceevent DISABLE TRIGGER USER")
    ask("UPDATE records_sourceevent SET pgh_id = pgh_id + 1000")
    ask("ALTER TABLE records_sourceevent ENABLE TRIGGER USER")
    before = chain()

    chain_history()

    assert chain() == before


# What an entry says


def test_an_entry_says_who_did_what_when_and_in_which_request():
    person, request = UserFactory(), str(uuid4())
    with viewing(Viewer.of(person), user=person.pk, request=request, reason="Typo"):
        source = SourceFactory(
            marking="TLP:GREEN", owner=person.organisation, review_status="draft"
        )
    settle()

    entry = last_entry()
    event = Source.pgh_event_model.objects.get(pgh_obj_id=source.pk)
    assert (entry.event_table, entry.event_id) == ("records_sourceevent", event.pgh_id)
    assert (entry.action, entry.row_id, entry.made_at) == (
        "insert",
        source.pk,
        event.pgh_created_at,
    )
    assert (entry.person, str(entry.request)) == (person, request)
    assert '"reason": "Typo"' in entry.content


@pytest.mark.parametrize("user", ["nobody", None, -1, 1.5, "1" * 30, {}])
def test_a_context_that_names_nobody_hinders_nobody(user):
    with viewing(Viewer.of(UserFactory())):
        because(user=user, request="odd")
        SourceFactory(owner_id=OrganisationFactory().pk, review_status="draft")
    settle()

    assert (last_entry().person_id, last_entry().request) == (None, None)


def test_each_entry_is_hashed_with_the_one_before():
    SourceFactory.create_batch(2)
    settle()

    previous = BEFORE_THE_FIRST
    for number, entry in enumerate(AuditEntry.objects.order_by("sequence"), 1):
        assert entry.sequence == number
        assert entry.hash == hash_of(previous, number, entry.event_table, entry.content)
        previous = entry.hash
    assert number >= 2


# Nobody's hand


FORBIDDEN = {
    "insert an entry": "INSERT INTO records_auditentry SELECT * FROM records_auditentry",
    "insert a made-up entry": "INSERT INTO records_auditentry (sequence) VALUES (99)",
    "update an entry": "UPDATE records_auditentry SET action = 'x'",
    "delete an entry": "DELETE FROM records_auditentry",
    "truncate entries": "TRUNCATE records_auditentry",
    "read what entries say": "SELECT content FROM records_auditentry",
    "read hashes": "SELECT hash FROM records_auditentry",
    "read all of an entry": "SELECT * FROM records_auditentry",
    "lock entries": "LOCK TABLE records_auditentry",
    "link an event": "SELECT link_event('records_sourceevent', '{}')",
    "insert an event": "INSERT INTO records_sourceevent SELECT * FROM records_sourceevent",
    "insert a made-up event": "INSERT INTO records_organisationevent "
    "(pgh_id, pgh_created_at, pgh_label, pgh_obj_id, id, slug, name, name_ar) "
    "VALUES (99999, now(), 'insert', 1, 1, 'x', 'x', '')",
    "update an event": "UPDATE records_sourceevent SET title = 'x'",
    "delete an event": "DELETE FROM records_sourceevent",
    "truncate events": "TRUNCATE records_sourceevent",
    "truncate rows": "TRUNCATE records_source CASCADE",
    "switch a trigger off": "ALTER TABLE records_sourceevent DISABLE TRIGGER audit_chain",
    "drop a trigger": "DROP TRIGGER audit_chain ON records_sourceevent",
    "replace the function": "DROP FUNCTION chain_event() CASCADE",
    "switch all triggers off": "SET session_replication_role = replica",
    "stand in for the chain": "CREATE TEMPORARY TABLE records_auditentry (sequence bigint)",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_role_that_answers_people_cannot(statement):
    person = UserFactory(rights=[READ, AUDIT])
    SourceFactory(owner=person.organisation)
    settle()
    ask("SET LOCAL musaala.forget_history = 'on'")  # which anybody can say
    before = chain()

    refused = r"permission denied|must be owner|row-level security"
    with pytest.raises(DatabaseError, match=refused), viewing(Viewer.of(person)):
        ask(statement)

    assert chain() == before


@pytest.mark.parametrize(
    "statement", ["UPDATE records_auditentry SET action = 'x'", "DELETE FROM records_auditentry"]
)
def test_the_owner_cannot_change_an_entry_either(statement):
    SourceFactory()
    settle()

    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        ask(statement)


# Who reads it


@pytest.fixture
def actions():
    return two_people_and_a_command()


def sources_of(viewer):
    """Who made the sources whose entries the database shows, and those that the gate lets pass."""
    asked = "event_table = 'records_sourceevent'"
    with viewing(viewer):
        shown = ask(f"SELECT person_id FROM records_auditentry WHERE {asked} ORDER BY sequence")
        rows = AuditEntry.objects.visible_to(viewer).filter(event_table="records_sourceevent")
        passed = list(rows.order_by("sequence").values_list("person_id"))
    assert passed == shown
    return [person for (person,) in passed]


def test_who_has_the_right_reads_all_entries(actions):
    auditor = UserFactory(rights=[AUDIT])

    assert sources_of(Viewer.of(auditor)) == [actions[0].pk, actions[1].pk, None]


def test_others_read_their_own(actions):
    assert sources_of(Viewer.of(actions[0])) == [actions[0].pk]
    assert sources_of(Viewer.of(UserFactory())) == []


def test_nobody_reads_none(actions):
    """Least of all those that commands made, which are nobody's either."""
    assert sources_of(PUBLIC) == []


def test_the_database_alone_lets_nobody_read_what_others_did(actions):
    """With the gate taken away, its own wall stands."""
    with viewing(Viewer.of(actions[1])):
        [(others,)] = ask(
            "SELECT count(*) FROM records_auditentry WHERE person_id IS DISTINCT FROM %s",
            actions[1].pk,
        )
        assert others == 0
        assert AuditEntry.objects.unrestricted(reason="the gate is taken away").count() == 1


def test_the_gate_alone_lets_nobody_read_what_others_did(actions):
    """With the wall of the database taken away: this is the owner asking."""
    rows = AuditEntry.objects.filter(event_table="records_sourceevent")

    for viewer, seen in [(Viewer.of(actions[1]), 1), (PUBLIC, 0)]:
        assert rows.visible_to(viewer).count() == seen
    assert rows.visible_to(Viewer.of(UserFactory(rights=[AUDIT]))).count() == 3


def test_entries_are_not_read_ungated():
    with gated(), pytest.raises(UngatedQuery):
        AuditEntry.objects.count()
