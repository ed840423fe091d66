"""Functions of the database that find who may read a row: docs/security.md#who-may-read-what."""

from django.db import migrations

# `Marking.rank` says the same in Python. An unknown marking is nobody's to read.
TLP_RANK = """
CREATE FUNCTION tlp_rank(marking text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT coalesce(array_position(
    ARRAY['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'], marking
), 6)::smallint - 1::smallint
$$
"""

# What is not published is its owner's alone, whatever its marking will be.
OWN_ORGANISATIONS = """
CREATE FUNCTION own_organisations(
    marking text, owner bigint, shared_with bigint[], published boolean
) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN NOT published OR marking = 'TLP:AMBER+STRICT' THEN ARRAY[owner]
    WHEN marking = 'TLP:AMBER'
        THEN ARRAY(SELECT DISTINCT unnest(owner || shared_with) ORDER BY 1)
END
$$
"""

# NULL is everybody.
NARROWED = """
CREATE FUNCTION narrowed(one bigint[], other bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN one IS NULL THEN other
    WHEN other IS NULL THEN one
    ELSE ARRAY(SELECT unnest(one) INTERSECT SELECT unnest(other) ORDER BY 1)
END
$$
"""

# The rows that stand behind these are found although the viewer may not see them, for a
# change of marking reaches all that names the row. They show nobody anything.
FIND_AUDIENCE = """
CREATE FUNCTION find_audience(named text, row_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    before text := current_setting('musaala.maintenance', true);
BEGIN
    PERFORM set_config('musaala.maintenance', 'on', true);
    EXECUTE format('UPDATE %s SET audience_rank = NULL WHERE id = $1', named::regclass)
        USING row_id;
    PERFORM set_config('musaala.maintenance', coalesce(before, ''), true);
END
$$
"""

SPREAD_AUDIENCE = """
CREATE FUNCTION spread_audience(changed regclass, row_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    before text := current_setting('musaala.maintenance', true);
    pointing record;
BEGIN
    PERFORM set_config('musaala.maintenance', 'on', true);
    FOR pointing IN
        SELECT key.conrelid::regclass AS named, own.attname AS own_key
        FROM pg_constraint AS key
        JOIN pg_attribute AS own ON own.attrelid = key.conrelid AND own.attnum = key.conkey[1]
        JOIN pg_attribute AS audience
            ON audience.attrelid = key.conrelid AND audience.attname = 'audience_rank'
        WHERE key.contype = 'f' AND key.confrelid = changed
        ORDER BY key.conrelid::regclass::text, own.attname
    LOOP
        EXECUTE format(
            'UPDATE %s SET audience_rank = NULL WHERE %I = $1', pointing.named, pointing.own_key
        ) USING row_id;
    END LOOP;
    PERFORM set_config('musaala.maintenance', coalesce(before, ''), true);
END
$$
"""

# Who is asking, as `viewing()` in records/viewer.py set it for this transaction. Unset,
# nobody: no clearance, no row.
VIEWER = """
CREATE FUNCTION viewer_clearance() RETURNS smallint LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT coalesce(nullif(current_setting('musaala.clearance', true), '')::smallint, -1::smallint)
$$;
CREATE FUNCTION viewer_organisation() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT nullif(current_setting('musaala.organisation', true), '')::bigint
$$;
CREATE FUNCTION viewer_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT nullif(current_setting('musaala.person', true), '')::bigint
$$;
CREATE FUNCTION viewer_reads_drafts() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT coalesce(current_setting('musaala.drafts', true), '') = 'on'
$$;
CREATE FUNCTION viewer_has(asked text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT asked = ANY (string_to_array(coalesce(current_setting('musaala.rights', true), ''), ' '))
$$;
CREATE FUNCTION is_maintenance(owner name) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT current_user = owner AND coalesce(current_setting('musaala.maintenance', true), '') = 'on'
$$;
"""
DROP_VIEWER = """
DROP FUNCTION viewer_clearance(); DROP FUNCTION viewer_organisation();
DROP FUNCTION viewer_person(); DROP FUNCTION viewer_reads_drafts();
DROP FUNCTION viewer_has(text); DROP FUNCTION is_maintenance(name);
"""

OPERATIONS = [
    migrations.RunSQL(TLP_RANK, "DROP FUNCTION tlp_rank(text)"),
    migrations.RunSQL(
        OWN_ORGANISATIONS, "DROP FUNCTION own_organisations(text, bigint, bigint[], boolean)"
    ),
    migrations.RunSQL(NARROWED, "DROP FUNCTION narrowed(bigint[], bigint[])"),
    migrations.RunSQL(FIND_AUDIENCE, "DROP FUNCTION find_audience(text, bigint)"),
    migrations.RunSQL(SPREAD_AUDIENCE, "DROP FUNCTION spread_audience(regclass, bigint)"),
    migrations.RunSQL(VIEWER, DROP_VIEWER),
]


def events_keep_their_context(app_label):
    """Who and why was kept in a table of its own, which could be changed: now on the event.

    The column `pgh_context_id` stays as it is. Events of before get the audience of the row
    they hold, as far as that row tells.
    """
    return migrations.RunSQL(
        f"""
        DO $$
        DECLARE
            event record;
        BEGIN
            FOR event IN
                SELECT kept.table_name AS name, EXISTS (
                    SELECT FROM information_schema.columns AS own
                    WHERE own.table_schema = kept.table_schema
                        AND own.table_name = kept.table_name AND own.column_name = 'owner_id'
                ) AS of_record
                FROM information_schema.columns AS kept
                WHERE kept.table_schema = current_schema()
                    AND kept.table_name LIKE '{app_label}\\_%event'
                    AND kept.column_name = 'pgh_context_id'
            LOOP
                EXECUTE format('ALTER TABLE %I ADD COLUMN pgh_context jsonb', event.name);
                EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', event.name);
                EXECUTE format(
                    'UPDATE %I AS event SET pgh_context = kept.metadata
                    FROM pghistory_context AS kept WHERE kept.id = event.pgh_context_id',
                    event.name
                );
                IF event.of_record THEN
                    EXECUTE format(
                        'UPDATE %I SET audience_rank = tlp_rank(marking),
                            audience_published = review_status = ''published'',
                            audience_organisations = own_organisations(
                                marking, owner_id, shared_with, review_status = ''published''
                            )', event.name
                    );
                END IF;
                EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', event.name);
            END LOOP;
        END $$
        """,
        migrations.RunSQL.noop,
    )


def rows_find_their_audience(app_label):
    """Once the triggers are there, they fill in what was there before them."""
    return migrations.RunSQL(
        f"""
        DO $$
        DECLARE
            marked record;
        BEGIN
            FOR marked IN
                SELECT table_name AS name FROM information_schema.columns
                WHERE table_schema = current_schema() AND column_name = 'audience_rank'
                    AND table_name LIKE '{app_label}\\_%' AND table_name NOT LIKE '%event'
            LOOP
                EXECUTE format('UPDATE %I SET audience_rank = NULL', marked.name);
            END LOOP;
        END $$
        """,
        migrations.RunSQL.noop,
    )
