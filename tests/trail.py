"""What tests of the audit trail share: the commit's work done early, and an owner who forges."""

from contextlib import contextmanager

from django.db import connection


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
