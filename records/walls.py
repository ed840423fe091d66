"""The second wall: what the database itself shows to the role that answers people.

Every table that carries a marking, and its history, has row-level security, forced, so
that even a query that forgot the gate returns what the viewer may see and nothing else.
Raised after every `migrate`, for whatever tables there are by then, so that a new one
cannot be forgotten. Why and how: docs/adr/0018-two-walls.md.
"""

from hashlib import sha256

from django.apps import apps
from django.db import connections, transaction
from pghistory.models import Event

from records.models.audience import Marked
from records.viewer import WEB_ROLE

# `Viewer.may_read()` says the same in Python. A subquery is asked once for all rows.
_ADMITTED = """
    audience_rank <= (SELECT viewer_clearance())
    AND (audience_organisations IS NULL
        OR (SELECT viewer_organisation()) = ANY (audience_organisations))
    AND (audience_readers IS NULL OR (SELECT viewer_person()) = ANY (audience_readers))
    AND (audience_published OR (SELECT viewer_reads_drafts()))
"""
# Whether no row has this key: what was deleted cannot be told from what is hidden otherwise.
_IS_GONE = """
CREATE OR REPLACE FUNCTION is_gone(named regclass, row_id bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path FROM CURRENT SET musaala.maintenance = 'on' AS $$
DECLARE
    gone boolean;
BEGIN
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s WHERE id = $1)', named)
        INTO gone USING row_id;
    RETURN gone;
END
$$
"""
# The owner of the tables, at work for nobody: migrations, and what spreads an audience.
_MAINTENANCE = "(SELECT is_maintenance('{owner}'))"


def raise_walls(sender=None, using="default", **options):
    """Give the web role its rights and every marked table its policies. Safe to repeat."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        owner = _make_role(cursor)
        cursor.execute(_IS_GONE)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        present = {name for (name,) in cursor.fetchall()}
        events = {model._meta.db_table: model for model in apps.get_models() if _is_event(model)}
        marked = {model._meta.db_table: model for model in apps.get_models() if _is_marked(model)}
        for table in sorted(present):
            _grant(cursor, table, EVENT_RIGHTS if table in events else RIGHTS.get(table, ANY_ROW))
        for table in sorted(present & marked.keys()):
            _protect(cursor, table, {"audience": f"FOR ALL USING ({_ADMITTED} OR {{m}})"}, owner)
        for table in sorted(present & events.keys()):
            _protect(cursor, table, _of_history(events[table]), owner)


def _is_event(model):
    return issubclass(model, Event) and bool(getattr(model, "pgh_tracked_model", None))


def _is_marked(model):
    return issubclass(model, Marked)


def _make_role(cursor):
    """The role that answers people. Returns the name of the tables' owner, who asks."""
    cursor.execute("SELECT current_user, current_database(), current_schema()")
    owner, database, schema = cursor.fetchone()
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB_ROLE])
    if not cursor.fetchone():
        cursor.execute(f"CREATE ROLE {WEB_ROLE} NOLOGIN")
    cursor.execute("SELECT pg_has_role(%s, 'MEMBER')", [WEB_ROLE])
    if not cursor.fetchone()[0]:
        cursor.execute(f"GRANT {WEB_ROLE} TO current_user")
    # A table or trigger of its own would let it write history as triggers do.
    cursor.execute(f'REVOKE TEMPORARY ON DATABASE "{database}" FROM PUBLIC')
    cursor.execute(f'REVOKE CREATE ON SCHEMA "{schema}" FROM PUBLIC')
    cursor.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO {WEB_ROLE}')
    cursor.execute(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO {WEB_ROLE}')
    return owner


ANY_ROW = "SELECT, INSERT, UPDATE, DELETE"
EVENT_RIGHTS = "SELECT, INSERT"
RIGHTS = {"django_migrations": "SELECT"}


def _grant(cursor, table, rights):
    cursor.execute(f'REVOKE ALL ON "{table}" FROM {WEB_ROLE}')
    cursor.execute(f'GRANT {rights} ON "{table}" TO {WEB_ROLE}')


def _protect(cursor, table, policies, owner):
    for name, says in policies.items():
        _renew_policy(cursor, table, name, says.format(m=_MAINTENANCE.format(owner=owner)))
    cursor.execute(
        "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
        [table],
    )
    if not cursor.fetchone()[0]:
        cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')


def _of_history(event):
    """Written by triggers alone; read by those who may read what the row is today, too.

    A part that was deleted is read by those who may read the record it belonged to.
    """
    tracked, table = event.pgh_tracked_model, event._meta.db_table
    seen = "true"
    if _is_marked(tracked):
        seen = _is_there(tracked, f'"{table}".pgh_obj_id')
        if key := getattr(tracked, "KEY", None):
            whole = tracked._meta.get_field(key[0])
            gone = f"is_gone('{tracked._meta.db_table}', \"{table}\".pgh_obj_id)"
            whole_seen = _is_there(whole.related_model, f'"{table}".{whole.column}')
            seen = f"{whole_seen} AND ({seen} OR {gone})"
        seen = f"{_ADMITTED} AND {seen} OR {{m}}"
    return {
        "audience": f"FOR SELECT USING ({seen})",
        "written": "FOR INSERT WITH CHECK (pg_trigger_depth() > 0)",
    }


def _is_there(model, key):
    """Whether the viewer sees the row of `model` with this key."""
    return f'EXISTS (SELECT FROM "{model._meta.db_table}" AS now WHERE now.id = {key})'


def _renew_policy(cursor, table, name, says):
    """Only if it says something else than before: it locks the table for a moment."""
    mark = sha256(says.encode()).hexdigest()
    cursor.execute(
        "SELECT obj_description(oid, 'pg_policy') FROM pg_policy "
        "WHERE polrelid = %s::regclass AND polname = %s",
        [table, name],
    )
    if (mark,) in cursor.fetchall():
        return
    cursor.execute(f'DROP POLICY IF EXISTS {name} ON "{table}"')
    cursor.execute(f'CREATE POLICY {name} ON "{table}" {says}')
    cursor.execute(f"COMMENT ON POLICY {name} ON \"{table}\" IS '{mark}'")
