"""The report by year or by militia as somebody would write it in SQL alone.

The same answer as reports/accountability.py, asked as of one day by a public viewer.
"""

from django.db import connection

SEEN = "{0}.review_status = 'published' AND {0}.marking = 'TLP:CLEAR'"
POSSIBLE = "{0}.confidence IN ('confirmed', 'likely', 'possible')"


def seen(*tables):
    return " AND ".join(SEEN.format(table) for table in tables)


def possible(table):
    return POSSIBLE.format(table)


COUNTED = f"""
WITH link AS (
    SELECT l.incident_id, l.arrest_id, l.contested
    FROM legal_arrestlink l JOIN legal_arrest a ON a.id = l.arrest_id
    WHERE {seen("l", "a")} AND {possible("l")} AND a.occurred_to <= %(day)s
        AND l.basis_kind IN ('suspected_perpetrator', 'accomplice', 'commander')
), arrested AS (
    SELECT incident_id, bool_or(NOT contested) AS uncontested FROM link GROUP BY incident_id
), claimed AS (
    SELECT DISTINCT c.incident_id FROM incidents_claim c
    WHERE {seen("c")} AND {possible("c")}
        AND (c.asserted_to IS NULL OR c.asserted_to <= %(day)s)
), named AS (
    SELECT n.incident_id, n.group_id FROM incidents_attribution n
    WHERE {seen("n")} AND {possible("n")} AND n.stance = 'attributes'
        AND (n.asserted_to IS NULL OR n.asserted_to <= %(day)s)
), attributed AS (
    SELECT DISTINCT incident_id FROM named
), charge AS (
    SELECT s.id, s.kind, s.arrest_id FROM legal_step s
    WHERE {seen("s")} AND {possible("s")} AND s.occurred_to <= %(day)s
        AND s.kind IN ('charged', 'tried', 'acquitted')
), about AS (
    SELECT s.kind, si.incident_id FROM charge s JOIN legal_stepincident si ON si.step_id = s.id
    UNION ALL
    SELECT s.kind, l.incident_id FROM charge s
    LEFT JOIN legal_stepincident si ON si.step_id = s.id
    JOIN link l ON l.arrest_id = s.arrest_id
    WHERE si.id IS NULL
), stepped AS (
    SELECT incident_id, bool_or(kind IN ('tried', 'acquitted')) AS tried
    FROM about GROUP BY incident_id
), last_word AS (
    SELECT DISTINCT ON (cs.id) cs.id, r.kind
    FROM legal_convictionsuspect cs JOIN legal_ruling r ON r.conviction_id = cs.conviction_id
    LEFT JOIN legal_rulingsuspect rs ON rs.ruling_id = r.id
    WHERE {seen("r")} AND r.decided_to <= %(day)s
        AND r.kind IN ('upheld', 'annulled', 'retrial_ordered')
        AND (rs.id IS NULL OR rs.suspect_id = cs.suspect_id)
    ORDER BY cs.id, r.decided_to DESC, r.id DESC
), guilty AS (
    SELECT c.id AS conviction_id, cs.suspect_id,
        coalesce(w.kind NOT IN ('annulled', 'retrial_ordered'), true) AS stands
    FROM legal_conviction c JOIN legal_convictionsuspect cs ON cs.conviction_id = c.id
    LEFT JOIN last_word w ON w.id = cs.id
    WHERE {seen("c")} AND c.decided_to <= %(day)s
), convicted AS (
    SELECT ci.incident_id, bool_or(g.stands) AS stands
    FROM legal_convictionincident ci JOIN guilty g USING (conviction_id) GROUP BY 1
), counted AS MATERIALIZED (
    SELECT i.id, i.occurred_from, i.occurred_to,
        cl.incident_id IS NOT NULL AS claimed,
        at.incident_id IS NOT NULL AS attributed,
        ar.incident_id IS NOT NULL AS arrested,
        coalesce(ar.uncontested, false) AS arrested_uncontested,
        st.incident_id IS NOT NULL OR co.incident_id IS NOT NULL AS charged,
        coalesce(st.tried, false) OR co.incident_id IS NOT NULL AS tried,
        co.incident_id IS NOT NULL AS convicted,
        coalesce(co.stands, false) AS standing
    FROM incidents_incident i
    LEFT JOIN claimed cl ON cl.incident_id = i.id
    LEFT JOIN attributed at ON at.incident_id = i.id
    LEFT JOIN arrested ar ON ar.incident_id = i.id
    LEFT JOIN stepped st ON st.incident_id = i.id
    LEFT JOIN convicted co ON co.incident_id = i.id
    WHERE {seen("i")} AND (i.occurred_to <= %(day)s
        OR i.occurred_precision = 'span' AND i.occurred_from <= %(day)s)
)
"""

COUNTS = """
    count(*), count(*) FILTER (WHERE claimed), count(*) FILTER (WHERE attributed),
    count(*) FILTER (WHERE arrested), count(*) FILTER (WHERE arrested_uncontested),
    count(*) FILTER (WHERE charged), count(*) FILTER (WHERE tried),
    count(*) FILTER (WHERE convicted), count(*) FILTER (WHERE convicted AND NOT arrested),
    count(*) FILTER (WHERE standing)
"""

BY_YEAR = f"""
{COUNTED}
SELECT NULL, {COUNTS} FROM counted
UNION ALL
SELECT extract(year FROM occurred_from)::int::text, {COUNTS} FROM counted GROUP BY 1
"""

BY_ROOT_GROUP = f"""
{COUNTED}, root AS (
    SELECT DISTINCT n.incident_id, coalesce(r.to_group_id, n.group_id) AS key
    FROM named n LEFT JOIN militias_relation r ON r.from_group_id = n.group_id
        AND {seen("r")} AND {possible("r")} AND r.kind IN ('facade_of', 'brigade_of')
)
SELECT NULL, {COUNTS} FROM counted
UNION ALL
SELECT g.name, {COUNTS}
FROM counted LEFT JOIN root ON root.incident_id = counted.id
LEFT JOIN militias_group g ON g.id = root.key GROUP BY root.key, g.name
"""

PEOPLE = f"""
{COUNTED}, step AS (
    SELECT s.suspect_id, s.kind, s.arrest_id, s.confidence FROM legal_step s
    WHERE {seen("s")} AND {possible("s")} AND s.occurred_to <= %(day)s
), linked AS (
    SELECT arrest_id, bool_or(NOT contested) AS uncontested
    FROM link WHERE incident_id IN (SELECT id FROM counted) GROUP BY arrest_id
), tried_for AS (
    SELECT DISTINCT g.suspect_id, g.stands FROM guilty g
    JOIN legal_convictionincident ci USING (conviction_id)
    WHERE ci.incident_id IN (SELECT id FROM counted)
), held AS (
    SELECT DISTINCT suspect_id FROM step JOIN linked USING (arrest_id) WHERE kind = 'detained'
), fate AS (
    SELECT step.suspect_id, kind, confidence <> 'possible' AS likely
    FROM step JOIN held USING (suspect_id) WHERE kind <> 'detained'
), charged AS (
    SELECT suspect_id, likely FROM fate WHERE kind IN ('charged', 'tried', 'acquitted')
    UNION SELECT suspect_id, true FROM tried_for
)
SELECT
    (SELECT (count(*), count(*) FILTER (WHERE uncontested), sum(coalesce(detained_low, 1)),
        sum(coalesce(detained_high, detained_low, 1)),
        count(*) FILTER (WHERE detained_high IS NULL))::text
        FROM linked JOIN legal_arrest ON legal_arrest.id = linked.arrest_id),
    (SELECT (count(DISTINCT suspect_id) FILTER (WHERE kind = 'bailed' AND likely),
        count(DISTINCT suspect_id) FILTER (WHERE kind = 'bailed'),
        count(DISTINCT suspect_id) FILTER (WHERE kind = 'released' AND likely),
        count(DISTINCT suspect_id) FILTER (WHERE kind = 'released'))::text FROM fate),
    (SELECT (count(DISTINCT suspect_id) FILTER (WHERE likely),
        count(DISTINCT suspect_id))::text FROM charged),
    (SELECT (count(DISTINCT suspect_id), count(DISTINCT suspect_id) FILTER (WHERE stands),
        count(DISTINCT suspect_id) FILTER (WHERE suspect_id NOT IN
            (SELECT suspect_id FROM step WHERE kind = 'detained')))::text FROM tried_for)
"""


LIST = f"""
SELECT json_agg(page) FROM (
    SELECT i.reference, i.title, i.kind, i.outcome, i.occurred_from, i.occurred_to, p.name,
        (SELECT json_agg(json_build_object('group', g.name, 'channel', c.channel))
            FROM incidents_claim c JOIN militias_group g ON g.id = c.group_id
            WHERE c.incident_id = i.id) AS claims,
        (SELECT json_agg(json_build_object('group', g.name, 'by', n.asserted_by))
            FROM incidents_attribution n LEFT JOIN militias_group g ON g.id = n.group_id
            WHERE n.incident_id = i.id) AS attributions,
        (SELECT json_agg(json_build_object('status', f.status, 'low', f.low, 'high', f.high))
            FROM incidents_casualtyfigure f WHERE f.incident_id = i.id) AS casualties,
        (SELECT json_agg(json_build_object('publisher', s.publisher, 'address', s.address))
            FROM incidents_incidentcitation ic JOIN records_source s ON s.id = ic.source_id
            WHERE ic.record_id = i.id) AS sources
    FROM incidents_incident i JOIN incidents_place p ON p.id = i.place_id
    WHERE {seen("i")}
    ORDER BY i.occurred_from DESC, i.id DESC LIMIT 50
) AS page
"""


def ask(query, **parameters):
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()
