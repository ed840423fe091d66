"""Functions of the database that write the book of the feed: docs/adr/0026-the-feed.md."""

from django.db import migrations

# At commit, under the lock of the chain of history: one transaction at a time from here to
# its end, so the numbers have the order of commits, and no second lock can meet the first.
# Of a row and a transaction, what counts is how it stood before and how it stands now: what
# was between, nobody saw. Restored from a copy, the book may hold an older transaction of
# the same number: that one was noted before this one began.
NOTE_CHANGE = """
CREATE FUNCTION note_change(change partners_change) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    earlier partners_change;
BEGIN
    PERFORM pg_advisory_xact_lock('records_auditentry'::regclass::oid::bigint);
    change.transaction := pg_current_xact_id()::text::bigint;
    change.made_at := clock_timestamp();
    EXECUTE format(
        'SELECT audience_rank, audience_organisations, audience_readers
        FROM %I WHERE id = $1 AND audience_published',
        coalesce(nullif(change.part_table, ''), change.record_table)
    ) INTO change.after_rank, change.after_organisations, change.after_readers
    USING coalesce(change.part_id, change.record_id);

    SELECT * INTO earlier FROM partners_change AS noted
    WHERE noted.transaction = change.transaction AND noted.made_at >= now()
        AND noted.record_id = change.record_id AND noted.record_table = change.record_table
        AND noted.part_table = change.part_table
        AND noted.part_id IS NOT DISTINCT FROM change.part_id
    ORDER BY number LIMIT 1;
    IF FOUND THEN
        change.before_rank := earlier.before_rank;
        change.before_organisations := earlier.before_organisations;
        change.before_readers := earlier.before_readers;
    END IF;

    IF change.before_rank IS NULL AND change.after_rank IS NULL OR EXISTS (
        SELECT FROM partners_change AS noted
        WHERE noted.transaction = change.transaction AND noted.made_at >= now()
            AND noted.record_id = change.record_id AND noted.record_table = change.record_table
            AND (noted.part_table = '' OR change.part_table <> '')
            AND noted.said >= change.said
            AND (noted.after_rank, noted.after_organisations, noted.after_readers)
                IS NOT DISTINCT FROM
                (change.after_rank, change.after_organisations, change.after_readers)
            AND (
                change.part_table <> '' AND change.before_rank IS NULL
                OR (noted.before_rank, noted.before_organisations, noted.before_readers)
                IS NOT DISTINCT FROM
                (change.before_rank, change.before_organisations, change.before_readers)
            )
    ) THEN
        RETURN;
    END IF;
    change.number := nextval(pg_get_serial_sequence('partners_change', 'number'));
    INSERT INTO partners_change SELECT change.*;
END
$$
"""

# The argument is whether what the row says moved, or its audience alone.
RECORD_CHANGED = """
CREATE FUNCTION record_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    maintenance text := current_setting('musaala.maintenance', true);
    change partners_change;
BEGIN
    PERFORM set_config('musaala.maintenance', 'on', true);
    change.record_table := TG_TABLE_NAME;
    change.record_id := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
    change.reference := CASE WHEN TG_OP = 'DELETE' THEN OLD.reference ELSE NEW.reference END;
    change.part_table := '';
    change.said := TG_ARGV[0] = 'said';
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM %I WHERE id = $1 AND review_status = ''withdrawn'')',
        TG_TABLE_NAME
    ) INTO change.withdrawn USING change.record_id;
    IF TG_OP <> 'INSERT' AND OLD.audience_published THEN
        change.before_rank := OLD.audience_rank;
        change.before_organisations := OLD.audience_organisations;
        change.before_readers := OLD.audience_readers;
    END IF;
    PERFORM note_change(change);
    PERFORM set_config('musaala.maintenance', coalesce(maintenance, ''), true);
    RETURN NULL;
END
$$
"""

# A change of a part is one of each record that shows it, for who may see the part. Further
# arguments are pairs of a record's table and the part's column that leads there.
PART_CHANGED = """
CREATE FUNCTION part_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    maintenance text := current_setting('musaala.maintenance', true);
    change partners_change;
    blank partners_change;
BEGIN
    PERFORM set_config('musaala.maintenance', 'on', true);
    blank.part_table := TG_TABLE_NAME;
    blank.part_id := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
    blank.said := TG_ARGV[0] = 'said';
    blank.withdrawn := false;
    IF TG_OP <> 'INSERT' AND OLD.audience_published THEN
        blank.before_rank := OLD.audience_rank;
        blank.before_organisations := OLD.audience_organisations;
        blank.before_readers := OLD.audience_readers;
    END IF;
    FOR argument IN 1 .. TG_NARGS - 1 BY 2 LOOP
        change := blank;
        change.record_table := TG_ARGV[argument];
        FOR change.record_id IN
            SELECT DISTINCT key FROM unnest(ARRAY[
                (to_jsonb(OLD) ->> TG_ARGV[argument + 1])::bigint,
                (to_jsonb(NEW) ->> TG_ARGV[argument + 1])::bigint
            ]) AS key WHERE key IS NOT NULL ORDER BY key
        LOOP
            EXECUTE format('SELECT reference FROM %I WHERE id = $1', change.record_table)
                INTO change.reference USING change.record_id;
            IF change.reference IS NOT NULL THEN  -- else it went, too, and says so itself
                PERFORM note_change(change);
            END IF;
        END LOOP;
    END LOOP;
    PERFORM set_config('musaala.maintenance', coalesce(maintenance, ''), true);
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
    FOREACH named IN ARRAY
        ARRAY['note_change(partners_change)', 'record_changed()', 'part_changed()']
    LOOP
        EXECUTE format(
            'ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', named, current_schema()
        );
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', named);
    END LOOP;
END $$
"""

OPERATIONS = [
    migrations.RunSQL(NOTE_CHANGE, "DROP FUNCTION note_change(partners_change)"),
    migrations.RunSQL(RECORD_CHANGED, "DROP FUNCTION record_changed() CASCADE"),
    migrations.RunSQL(PART_CHANGED, "DROP FUNCTION part_changed() CASCADE"),
    migrations.RunSQL(FIXED_PATH, migrations.RunSQL.noop),
]
