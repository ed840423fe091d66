"""The dashboard's numbers as somebody would write them in SQL alone, and as we make them."""

from django.http import QueryDict

from bench.by_hand import COUNTED, PEOPLE, POSSIBLE, ask, possible, seen
from records.viewer import PUBLIC
from reports.dashboard.asked import Asked
from reports.dashboard.catalogue import FIGURES, groupings_of
from reports.dashboard.numbers import Numbers
from reports.held import Fate

SHOWN = """
    count(*), count(*) FILTER (WHERE claimed), count(*) FILTER (WHERE arrested),
    count(*) FILTER (WHERE charged), count(*) FILTER (WHERE convicted),
    count(*) FILTER (WHERE standing)
"""
# By year, not by month: over more than eleven years the dashboard draws years.
FIGURES_BY_HAND = f"""
{COUNTED}, root AS MATERIALIZED (
    SELECT DISTINCT n.incident_id, coalesce(r.to_group_id, n.group_id) AS key
    FROM named n LEFT JOIN militias_relation r ON r.from_group_id = n.group_id
        AND {seen("r")} AND {possible("r")} AND r.kind IN ('facade_of', 'brigade_of')
), placed AS (
    SELECT counted.*, i.place_id,
        coalesce(p.governorate_id, CASE WHEN p.kind = 'governorate' THEN p.id END) AS governorate
    FROM counted JOIN incidents_incident i ON i.id = counted.id
    LEFT JOIN incidents_place p ON p.id = i.place_id
), claimant AS (
    SELECT DISTINCT c.incident_id, c.group_id FROM incidents_claim c
    WHERE {seen("c")} AND {POSSIBLE.format("c")}
        AND (c.asserted_to IS NULL OR c.asserted_to <= %(day)s)
)
SELECT 'months', {SHOWN} FROM counted GROUP BY extract(year FROM occurred_from)
UNION ALL
SELECT 'governorates', {SHOWN} FROM placed GROUP BY governorate
UNION ALL
SELECT 'sites', {SHOWN} FROM placed GROUP BY place_id
UNION ALL
SELECT 'militias', {SHOWN} FROM counted LEFT JOIN root ON root.incident_id = counted.id
GROUP BY root.key
UNION ALL
SELECT 'claims', count(*), 0, 0, 0, 0, 0
FROM counted JOIN claimant ON claimant.incident_id = counted.id
LEFT JOIN root ON root.incident_id = counted.id GROUP BY claimant.group_id, root.key
"""
HELD_BY_HAND = f"""
{COUNTED}, tied AS MATERIALIZED (
    SELECT DISTINCT a.id AS arrest_id, a.authority_id
    FROM legal_arrestlink l JOIN legal_arrest a ON a.id = l.arrest_id
    WHERE {seen("l", "a")} AND l.confidence <> 'rejected' AND a.occurred_to <= %(day)s
        AND l.incident_id IN (SELECT id FROM counted)
), step AS MATERIALIZED (
    SELECT s.suspect_id, s.kind, s.arrest_id FROM legal_step s
    WHERE {seen("s")} AND {possible("s")} AND s.occurred_to <= %(day)s
), held AS (
    SELECT DISTINCT tied.authority_id, step.suspect_id
    FROM step JOIN tied USING (arrest_id) WHERE step.kind = 'detained'
), person AS (
    SELECT suspect_id, bool_or(kind = 'bailed') AS bailed, bool_or(kind = 'released') AS released,
        bool_or(kind IN ('charged', 'tried', 'acquitted')) AS charged,
        bool_or(kind NOT IN ('sought', 'detained', 'transferred')) AS went_on
    FROM step GROUP BY suspect_id
), convict AS (
    SELECT suspect_id, bool_or(stands) AS stands FROM guilty GROUP BY suspect_id
)
SELECT count(DISTINCT held.suspect_id), count(DISTINCT held.suspect_id) FILTER (WHERE bailed),
    count(DISTINCT held.suspect_id) FILTER (WHERE released),
    count(DISTINCT held.suspect_id) FILTER (WHERE charged OR convict.suspect_id IS NOT NULL),
    count(DISTINCT held.suspect_id) FILTER (WHERE convict.suspect_id IS NOT NULL),
    count(DISTINCT held.suspect_id) FILTER (WHERE convict.stands),
    count(DISTINCT held.suspect_id) FILTER (WHERE NOT went_on AND convict.suspect_id IS NULL)
FROM held JOIN person USING (suspect_id) LEFT JOIN convict USING (suspect_id)
GROUP BY GROUPING SETS ((held.authority_id), ())
"""


def by_hand(day):
    """Everything the page shows of numbers, in three queries."""
    return ask(FIGURES_BY_HAND, day=day), ask(HELD_BY_HAND, day=day), ask(PEOPLE, day=day)


def same(day):
    """The comparison is worth something only if the answers are the same.

    Raises:
        AssertionError: they are not.
    """
    asked = Asked(QueryDict(f"as_of={day}"), PUBLIC)
    numbers = Numbers(asked, groupings_of(asked))
    mine = []
    for name in ("months", "governorates", "sites", "militias"):
        for line in FIGURES[name].make(numbers).lines:
            mine.append((name, *(cell[0].value for cell in line.cells)))
    for line in FIGURES["claims"].make(numbers).lines:
        pairs = [cell[0].value for cell in line.cells if cell[0].value]
        mine += [("claims", count, 0, 0, 0, 0, 0) for count in pairs]
    figures, held, _people = by_hand(day)
    _equal(sorted(mine), sorted(figures))
    ours = [tuple(counts.fates[fate].high for fate in Fate) for counts in numbers.held.values()]
    _equal(sorted(ours), sorted(held))


def _equal(mine, theirs):
    if mine != theirs:
        apart = [pair for pair in zip(mine, theirs, strict=False) if pair[0] != pair[1]][:5]
        raise AssertionError(f"The dashboard answers otherwise: {apart}")
