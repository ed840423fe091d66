"""Made-up incidents with the fan-out of the starter data, the same at every run.

Written by the database from row numbers and a hash of them, with no randomness, and
without triggers, which the bench does not measure here.
"""

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection

# What the starter data has per 100 incidents
CLAIMS, ATTRIBUTIONS, CASUALTIES, CITATIONS = 7, 34, 62, 220
ARRESTS, SUSPECTS_PER_ARREST, CONVICTIONS = 12, 3, 6

FIRST_DAY = "2004-01-01"
DAYS = 8000

# Each reader may read all of it, so that with the gate and without it counts the same rows.
AUDIENCE, ALL = "readers, audience_rank, audience_published", "'{}', 0, true"
COMMON = "owner_id, marking, shared_with, review_status, withdrawn_reason, to_countersign, "
COMMON += "certainty, note, version, created_at, updated_at, reference"
COMMON_VALUES = (
    "1, 'TLP:CLEAR', '{}', 'published', '', false, 'high', '', 1, now(), now(), "
    "left(upper(md5('{table}' || i)), 14)"
)
ASSERTED = "asserted_by, asserted_precision, confidence, confidence_stated, basis"
ASSERTED_VALUES = (
    "'Bench', '', (ARRAY['confirmed','likely','possible','doubtful'])[1 + pick(i, 71, 4)], '', ''"
)
OF_INCIDENT = "1 + pick(i, {salt}, {incidents})"


def build(incidents):
    """Fill an empty, migrated database with that many incidents and their parts."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in _statements(incidents):
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


COLUMNS = {
    "row": [AUDIENCE, "marking"],
    "record": [AUDIENCE, COMMON],
    "assertion": [AUDIENCE, COMMON, ASSERTED],
}
VALUES = {
    "row": [ALL, "''"],
    "record": [ALL, COMMON_VALUES],
    "assertion": [ALL, COMMON_VALUES, ASSERTED_VALUES],
}


def each(table, count, columns, values, *, kind="record"):
    """An insert of `count` rows, with what every record or assertion has besides."""
    columns = ", ".join(["id", columns, *COLUMNS[kind]])
    values = ", ".join(["i", values, *VALUES[kind]]).replace("{table}", table)
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, {count}) AS i"


def _statements(incidents):
    """The inserts, in the order of the story."""

    def share(per_hundred):
        return incidents * per_hundred // 100

    def incident(salt):
        return OF_INCIDENT.format(salt=salt, incidents=incidents)

    arrests, convictions = share(ARRESTS), share(CONVICTIONS)
    suspects = arrests * SUSPECTS_PER_ARREST
    yield """
        CREATE FUNCTION pick(i bigint, salt int, among bigint) RETURNS bigint
        LANGUAGE sql IMMUTABLE AS
        $$ SELECT (('x' || left(md5(i || '/' || salt), 8))::bit(32)::bigint % among) $$
    """
    yield f"""
        CREATE FUNCTION some_day(i bigint, salt int) RETURNS date LANGUAGE sql IMMUTABLE AS
        $$ SELECT date '{FIRST_DAY}' + pick(i, salt, {DAYS})::int $$
    """
    yield (
        "INSERT INTO records_organisation (id, slug, name, name_ar, is_active) "
        "VALUES (1, 'b', 'B', '', true)"
    )
    yield each(
        "militias_group",
        60,
        "name, name_ar, abbreviation, kind, country, description, active_from_precision, "
        "active_to_precision",
        "'Group ' || i, '', '', CASE WHEN i <= 20 THEN 'facade' ELSE 'militia' END, 'IQ', '', "
        "'', ''",
    )
    yield each(
        "militias_relation",
        20,
        "kind, from_group_id, to_group_id, since_precision, until_precision",
        "'facade_of', i, 21 + pick(i, 1, 10), '', ''",
        kind="assertion",
    )
    yield each(
        "incidents_place",
        118,
        "name, name_ar, kind, governorate_id, district, country, ocha_pcode, "
        "ocha_pcode_verified, seat, region, point_source",
        "'Place ' || i, '', CASE WHEN i <= 18 THEN 'governorate' ELSE 'city' END, "
        "CASE WHEN i > 18 THEN 1 + pick(i, 2, 18) END, '', 'IQ', '', false, '', '', ''",
    )
    yield each(
        "records_source",
        max(1, incidents // 2),
        "publisher, title, address, archived_address, published_precision, published_inferred, "
        "language, kind, reliability, reading, address_key, archived_key",
        "'Publisher ' || pick(i, 3, 150), '', 'https://example.org/' || i, '', '', false, 'en', "
        "'news', 'B', 'read', 'https://example.org/' || i, ''",
    )
    yield each(
        "incidents_incident",
        incidents,
        "title, title_ar, kind, outcome, occurred_from, occurred_to, occurred_precision, "
        "time_stated, timezone, place_id, weapon, weapons_note, target_kind, target_name, "
        "summary, summary_ar, series",
        "'Attack ' || i, '', (ARRAY['rocket_attack','roadside_bomb','drone_attack',"
        "'assassination'])[1 + pick(i, 4, 4)], 'completed', some_day(i, 5), some_day(i, 5), "
        "'day', '', 'Asia/Baghdad', 1 + pick(i, 6, 118), 'rocket', '', "
        "(ARRAY['diplomatic','supply_convoy','civilians'])[1 + pick(i, 7, 3)], 'Target', "
        "'What happened in attack ' || i, '', ''",
    )
    yield each(
        "incidents_incidentcitation",
        share(CITATIONS),
        "record_id, source_id, pinpoint, support",
        f"1 + (i - 1) % {incidents}, 1 + (i * 7 + i / {incidents}) % {max(1, incidents // 2)}, "
        "'', 'states'",
        kind="row",
    )
    yield each(
        "incidents_casualtyfigure",
        share(CASUALTIES),
        "incident_id, status, category, nationality, low, high",
        f"{incident(8)}, 'wounded', 'civilian', 'IQ', 1, 1 + pick(i, 9, 5)",
        kind="assertion",
    )
    yield each(
        "incidents_claim",
        share(CLAIMS),
        "incident_id, group_id, channel, statement_text, address",
        f"{incident(10)}, 1 + pick(i, 11, 20), 'Telegram', '', ''",
        kind="assertion",
    )
    yield each(
        "incidents_attribution",
        share(ATTRIBUTIONS),
        "incident_id, stance, group_id",
        f"{incident(12)}, 'attributes', 1 + pick(i, 13, 40)",
        kind="assertion",
    )
    yield from _legal(incident, arrests, suspects, convictions)


def _legal(incident, arrests, suspects, convictions):
    yield each(
        "legal_arrest",
        arrests,
        "description, description_ar, occurred_from, occurred_to, occurred_precision, "
        "authority_id, detained_low, detained_high, outcome_reported",
        "'Arrest ' || i, '', some_day(i, 14), some_day(i, 14), 'day', 41 + pick(i, 15, 20), "
        "1, 1 + pick(i, 16, 4), ''",
    )
    yield each(
        "legal_arrestlink",
        arrests,
        "arrest_id, incident_id, basis_kind, contested",
        f"i, {incident(17)}, (ARRAY['suspected_perpetrator','suspected_perpetrator',"
        "'negligence'])[1 + pick(i, 18, 3)], pick(i, 19, 4) = 0",
        kind="assertion",
    )
    yield each(
        "legal_suspect",
        suspects,
        "code, affiliation_stated, nationality, role, level, level_basis",
        "'S-0' || left(lpad(i::text, 7, '0'), 3) || '-' || right(lpad(i::text, 7, '0'), 4), "
        "'', 'IQ', '', CASE WHEN pick(i, 26, 10) = 0 THEN 'commander' ELSE '' END, "
        "CASE WHEN pick(i, 26, 10) = 0 THEN 'A report' ELSE '' END",
    )
    yield each(
        "legal_step",
        2 * suspects,
        "suspect_id, kind, occurred_from, occurred_to, occurred_precision, arrest_id, court, "
        "stated_reason, reported_reason",
        f"1 + (i - 1) / 2, CASE WHEN i % 2 = 1 THEN 'detained' ELSE "
        "(ARRAY['released','bailed','charged'])[1 + pick(i, 20, 3)] END, some_day(i, 21), "
        f"some_day(i, 21), 'day', 1 + (i - 1) / {2 * SUSPECTS_PER_ARREST}, '', '', ''",
        kind="assertion",
    )
    yield each(
        "legal_conviction",
        convictions,
        "court, court_ar, decided_from, decided_to, decided_precision, sentence, in_absentia, "
        "legal_basis, affiliation_stated, proceedings",
        "'Court', '', some_day(i, 22), some_day(i, 22), 'day', 'life', false, '', '', ''",
    )
    yield each(
        "legal_convictionincident",
        convictions,
        "conviction_id, incident_id, note",
        f"i, {incident(23)}, ''",
        kind="row",
    )
    yield each(
        "legal_convictionsuspect",
        2 * convictions,
        "conviction_id, suspect_id, note",
        f"1 + (i - 1) / 2, 1 + (i * 31) % {suspects}, ''",
        kind="row",
    )
    yield each(
        "legal_ruling",
        convictions // 4,
        "conviction_id, kind, court, decided_from, decided_to, decided_precision, reason",
        "i * 4, (ARRAY['upheld','annulled'])[1 + pick(i, 24, 2)], '', some_day(i, 25), "
        "some_day(i, 25), 'day', ''",
    )
