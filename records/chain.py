"""The chain over the history: every event is linked to the one committed before it.

The triggers are set after every `migrate`, on whatever tables there are by then, so that
a new one cannot be forgotten. What links is in records/migrations/_audit.py; how it is
verified, records/verifying.py. Why and how: docs/adr/0019-chained-history.md.
"""

from django.apps import apps
from django.db import connections, transaction
from pghistory.models import Event

from records.models import AuditEntry

CHAIN, NOT_EMPTIED = "audit_chain", "audit_not_emptied"
_TRIGGERS = {
    # At commit: so the sequence is the order of commits, and the one lock is held briefly.
    CHAIN: (
        "CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {table} "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chain_event()"
    ),
    NOT_EMPTIED: (
        "CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    ),
}
# How PostgreSQL writes an event down, whatever a session says: as `chain_event()` sets it.
AS_WRITTEN = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}


def event_models():
    """The table of events of every tracked table, by its name."""
    return {
        model._meta.db_table: model
        for model in apps.get_models()
        if issubclass(model, Event) and getattr(model, "pgh_tracked_model", None)
    }


def triggers_wanted():
    """Pairs of a table and the name of a trigger that guards it."""
    events = event_models()
    tracked = {model.pgh_tracked_model._meta.db_table for model in events.values()}
    kept = {*events, *tracked, AuditEntry._meta.db_table}
    return {(table, CHAIN) for table in events} | {(table, NOT_EMPTIED) for table in kept}


def triggers_missing(cursor):
    """Those of `triggers_wanted()` that are not there, or switched off."""
    cursor.execute(
        "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE tgname = ANY(%s) AND tgenabled IN ('O', 'A') "
        "AND relnamespace = current_schema()::regnamespace",
        [list(_TRIGGERS)],
    )
    return triggers_wanted() - set(cursor.fetchall())


def chain_history(sender=None, using="default", **options):
    """Set the triggers that are missing, and link what was written before. Safe to repeat."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if AuditEntry._meta.db_table not in present:
            return  # migrated back to before there was a chain
        missing = sorted(pair for pair in triggers_missing(cursor) if pair[0] in present)
        for table, name in missing:
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {quoted}")
            cursor.execute(_TRIGGERS[name].format(name=name, table=quoted))
        _link_earlier(cursor, [table for table, name in missing if name == CHAIN])


def _link_earlier(cursor, tables):
    """Events of before the chain, in the order in which they were made."""
    if not tables:
        return
    chained = AuditEntry._meta.db_table
    earlier = " UNION ALL ".join(
        f"SELECT '{table}' AS named, pgh_created_at, pgh_id, to_jsonb(event) AS content "
        f'FROM "{table}" AS event WHERE NOT EXISTS (SELECT FROM {chained} AS entry '
        f"WHERE entry.event_table = '{table}' AND entry.event_id = event.pgh_id)"
        for table in tables
    )
    for name, value in AS_WRITTEN.items():
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
    cursor.execute(
        f"SELECT count(link_event(named, content)) FROM (SELECT * FROM ({earlier}) AS events "
        "ORDER BY pgh_created_at, named, pgh_id) AS in_order"
    )
