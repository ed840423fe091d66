"""What tests of the audit trail share: the commit's work done early, and an owner who forges."""

from contextlib import contextmanager
from io import StringIO

from django.core.management import CommandError, call_command
from django.db import connection

from incidents.models import Incident
from records.models import AuditEntry
from records.viewer import Viewer, viewing
from tests.factories import IncidentFactory, PlaceFactory, SourceFactory, UserFactory

INCIDENTS, EVENTS, ENTRIES = "incidents_incident", "incidents_incidentevent", "records_auditentry"


def ask(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def settle():
    """Does now what the database does at commit: in these tests nothing is committed."""
    ask("SET CONSTRAINTS ALL IMMEDIATE")
    ask("SET CONSTRAINTS ALL DEFERRED")


def chain():
    """(sequence, event_table, event_id) of every entry, in order."""
    return ask("SELECT sequence, event_table, event_id FROM records_auditentry ORDER BY sequence")


@contextmanager
def past_the_triggers(*tables):
    """What the owner of the database can do and nobody else."""
    settle()
    for table in tables:
        ask(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    settle()
    for table in tables:
        ask(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def rehash(first):
    """The owner hashes the chain anew from an entry on, so that it looks whole."""
    with past_the_triggers("records_auditentry"):
        for (sequence,) in ask(
            "SELECT sequence FROM records_auditentry WHERE sequence >= %s ORDER BY 1", first
        ):
            ask(
                "UPDATE records_auditentry AS entry SET hash = audit_hash(("
                "SELECT hash FROM records_auditentry WHERE sequence = entry.sequence - 1"
                "), sequence, event_table, content) WHERE sequence = %s",
                sequence,
            )


def verify(*arguments):
    """What the command says, one sentence a line; none is that all is well."""
    settle()
    said = StringIO()
    try:
        call_command("verify_history", *arguments, stdout=said, stderr=StringIO())
    except CommandError as error:
        assert error.returncode == 1
        return said.getvalue().splitlines()
    assert said.getvalue() == "The history is whole.\n"
    return []


def two_attacks():
    """Two incidents, the first of them changed once."""
    rows = IncidentFactory.create_batch(2, place=PlaceFactory())
    Incident.objects.filter(pk=rows[0].pk).update(title="Rockets at the airport")
    settle()
    return rows


def last_event(row):
    found = ask(f"SELECT max(pgh_id) FROM {EVENTS} WHERE pgh_obj_id = %s", row.pk)
    return found[0][0]


def entry_of(event):
    return AuditEntry.objects.get(event_table=EVENTS, event_id=event).sequence


def two_people_and_a_command():
    """Two people who each made a source; a command made another."""
    people = [UserFactory(username=name, is_staff=True) for name in ("amal", "basim")]
    for person in people:
        with viewing(Viewer.of(person), user=person.pk):
            SourceFactory(
                publisher=f"Secret of {person}", owner=person.organisation, review_status="draft"
            )
    SourceFactory(publisher="Secret of a command")
    settle()
    return people


def last_entry():
    return AuditEntry.objects.latest("sequence")
