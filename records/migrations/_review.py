"""Functions of the database that ask for a second person: docs/security.md#review.

`records/review.py` says the same to people, in sentences. These stand behind it, for
whatever the web role writes by whatever way.
"""

from django.db import migrations

# The audience a row was given by hand, not what it is met with. A person named on a
# TLP:RED row is narrower only if he could read the row before.
AUDIENCE_WIDENS = """
CREATE FUNCTION audience_widens(
    owner bigint,
    old_marking text, old_shared bigint[], old_readers bigint[],
    new_marking text, new_shared bigint[], new_readers bigint[]
) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    old_organisations bigint[] := own_organisations(old_marking, owner, old_shared, true);
    new_organisations bigint[] := own_organisations(new_marking, owner, new_shared, true);
BEGIN
    IF tlp_rank(new_marking) < tlp_rank(old_marking) THEN
        RETURN true;
    ELSIF old_marking = 'TLP:RED' THEN
        RETURN NOT new_readers <@ old_readers;
    ELSIF old_organisations IS NULL THEN
        RETURN false;
    ELSIF new_marking <> 'TLP:RED' THEN
        RETURN NOT new_organisations <@ old_organisations;
    END IF;
    RETURN EXISTS (
        SELECT FROM unnest(new_readers) AS reader
        LEFT JOIN records_user AS person ON person.id = reader
        WHERE person.organisation_id = ANY (old_organisations) IS NOT TRUE
    );
END
$$
"""

# Why a change is refused to whoever is asking, or NULL. `edited` is whether what the
# record says was changed, in itself or in its parts.
REVIEW_REFUSAL = """
CREATE FUNCTION review_refusal(was jsonb, becomes jsonb, edited boolean) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    person bigint := viewer_person();
    reviews boolean := person IS NOT NULL AND viewer_has('records.review_records');
    edited_last boolean := (was->>'updated_by_id')::bigint IS NOT DISTINCT FROM person;
    status_was text := was->>'review_status';
    status text := becomes->>'review_status';
    asked jsonb := nullif(was->'wider', 'null');
    asks jsonb := nullif(becomes->'wider', 'null');
BEGIN
    IF was IS NULL THEN
        RETURN CASE WHEN status NOT IN ('draft', 'submitted')
            OR (becomes->>'to_countersign')::boolean OR asks IS NOT NULL
            THEN 'A new record is a draft.' END;
    ELSIF becomes->'owner_id' IS DISTINCT FROM was->'owner_id' THEN
        RETURN 'The owner of a record does not change.';
    ELSIF edited AND status_was NOT IN ('draft', 'published') THEN
        RETURN format('What is %s is not edited.', status_was);
    ELSIF edited AND (status <> status_was OR asks IS DISTINCT FROM asked) THEN
        RETURN 'What a record says and its state are changed one after the other.';
    ELSIF edited AND status = 'published' AND NOT reviews THEN
        RETURN 'A published record is edited by monitors.';
    END IF;

    IF status <> status_was THEN
        IF NOT (
            status_was = 'draft' AND status = 'submitted'
            OR reviews AND (
                status_was = 'submitted' AND status IN ('draft', 'published')
                OR status = 'withdrawn'
                OR status_was = 'withdrawn' AND status = 'draft'
            )
        ) THEN
            RETURN format('This person does not turn %s into %s.', status_was, status);
        ELSIF status = 'published' AND edited_last THEN
            RETURN 'Nobody publishes what he edited last.';
        END IF;
    ELSIF (was->>'to_countersign')::boolean AND NOT (becomes->>'to_countersign')::boolean
        AND (edited_last OR NOT reviews)
    THEN
        RETURN 'Nobody countersigns what he edited last.';
    END IF;

    IF asks IS DISTINCT FROM asked AND NOT (
        reviews AND (asks IS NULL OR (asks->>'asked_by')::bigint = person)
    ) THEN
        RETURN 'A wider audience is asked for by a monitor, in his own name.';
    ELSIF audience_widens(
        (was->>'owner_id')::bigint,
        was->>'marking', ids_in(was->'shared_with'), ids_in(was->'readers'),
        becomes->>'marking', ids_in(becomes->'shared_with'), ids_in(becomes->'readers')
    ) AND (
        asks IS NOT NULL OR asked IS NULL OR NOT reviews
        OR (asked->>'asked_by')::bigint = person
        OR asked->>'marking' <> becomes->>'marking'
        OR asked->'shared_with' <> becomes->'shared_with'
        OR asked->'readers' <> becomes->'readers'
    ) THEN
        RETURN 'An audience is widened by two people: one asks, another agrees.';
    END IF;
    RETURN NULL;
END
$$
"""

IDS_IN = """
CREATE FUNCTION ids_in(list jsonb) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT ARRAY(SELECT jsonb_array_elements_text(list)::bigint)
$$
"""

OPERATIONS = [
    migrations.RunSQL(IDS_IN, "DROP FUNCTION ids_in(jsonb)"),
    migrations.RunSQL(
        AUDIENCE_WIDENS,
        "DROP FUNCTION audience_widens(bigint, text, bigint[], bigint[], text, bigint[], bigint[])",
    ),
    migrations.RunSQL(REVIEW_REFUSAL, "DROP FUNCTION review_refusal(jsonb, jsonb, boolean)"),
]
