"""Every change of a published record is noted in the book of the feed, by whatever way it is made.

The triggers are set after every `migrate`, on whatever tables there are by then, so that a
new one cannot be forgotten. What they do is in partners/migrations/_changes.py. Why and
how: docs/adr/0026-the-feed.md.
"""

from hashlib import sha256

from django.apps import apps
from django.db import connections, transaction

from partners.models import Change
from records.models import Part, Record
from records.models.audience import COLUMNS, keys_to_marked
from records.models.second_person import said_columns


def noted_models():
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Record | Part) and not model._meta.proxy
    ]


def triggers_of(model):
    """{name: statement} of the triggers that note changes of a table.

    What is neither said nor a matter of who may read it, as that it waits to be
    countersigned, is not noted; nor is what nobody could read before or after.
    """
    seen = "(OLD.audience_published OR NEW.audience_published)"
    moves = (
        f"{_row('OLD', said_columns(model))} IS DISTINCT FROM {_row('NEW', said_columns(model))}"
    )
    shifts = f"{_row('OLD', COLUMNS)} IS DISTINCT FROM {_row('NEW', COLUMNS)}"
    return {
        f"feed_{name}": (
            f'CREATE CONSTRAINT TRIGGER feed_{name} AFTER {operation} ON "{model._meta.db_table}" '
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ({condition}) "
            f"EXECUTE FUNCTION {_function(model, said)}"
        )
        for name, operation, said, condition in (
            ("insert", "INSERT", "said", "NEW.audience_published"),
            ("delete", "DELETE", "said", "OLD.audience_published"),
            ("said", "UPDATE", "said", f"{seen} AND {moves}"),
            ("audience", "UPDATE", "audience", f"{seen} AND {shifts} AND NOT ({moves})"),
        )
    }


def _row(row, columns):
    return f"ROW({', '.join(f'{row}.{column}' for column in columns)})"


def _function(model, said):
    if issubclass(model, Record):
        return f"record_changed('{said}')"
    shown_by = [
        argument
        for key in keys_to_marked(model)
        if not key.remote_field.hidden
        for argument in (key.related_model._meta.db_table, key.column)
    ]
    return f"part_changed({', '.join(repr(each) for each in (said, *shown_by))})"


def note_changes(sender=None, using="default", **options):
    """Set the triggers that are missing or stale, and note what was published before there
    were any. Safe to repeat."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if Change._meta.db_table not in present:
            return  # migrated back to before there was a feed
        there = _triggers_there(cursor)
        cursor.execute(f"SELECT NOT EXISTS (SELECT FROM {Change._meta.db_table})")
        (empty,) = cursor.fetchone()
        for model in noted_models():
            table = model._meta.db_table
            if table in present:
                new = not any(of == table for of, _name in there)
                _renew(cursor, table, triggers_of(model), there)
                if (new or empty) and issubclass(model, Record):
                    _note_earlier(cursor, table)


def _triggers_there(cursor):
    """{(table, name): mark} of the triggers that are there and switched on."""
    cursor.execute(
        "SELECT relname, tgname, obj_description(pg_trigger.oid, 'pg_trigger') "
        "FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE tgname LIKE 'feed\\_%' AND tgenabled IN ('O', 'A') "
        "AND relnamespace = current_schema()::regnamespace"
    )
    return {(table, name): mark for table, name, mark in cursor.fetchall()}


def _renew(cursor, table, triggers, there):
    """Only what says something else than before: it locks the table for a moment."""
    for name, statement in triggers.items():
        mark = sha256(statement.encode()).hexdigest()
        if there.get((table, name)) != mark:
            cursor.execute(f'DROP TRIGGER IF EXISTS {name} ON "{table}"')
            cursor.execute(statement)
            cursor.execute(f"COMMENT ON TRIGGER {name} ON \"{table}\" IS '{mark}'")


def _note_earlier(cursor, table):
    """What was published before there was a feed: as if this transaction had published it."""
    cursor.execute(
        "SELECT count(note_change(jsonb_populate_record(NULL::partners_change, change))) "
        "FROM (SELECT jsonb_build_object('record_table', %s, 'record_id', id, "
        "'reference', reference, 'part_table', '', 'said', true, 'withdrawn', false) AS change "
        f'FROM "{table}" AS record WHERE audience_published AND NOT EXISTS ('
        "SELECT FROM partners_change WHERE record_table = %s AND record_id = record.id) "
        "ORDER BY created_at, id) AS earlier",
        [table, table],
    )
