"""The function of the database that counts a key's requests: partners/allowance.py."""

from django.db import migrations

# As the owner: the role that answers people can count, and neither lower a count nor raise
# an allowance. Only these rows are locked, each for this one statement.
COUNT_REQUEST = """
CREATE FUNCTION count_request(
    asking bigint, asked text, today date, capacity integer, per_minute integer, works boolean,
    OUT remaining double precision, OUT admitted boolean
)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    since timestamptz;
    moment timestamptz;
    is_new boolean;
BEGIN
    INSERT INTO partners_allowance (key_id, "left", at)
    VALUES (asking, capacity, clock_timestamp()) ON CONFLICT DO NOTHING;
    SELECT "left", at INTO STRICT remaining, since
    FROM partners_allowance WHERE key_id = asking FOR UPDATE;
    moment := greatest(clock_timestamp(), since);
    remaining := least(capacity, remaining + extract(epoch FROM moment - since) * per_minute / 60);
    admitted := works AND remaining >= 1;
    IF admitted THEN
        remaining := remaining - 1;
    END IF;
    UPDATE partners_allowance SET "left" = remaining, at = moment WHERE key_id = asking;

    INSERT INTO partners_usage AS counted (key_id, day, noun, requests, refused)
    VALUES (asking, today, asked, 1, (NOT admitted)::integer)
    ON CONFLICT (key_id, day, noun) DO UPDATE
    SET requests = counted.requests + 1, refused = counted.refused + excluded.refused
    RETURNING xmax = 0 INTO is_new;
    IF is_new THEN
        DELETE FROM partners_usage WHERE key_id = asking AND day < today - interval '1 year';
    END IF;

    IF admitted THEN
        UPDATE partners_key SET last_used_at = moment WHERE id = (
            SELECT id FROM partners_key
            WHERE id = asking
            AND (last_used_at IS NULL OR last_used_at < moment - interval '1 minute')
            FOR NO KEY UPDATE SKIP LOCKED
        );
    END IF;
END
$$
"""
DROP_COUNT_REQUEST = "DROP FUNCTION count_request(bigint, text, date, integer, integer, boolean)"

# Temporary tables come last, for they could stand in for ours.
FIXED_PATH = """
DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION count_request(bigint, text, date, integer, integer, boolean) '
        'SET search_path = pg_catalog, %I, pg_temp', current_schema()
    );
END $$
"""

OPERATIONS = [
    migrations.RunSQL("ALTER TABLE partners_allowance SET UNLOGGED", migrations.RunSQL.noop),
    migrations.RunSQL(COUNT_REQUEST, DROP_COUNT_REQUEST),
    migrations.RunSQL(FIXED_PATH, migrations.RunSQL.noop),
]
