"""Functions of the database that chain the history: docs/security.md#verifying-the-history."""

from django.db import migrations

# Who did it and in which request, as far as the context of an event says so in earnest.
CONTEXT = r"""
CREATE FUNCTION context_person(context jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN context ->> 'user' ~ '^[0-9]{1,18}$' THEN (context ->> 'user')::bigint END
$$;
CREATE FUNCTION context_request(context jsonb) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN context ->> 'request' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    THEN (context ->> 'request')::uuid END
$$;
"""
DROP_CONTEXT = "DROP FUNCTION context_person(jsonb); DROP FUNCTION context_request(jsonb);"

# One at a time until the transaction ends, so that the sequence is the order of commits and
# has no gaps. Each statement of a function sees what was committed before it began.
LINK_EVENT = """
CREATE FUNCTION link_event(named text, event jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    next bigint;
    previous text;
BEGIN
    PERFORM pg_advisory_xact_lock('records_auditentry'::regclass::oid::bigint);
    SELECT sequence + 1, hash INTO next, previous
    FROM records_auditentry ORDER BY sequence DESC LIMIT 1;
    next := coalesce(next, 1);
    INSERT INTO records_auditentry (
        sequence, made_at, event_table, event_id, action, row_id, person_id, request, content, hash
    ) VALUES (
        next,
        (event ->> 'pgh_created_at')::timestamptz,
        named,
        (event ->> 'pgh_id')::bigint,
        event ->> 'pgh_label',
        (event ->> 'pgh_obj_id')::bigint,
        context_person(event -> 'pgh_context'),
        context_request(event -> 'pgh_context'),
        event::text,
        audit_hash(previous, next, named, event::text)
    );
END
$$
"""

AUDIT_HASH = r"""
CREATE FUNCTION audit_hash(previous text, sequence bigint, named text, content text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT encode(sha256(convert_to(
    coalesce(previous, repeat('0', 64)) || E'\n' || sequence || E'\n' || named || E'\n' || content,
    'UTF8'
)), 'hex')
$$
"""

# As the owner, for it reads and writes what whoever commits may not. What a session has set
# changes nothing of how an event is written down: records/verifying.py reads it the same way.
CHAIN_EVENT = """
CREATE FUNCTION chain_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres'
SET bytea_output = 'hex' SET extra_float_digits = 1
AS $$
DECLARE
    before text := current_setting('musaala.maintenance', true);
BEGIN
    PERFORM set_config('musaala.maintenance', 'on', true);
    PERFORM link_event(TG_TABLE_NAME, to_jsonb(NEW));
    PERFORM set_config('musaala.maintenance', coalesce(before, ''), true);
    RETURN NULL;
END
$$
"""

# A TRUNCATE fires no other trigger: history would neither hear of it nor survive it.
REFUSE_TRUNCATE = """
CREATE FUNCTION refuse_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('musaala.forget_history', true), '') <> 'on' THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('%I is not emptied: the history would be lost.', TG_TABLE_NAME),
            HINT = 'In a database that may lose it: SET musaala.forget_history = ''on''.';
    END IF;
    RETURN NULL;
END
$$
"""

# Temporary tables come last, for they could stand in for ours.
FIXED_PATH = """
DO $$
DECLARE
    named text;
BEGIN
    FOREACH named IN ARRAY ARRAY['link_event(text, jsonb)', 'chain_event()'] LOOP
        EXECUTE format(
            'ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', named, current_schema()
        );
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', named);
    END LOOP;
END $$
"""

OPERATIONS = [
    migrations.RunSQL(CONTEXT, DROP_CONTEXT),
    migrations.RunSQL(AUDIT_HASH, "DROP FUNCTION audit_hash(text, bigint, text, text)"),
    migrations.RunSQL(LINK_EVENT, "DROP FUNCTION link_event(text, jsonb)"),
    migrations.RunSQL(CHAIN_EVENT, "DROP FUNCTION chain_event() CASCADE"),
    migrations.RunSQL(REFUSE_TRUNCATE, "DROP FUNCTION refuse_truncate() CASCADE"),
    migrations.RunSQL(FIXED_PATH, migrations.RunSQL.noop),
]
