"""The second wall: what the database itself shows to the role that answers people.

Every table that carries a marking, and its history, has row-level security, forced, so
that even a query that forgot the gate returns what the viewer may see and nothing else.
Raised after every `migrate`, for whatever tables there are by then, so that a new one
cannot be forgotten. Why and how: docs/adr/0018-two-walls.md.
"""

from hashlib import sha256

from django.apps import apps
from django.core.management import CommandError
from django.db import IntegrityError, ProgrammingError, connections, transaction
from pghistory.models import Event
from psycopg.errors import DuplicateObject, UniqueViolation

from records.gate import right_needed
from records.models import AuditEntry
from records.models.audience import Marked
from records.rights import AUDIT
from records.web_role import WEB_ROLE

# `Viewer.may_read()` says the same in Python. A subquery is asked once for all rows.
_ADMITTED = """
    audience_rank <= (SELECT viewer_clearance())
    AND (audience_organisations IS NULL
        OR (SELECT viewer_organisation()) = ANY (audience_organisations))
    AND (audience_readers IS NULL OR (SELECT viewer_person()) = ANY (audience_readers))
    AND (audience_published OR (SELECT viewer_reads_drafts()))
"""
# `AuditQuerySet.visible_to()` says the same in Python.
_OF_AUDIT = {
    "audience": f"FOR SELECT USING ((SELECT viewer_has('{AUDIT}')) "
    "OR person_id = (SELECT viewer_person()) OR {m})",
    "written": "FOR INSERT WITH CHECK ({m})",
}
# Whether no row has this key: what was deleted cannot be told from what is hidden otherwise.
_IS_GONE = """
CREATE OR REPLACE FUNCTION is_gone(named regclass, row_id bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    before text := current_setting('musaala.maintenance', true);
    gone boolean;
BEGIN
    PERFORM set_config('musaala.maintenance', 'on', true);
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s WHERE id = $1)', named)
        INTO gone USING row_id;
    PERFORM set_config('musaala.maintenance', coalesce(before, ''), true);
    RETURN gone;
END
$$
"""
# pgtrigger asks this function whether a trigger is switched off, and it would ask a setting
# that any session can change.
_NO_TRIGGER_IS_IGNORED = """
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT false $$
"""
# The owner of the tables, at work for nobody: migrations, and what spreads an audience.
_MAINTENANCE = "(SELECT is_maintenance('{owner}'))"


def raise_walls(sender=None, using="default", **options):
    """Give the web role its rights and every marked table its policies. Safe to repeat."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        owner = _make_role(cursor)
        cursor.execute(_IS_GONE)
        cursor.execute(_NO_TRIGGER_IS_IGNORED)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        present = {name for (name,) in cursor.fetchall()}
        events = {model._meta.db_table: model for model in apps.get_models() if _is_event(model)}
        others = {
            model._meta.db_table: model for model in apps.get_models() if not _is_event(model)
        }
        walled = {table: wall for table, model in others.items() if (wall := _wall_of(model))}
        for table in sorted(present):
            rights = getattr(others.get(table), "WEB_RIGHTS", RIGHTS.get(table, ANY_ROW))
            _grant(cursor, table, EVENT_RIGHTS if table in events else rights)
        for table in sorted(present & walled.keys()):
            _protect(
                cursor, table, {"audience": f"FOR ALL USING ({walled[table]} OR {{m}})"}, owner
            )
        for table in sorted(present & events.keys()):
            _protect(cursor, table, _of_history(events[table]), owner)
        for table in present & {AUDIT_TABLE}:
            _protect(cursor, table, _OF_AUDIT, owner)


def _is_event(model):
    return issubclass(model, Event) and bool(getattr(model, "pgh_tracked_model", None))


def _wall_of(model):
    """Condition under which the web role sees a row, or None: every row.

    That of the audience and of the right needed; of other rows their own `WALL`. Rows that
    only come and never change say so by `WEB_RIGHTS`.
    """
    if not issubclass(model, Marked):
        return getattr(model, "WALL", None)
    if right := right_needed(model):
        return f"{_ADMITTED} AND (SELECT viewer_has('{right}'))"
    return _ADMITTED


REMEDY = (
    f"The database needs a role {WEB_ROLE} that answers people, and {{owner}} must be a member "
    f"of it. Let a superuser run: CREATE ROLE {WEB_ROLE} LOGIN PASSWORD '...'; "
    f"GRANT {WEB_ROLE} TO {{owner}}; then `migrate` again. "
    "See docs/operations.md#two-roles-of-the-database."
)


def _make_role(cursor):
    """The role that answers people. Returns the name of the tables' owner, who asks."""
    cursor.execute("SELECT current_user, current_database(), current_schema()")
    owner, database, schema = cursor.fetchone()
    try:
        with transaction.atomic(using=cursor.db.alias):
            _create_role(cursor)
            cursor.execute(f"SET LOCAL ROLE {WEB_ROLE}")
            cursor.execute("SET LOCAL ROLE NONE")
    except ProgrammingError as error:
        raise CommandError(REMEDY.format(owner=owner)) from error
    # A table or trigger of its own would let it write history as triggers do.
    cursor.execute(f'REVOKE TEMPORARY ON DATABASE "{database}" FROM PUBLIC')
    cursor.execute(f'REVOKE CREATE ON SCHEMA "{schema}" FROM PUBLIC')
    cursor.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO {WEB_ROLE}')
    cursor.execute(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO {WEB_ROLE}')
    return owner


def _create_role(cursor):
    """Nothing if it exists, or comes to exist meanwhile.

    All databases of a server share it, and none can lock it: several may be migrated at once.
    """
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB_ROLE])
    if cursor.fetchone():
        return
    try:
        with transaction.atomic(using=cursor.db.alias):
            cursor.execute(f"CREATE ROLE {WEB_ROLE} NOLOGIN")
            cursor.execute(f"GRANT {WEB_ROLE} TO current_user")
    except (IntegrityError, ProgrammingError) as error:
        if not isinstance(error.__cause__, (UniqueViolation, DuplicateObject)):
            raise


ANY_ROW = "SELECT, INSERT, UPDATE, DELETE"
EVENT_RIGHTS = "SELECT, INSERT"
AUDIT_TABLE = AuditEntry._meta.db_table
_TOLD = [
    str(field.column) for field in AuditEntry._meta.fields if field.name not in AuditEntry.PROOF
]
RIGHTS = {
    "django_migrations": "SELECT",
    AUDIT_TABLE: f"SELECT ({', '.join(_TOLD)})",
    # What a role may do is said by `migrate`, or one person could widen all who hold it.
    **dict.fromkeys(["auth_group", "auth_group_permissions", "auth_permission"], "SELECT"),
}


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
    wall = _wall_of(tracked)
    seen = f"{wall} OR {{m}}" if wall else "true"
    if issubclass(tracked, Marked):
        seen = _is_there(tracked, f'"{table}".pgh_obj_id')
        if key := getattr(tracked, "KEY", None):
            whole = tracked._meta.get_field(key[0])
            gone = f"is_gone('{tracked._meta.db_table}', \"{table}\".pgh_obj_id)"
            whole_seen = _is_there(whole.related_model, f'"{table}".{whole.column}')
            seen = f"{whole_seen} AND ({seen} OR {gone})"
        seen = f"{wall} AND {seen} OR {{m}}"
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
