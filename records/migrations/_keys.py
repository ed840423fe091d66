"""Functions of the database that know of partners' keys: who asks by one, and what one did."""

from django.db import migrations

from records.migrations._audit import FIXED_PATH, LINK_EVENT

VIEWER_KEY = """
CREATE FUNCTION viewer_key() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT nullif(current_setting('musaala.key', true), '')::bigint
$$;
CREATE FUNCTION context_key(context jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN context ->> 'key' ~ '^[0-9]{1,18}$' THEN (context ->> 'key')::bigint END
$$;
"""
DROP_VIEWER_KEY = "DROP FUNCTION viewer_key(); DROP FUNCTION context_key(jsonb);"

BEFORE = LINK_EVENT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
WITH_KEY = BEFORE.replace("person_id, request", "person_id, key, request").replace(
    "context_person(event -> 'pgh_context'),",
    "context_person(event -> 'pgh_context'),\n        context_key(event -> 'pgh_context'),",
)

OPERATIONS = [
    migrations.RunSQL(VIEWER_KEY, DROP_VIEWER_KEY),
    migrations.RunSQL(migrations.RunSQL.noop, FIXED_PATH),
    migrations.RunSQL(WITH_KEY, BEFORE),
    migrations.RunSQL(FIXED_PATH, migrations.RunSQL.noop),
]
