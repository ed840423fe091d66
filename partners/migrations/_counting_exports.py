"""The function of the database that counts a key's exports: partners/allowance.py."""

from django.db import migrations

# As the owner, like `count_request`.
COUNT_EXPORT = """
CREATE FUNCTION count_export(
    asking bigint, an_hour integer, OUT remaining double precision, OUT admitted boolean
)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    since timestamptz;
    moment timestamptz;
BEGIN
    INSERT INTO partners_exportallowance (key_id, "left", at)
    VALUES (asking, an_hour, clock_timestamp()) ON CONFLICT DO NOTHING;
    SELECT "left", at INTO STRICT remaining, since
    FROM partners_exportallowance WHERE key_id = asking FOR UPDATE;
    moment := greatest(clock_timestamp(), since);
    remaining := least(an_hour, remaining + extract(epoch FROM moment - since) * an_hour / 3600);
    admitted := remaining >= 1;
    IF admitted THEN
        remaining := remaining - 1;
    END IF;
    UPDATE partners_exportallowance SET "left" = remaining, at = moment WHERE key_id = asking;
END
$$
"""
FIXED_PATH = """
DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION count_export(bigint, integer) '
        'SET search_path = pg_catalog, %I, pg_temp', current_schema()
    );
END $$
"""

OPERATIONS = [
    migrations.RunSQL("ALTER TABLE partners_exportallowance SET UNLOGGED", migrations.RunSQL.noop),
    migrations.RunSQL(COUNT_EXPORT, "DROP FUNCTION count_export(bigint, integer)"),
    migrations.RunSQL(FIXED_PATH, migrations.RunSQL.noop),
]
