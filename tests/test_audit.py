"""The audit trail: whatever is done is chained, by nobody's hand, and read without a word of it."""

import threading
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from incidents.models import Incident
from militias.models import Group
from records.chain import chain_history, event_models, triggers_missing, triggers_wanted
from records.gate import UngatedQuery, gated
from records.models import AuditEntry, Organisation, Source, User
from records.proof import BEFORE_THE_FIRST, hash_of
from records.rights import AUDIT, READ
from records.verifying import faults
from records.viewer import PUBLIC, Viewer, because, viewing
from tests.admin_pages import address, form_data
from tests.factories import (
    GroupFactory,
    IncidentFactory,
    OrganisationFactory,
    SourceFactory,
    UserFactory,
    cite,
)
from tests.trail import ask, chain, settle
from tests.worlds import rolled_back

EVENTS = sorted(event_models())
committed = pytest.mark.django_db(transaction=True)
LIST = "admin:records_auditentry_changelist"


def last():
    return AuditEntry.objects.latest("sequence")


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
        source = SourceFactory(marking="TLP:GREEN", owner=person.organisation)
    settle()

    entry = last()
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
        SourceFactory(owner_id=OrganisationFactory().pk)
    settle()

    assert (last().person_id, last().request) == (None, None)


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
    """Two people who each made one source, and one made by a command."""
    people = [UserFactory(username=name, is_staff=True) for name in ("amal", "basim")]
    for person in people:
        with viewing(Viewer.of(person), user=person.pk):
            SourceFactory(publisher=f"Secret of {person}", owner=person.organisation)
    SourceFactory(publisher="Secret of a command")
    settle()
    return people


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


def test_entries_are_not_read_ungated():
    with gated(), pytest.raises(UngatedQuery):
        AuditEntry.objects.count()


# The screen


@pytest.fixture
def screen(client, actions):
    def look(reader, /, **asked):
        client.force_login(reader)
        return client.get(reverse(LIST), asked)

    return look


@pytest.fixture
def auditor():
    return UserFactory(username="auditor", is_staff=True, rights=[AUDIT])


def whose(page):
    """Who did each thing on a page, newest first."""
    return [entry.person and entry.person.username for entry in page.context["cl"].result_list]


def test_the_auditor_sees_what_everybody_did_and_no_word_of_it(screen, auditor):
    page = screen(auditor, kind="records_sourceevent")

    assert whose(page) == [None, "basim", "amal"]
    assert "Secret" not in page.content.decode()
    assert "entered" in page.content.decode()


def test_others_see_on_the_same_screen_what_they_did(screen, actions):
    page = screen(actions[0])

    assert whose(page) == ["amal"]
    assert "basim" not in page.content.decode()


@pytest.mark.parametrize(
    "asked, found",
    [
        ({"action": "insert", "kind": "records_sourceevent"}, 3),
        ({"action": "delete", "kind": "records_sourceevent"}, 0),
        ({"kind": "records_userevent", "action": "insert"}, 2),
    ],
)
def test_the_screen_is_filtered_by_action_and_kind(screen, auditor, asked, found):
    assert len(whose(screen(auditor, **asked))) == found


def test_the_screen_is_filtered_by_person_and_day(screen, auditor, actions):
    day = last().made_at
    on = {"made_at__year": day.year, "made_at__month": day.month, "made_at__day": day.day}

    assert whose(screen(auditor, person=actions[1].pk)) == ["basim"]
    assert whose(screen(auditor, person=actions[1].pk, **on)) == ["basim"]
    assert whose(screen(auditor, made_at__year=2001)) == []


@pytest.mark.parametrize(
    "asked", [{"person": "x"}, {"kind": "django_session"}, {"content__contains": "Secret"}]
)
def test_what_the_screen_does_not_offer_is_refused(screen, auditor, asked):
    page = screen(auditor, **asked)

    assert page.status_code in {302, 400}
    assert page.status_code == 400 or page["Location"].endswith("?e=1")


def test_nobody_filters_by_somebody_else(screen, actions):
    assert screen(actions[0], person=actions[1].pk)["Location"].endswith("?e=1")


def test_a_row_is_linked_for_who_may_open_it(screen, actions, auditor):
    reader = UserFactory(is_staff=True, is_superuser=True, rights=[READ, AUDIT])
    hidden = SourceFactory(marking="TLP:RED", readers=[actions[0].pk])
    cited = IncidentFactory(owner=reader.organisation)
    source = Source.objects.get(publisher="Secret of amal")
    citation = cite(cited, source)
    settle()

    links = [entry.address for entry in screen(reader).context["cl"].result_list]

    assert address(Source, "change", source.pk) in links
    assert address(Source, "change", hidden.pk) not in links
    table = citation.pgh_event_model._meta.db_table
    [of_part] = screen(reader, kind=table).context["cl"].result_list
    assert of_part.address == address(Incident, "change", cited.pk)
    assert {entry.address for entry in screen(auditor).context["cl"].result_list} == {None}


@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_an_entry_has_no_page(screen, client, auditor, page):
    client.force_login(auditor)
    at = reverse(f"admin:records_auditentry_{page}", args=[last().pk])

    assert client.get(at).status_code in {302, 403}
    assert client.post(at, {"post": "yes"}).status_code in {302, 403}


def test_nobody_adds_an_entry(client, auditor):
    client.force_login(auditor)

    assert client.get(reverse("admin:records_auditentry_add")).status_code == 403


def test_the_screen_costs_the_same_with_more_entries(screen, auditor, count_queries):
    screen(auditor)
    few = count_queries(lambda: screen(auditor))

    SourceFactory.create_batch(5)
    settle()

    assert count_queries(lambda: screen(auditor)) == few


# Committed


@contextmanager
def broken_trail():
    """No entry can be written."""
    ask("ALTER TABLE records_auditentry ADD CONSTRAINT broken CHECK (sequence < 0) NOT VALID")
    try:
        yield
    finally:
        ask("ALTER TABLE records_auditentry DROP CONSTRAINT broken")


@committed
def test_what_cannot_be_chained_is_not_saved():
    with broken_trail(), pytest.raises(DatabaseError, match="broken"):
        SourceFactory()

    assert not Source.objects.exists()
    assert not Source.pgh_event_model.objects.exists()


@committed
def test_a_form_whose_trail_cannot_be_written_saves_nothing(client):
    client.raise_request_exception = False
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    organisation = Organisation.objects.get()
    page = address(Organisation, "change", organisation.pk)
    changed = form_data(client.get(page)) | {"name": "Another"}

    with broken_trail():
        assert client.post(page, changed).status_code == 500
    organisation.refresh_from_db()
    assert organisation.name != "Another"

    assert client.post(page, changed).status_code == 302
    organisation.refresh_from_db()
    assert organisation.name == "Another"
    assert last().person == User.objects.get()


@committed
def test_what_is_rolled_back_leaves_no_gap():
    SourceFactory()
    with rolled_back():
        SourceFactory()
    SourceFactory()

    assert [sequence for sequence, *_event in chain()] == list(range(1, len(chain()) + 1))
    assert list(faults({}, lambda said: None)) == []


def in_another_connection(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@committed
def test_entries_stand_in_the_order_of_commits_not_of_writes():
    written, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            GroupFactory(owner_id=owner.pk, name="Slow")
            written.set()
            may_commit.wait(10)

    owner = SourceFactory().owner
    thread = in_another_connection(slow)
    written.wait(10)
    GroupFactory(owner=owner, name="Quick")
    may_commit.set()
    thread.join()

    ids = [event for _sequence, table, event in chain() if table == "militias_groupevent"]
    names = dict(Group.pgh_event_model.objects.values_list("pgh_id", "name"))
    assert [names[event] for event in ids] == ["Quick", "Slow"]
    assert ids != sorted(ids)


@committed
def test_many_writers_make_one_unbroken_chain():
    owner = SourceFactory().owner

    def write(number):
        for part in range(5):
            with transaction.atomic():
                GroupFactory(owner_id=owner.pk, reference=f"0000-000{number}-000{part}")
                GroupFactory(owner_id=owner.pk, reference=f"0000-000{number}-001{part}")

    threads = [in_another_connection(lambda n=n: write(n)) for n in range(4)]
    for thread in threads:
        thread.join()

    assert Group.objects.count() == 40
    assert list(faults({}, lambda said: None)) == []


@committed
def test_the_command_reads_one_moment_and_finds_no_fault():
    SourceFactory()

    call_command("verify_history", verbosity=0)
