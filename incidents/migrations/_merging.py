"""Functions of the database that make two incidents one, and two again: ADR 0032.

They move what belongs to the one to the other, whoever may see it: whoever merges learns
nothing of rows that are hidden from him. So they ask again whether he may, and nothing
else writes what they write.
"""

from django.db import migrations

# Who would read the incident if it, and its place, were published.
INCIDENT_REACH = """
CREATE FUNCTION incident_reach(
    row_id bigint, OUT rank smallint, OUT organisations bigint[], OUT readers bigint[]
) LANGUAGE sql STABLE AS $$
SELECT greatest(tlp_rank(own.marking), tlp_rank(place.marking), published.audience_rank),
    narrowed(
        own_organisations(own.marking, own.owner_id, own.shared_with, true),
        narrowed(
            own_organisations(place.marking, place.owner_id, place.shared_with, true),
            published.audience_organisations
        )
    ),
    narrowed(
        CASE WHEN own.marking = 'TLP:RED' THEN own.readers END,
        narrowed(
            CASE WHEN place.marking = 'TLP:RED' THEN place.readers END,
            published.audience_readers
        )
    )
FROM incidents_incident AS own
JOIN incidents_place AS place ON place.id = own.place_id
LEFT JOIN incidents_place AS published
    ON published.id = own.place_id AND published.audience_published
WHERE own.id = row_id
$$
"""

# Whether whoever reads the one could read the other.
REACHES_NO_FURTHER = """
CREATE FUNCTION reaches_no_further(one bigint, other bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT mine.rank >= its.rank
    AND (its.readers IS NULL OR coalesce(mine.readers <@ its.readers, false))
    AND (
        its.organisations IS NULL
        OR coalesce(mine.organisations <@ its.organisations, false)
        OR mine.readers IS NOT NULL AND NOT EXISTS (
            SELECT FROM unnest(mine.readers) AS reader
            LEFT JOIN records_user AS person ON person.id = reader
            WHERE person.organisation_id = ANY (its.organisations) IS NOT TRUE
        )
    )
FROM incident_reach(one) AS mine, incident_reach(other) AS its
$$
"""

VIEWER_READS = """
CREATE FUNCTION viewer_reads_incident(row_id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM incidents_incident
    WHERE id = row_id AND audience_rank <= viewer_clearance()
        AND (audience_organisations IS NULL
            OR viewer_organisation() = ANY (audience_organisations))
        AND (audience_readers IS NULL OR viewer_person() = ANY (audience_readers))
        AND (audience_published OR viewer_reads_drafts())
)
$$
"""

# A word for why not, or NULL: the sentences are in incidents/merging.py.
MERGE_REFUSAL = """
CREATE FUNCTION merge_refusal(kept_id bigint, merged_id bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    kept incidents_incident;
    merged incidents_incident;
BEGIN
    SELECT * INTO kept FROM incidents_incident WHERE id = kept_id;
    SELECT * INTO merged FROM incidents_incident WHERE id = merged_id;
    RETURN CASE
        WHEN NOT (viewer_reads_incident(kept_id) AND viewer_reads_incident(merged_id))
            THEN 'absent'
        WHEN kept_id = merged_id THEN 'same'
        WHEN kept.owner_id IS DISTINCT FROM viewer_organisation()
            OR merged.owner_id IS DISTINCT FROM viewer_organisation() THEN 'owner'
        WHEN viewer_person() IS NULL OR NOT viewer_has('records.review_records') THEN 'monitor'
        WHEN kept.merged_into_id IS NOT NULL OR merged.merged_into_id IS NOT NULL THEN 'merged'
        WHEN kept.review_status NOT IN ('draft', 'published')
            OR merged.review_status NOT IN ('draft', 'published') THEN 'state'
        WHEN kept.review_status = 'draft' AND merged.review_status = 'published' THEN 'draft'
        WHEN kept.wider IS NOT NULL OR merged.wider IS NOT NULL THEN 'wider'
        WHEN NOT reaches_no_further(kept_id, merged_id) THEN 'audience'
    END;
END
$$
"""

# Rows of any table that carry an audience and lead to the merged one now lead to the kept
# one. What the kept one says already, by a key that can be there once, stays where it is.
MERGE_INCIDENTS = """
CREATE FUNCTION merge_incidents(
    kept_id bigint, merged_id bigint, version_before integer, why text
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    maintenance text := current_setting('musaala.maintenance', true);
    refused text;
    made bigint;
    kept incidents_incident;
    merged incidents_incident;
    pointing record;
    this bigint;
    told boolean := false;
    same boolean;
BEGIN
    PERFORM set_config('musaala.maintenance', 'on', true);
    PERFORM FROM incidents_incident WHERE id IN (kept_id, merged_id) ORDER BY id FOR UPDATE;
    refused := merge_refusal(kept_id, merged_id);
    IF refused IS NOT NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'Not to merge: ' || refused;
    END IF;
    SELECT * INTO kept FROM incidents_incident WHERE id = kept_id;
    SELECT * INTO merged FROM incidents_incident WHERE id = merged_id;
    INSERT INTO incidents_merge (
        kept_id, merged_id, reason, made_at, made_by_id, version_before, version_after,
        status_before, kept_marking, kept_shared_with, kept_readers, undone_reason
    ) VALUES (
        kept.id, merged.id, why, clock_timestamp(), viewer_person(), version_before,
        kept.version, merged.review_status, kept.marking, kept.shared_with, kept.readers, ''
    ) RETURNING id INTO made;

    FOR pointing IN
        SELECT relation.relname AS named, own.attname AS own_key
        FROM pg_constraint AS key
        JOIN pg_class AS relation ON relation.oid = key.conrelid
        JOIN pg_attribute AS own ON own.attrelid = key.conrelid AND own.attnum = key.conkey[1]
        JOIN pg_attribute AS audience
            ON audience.attrelid = key.conrelid AND audience.attname = 'audience_rank'
        WHERE key.contype = 'f' AND key.confrelid = 'incidents_incident'::regclass
        ORDER BY relation.relname, own.attname
    LOOP
        FOR this IN EXECUTE format(
            'SELECT id FROM %I WHERE %I = $1 ORDER BY id FOR UPDATE',
            pointing.named, pointing.own_key
        ) USING merged.id LOOP
            BEGIN
                EXECUTE format(
                    'UPDATE %I SET %I = $1 WHERE id = $2 RETURNING
                    (audience_rank, audience_organisations, audience_readers, audience_published)
                    IS NOT DISTINCT FROM ($3, $4, $5, $6)',
                    pointing.named, pointing.own_key
                ) INTO same USING kept.id, this, kept.audience_rank, kept.audience_organisations,
                    kept.audience_readers, kept.audience_published;
                INSERT INTO incidents_mergedrow (merge_id, "table", "column", "row")
                VALUES (made, pointing.named, pointing.own_key, this);
                told := told OR same;
            EXCEPTION WHEN unique_violation THEN
                NULL;
            END;
        END LOOP;
    END LOOP;

    IF merged.audience_published THEN
        INSERT INTO incidents_formerreference (incident_id, reference, marking, readers)
        VALUES (kept.id, merged.reference, merged.marking, merged.readers);
    END IF;
    IF told THEN  -- all who read the kept one see something more in it
        UPDATE incidents_incident SET updated_at = NULL WHERE id = kept.id;
    END IF;
    UPDATE incidents_incident
    SET review_status = 'withdrawn', withdrawn_reason = why, merged_into_id = kept.id,
        wider = NULL, to_countersign = merged.review_status = 'published',
        updated_by_id = viewer_person()
    WHERE id = merged.id;
    PERFORM set_config('musaala.maintenance', coalesce(maintenance, ''), true);
    RETURN made;
END
$$
"""

UNDO_REFUSAL = """
CREATE FUNCTION unmerge_refusal(merge_id bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    made incidents_merge;
    kept incidents_incident;
BEGIN
    SELECT * INTO made FROM incidents_merge WHERE id = merge_id;
    SELECT * INTO kept FROM incidents_incident WHERE id = made.kept_id;
    RETURN CASE
        WHEN made.id IS NULL OR NOT (
            viewer_reads_incident(made.kept_id) AND viewer_reads_incident(made.merged_id)
        ) THEN 'absent'
        WHEN made.undone_at IS NOT NULL THEN 'undone'
        WHEN kept.owner_id IS DISTINCT FROM viewer_organisation() THEN 'owner'
        WHEN viewer_person() IS NULL OR NOT viewer_has('records.review_records') THEN 'monitor'
        WHEN kept.merged_into_id IS NOT NULL THEN 'later'
        WHEN kept.review_status NOT IN ('draft', 'published') THEN 'state'
        WHEN kept.wider IS NOT NULL THEN 'wider'
        WHEN audience_widens(
            kept.owner_id, kept.marking, kept.shared_with, kept.readers,
            made.kept_marking, made.kept_shared_with, made.kept_readers
        ) THEN 'narrowed'
    END;
END
$$
"""

# Rows that have moved on since, or were added since, stay where they are.
UNMERGE_INCIDENTS = """
CREATE FUNCTION unmerge_incidents(made_id bigint, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    maintenance text := current_setting('musaala.maintenance', true);
    refused text;
    made incidents_merge;
    kept incidents_incident;
    moved incidents_mergedrow;
    told boolean := false;
    same boolean;
BEGIN
    PERFORM set_config('musaala.maintenance', 'on', true);
    SELECT * INTO made FROM incidents_merge WHERE id = made_id;
    PERFORM FROM incidents_incident
    WHERE id IN (made.kept_id, made.merged_id) ORDER BY id FOR UPDATE;
    SELECT * INTO made FROM incidents_merge WHERE id = made_id FOR UPDATE;
    refused := unmerge_refusal(made_id);
    IF refused IS NOT NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'Not to undo: ' || refused;
    END IF;
    SELECT * INTO kept FROM incidents_incident WHERE id = made.kept_id;
    UPDATE incidents_merge
    SET undone_at = clock_timestamp(), undone_by_id = viewer_person(), undone_reason = why
    WHERE id = made.id;
    DELETE FROM incidents_formerreference AS former USING incidents_incident AS merged
    WHERE merged.id = made.merged_id AND former.incident_id = made.kept_id
        AND former.reference = merged.reference;
    UPDATE incidents_incident
    SET merged_into_id = NULL, review_status = made.status_before, withdrawn_reason = '',
        to_countersign = made.status_before = 'published', updated_by_id = viewer_person()
    WHERE id = made.merged_id;
    FOR moved IN SELECT * FROM incidents_mergedrow WHERE merge_id = made.id ORDER BY id LOOP
        BEGIN
            same := NULL;
            EXECUTE format(
                'UPDATE %I AS part SET %I = $1 FROM %I AS was
                WHERE part.id = $2 AND part.%2$I = $3 AND was.id = part.id RETURNING
                (was.audience_rank, was.audience_organisations, was.audience_readers,
                was.audience_published) IS NOT DISTINCT FROM ($4, $5, $6, $7)',
                moved."table", moved."column", moved."table"
            ) INTO same USING made.merged_id, moved."row", made.kept_id, kept.audience_rank,
                kept.audience_organisations, kept.audience_readers, kept.audience_published;
            told := told OR coalesce(same, false);
        EXCEPTION WHEN unique_violation THEN
            NULL;
        END;
    END LOOP;
    IF told THEN
        UPDATE incidents_incident SET updated_at = NULL WHERE id = kept.id;
    END IF;
    PERFORM set_config('musaala.maintenance', coalesce(maintenance, ''), true);
END
$$
"""

OPERATIONS = [
    migrations.RunSQL(INCIDENT_REACH, "DROP FUNCTION incident_reach(bigint)"),
    migrations.RunSQL(REACHES_NO_FURTHER, "DROP FUNCTION reaches_no_further(bigint, bigint)"),
    migrations.RunSQL(VIEWER_READS, "DROP FUNCTION viewer_reads_incident(bigint)"),
    migrations.RunSQL(MERGE_REFUSAL, "DROP FUNCTION merge_refusal(bigint, bigint)"),
    migrations.RunSQL(
        MERGE_INCIDENTS, "DROP FUNCTION merge_incidents(bigint, bigint, integer, text)"
    ),
    migrations.RunSQL(UNDO_REFUSAL, "DROP FUNCTION unmerge_refusal(bigint)"),
    migrations.RunSQL(UNMERGE_INCIDENTS, "DROP FUNCTION unmerge_incidents(bigint, text)"),
]
