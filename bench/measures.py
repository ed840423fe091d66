"""Time to justice and how high it reached, as somebody would write them in SQL alone."""

from dataclasses import astuple

from django.http import QueryDict

from bench.by_hand import COUNTED, ask, possible, seen
from records.viewer import PUBLIC
from reports.dashboard.asked import Asked
from reports.dashboard.measured import Measures
from reports.reach import RANK, Instrument

CASES = f"""
{COUNTED}, accusation AS MATERIALIZED (
    SELECT coalesce(si.incident_id, link.incident_id) AS incident_id, s.suspect_id,
        s.occurred_to AS day
    FROM charge JOIN legal_step s USING (id)
    LEFT JOIN legal_stepincident si ON si.step_id = s.id
    LEFT JOIN link ON link.arrest_id = s.arrest_id AND si.id IS NULL
), verdict AS MATERIALIZED (
    SELECT ci.incident_id, guilty.suspect_id, guilty.stands, c.decided_to AS day
    FROM guilty JOIN legal_conviction c ON c.id = guilty.conviction_id
    JOIN legal_convictionincident ci ON ci.conviction_id = c.id
)
"""
WAITS = f"""
{CASES}, came AS (
    SELECT 'arrested' AS milestone, incident_id, min(a.occurred_to) AS day
    FROM link JOIN legal_arrest a ON a.id = link.arrest_id GROUP BY incident_id
    UNION ALL
    SELECT 'charged', incident_id, min(day) FROM (
        SELECT incident_id, day FROM accusation UNION ALL SELECT incident_id, day FROM verdict
    ) AS each GROUP BY incident_id
    UNION ALL
    SELECT 'convicted', incident_id, min(day) FROM verdict GROUP BY incident_id
), wait AS MATERIALIZED (
    SELECT counted.id, each.milestone, came.day IS NOT NULL AS ended,
        greatest(0, coalesce(came.day, %(day)s) - counted.occurred_to) AS days
    FROM counted CROSS JOIN (VALUES ('arrested'), ('charged'), ('convicted')) AS each (milestone)
    LEFT JOIN came ON came.incident_id = counted.id AND came.milestone = each.milestone
), root AS (
    SELECT DISTINCT n.incident_id, coalesce(r.to_group_id, n.group_id) AS key
    FROM named n LEFT JOIN militias_relation r ON r.from_group_id = n.group_id
        AND {seen("r")} AND {possible("r")} AND r.kind IN ('facade_of', 'brigade_of')
), authority AS (
    SELECT DISTINCT link.incident_id, a.authority_id AS key
    FROM link JOIN legal_arrest a ON a.id = link.arrest_id
)
SELECT '', NULL, milestone, days, count(*), count(*) FILTER (WHERE ended)
FROM wait GROUP BY milestone, days
UNION ALL
SELECT 'root_group', root.key::text, milestone, days, count(*), count(*) FILTER (WHERE ended)
FROM wait LEFT JOIN root ON root.incident_id = wait.id GROUP BY root.key, milestone, days
UNION ALL
SELECT 'authority', authority.key::text, milestone, days, count(*), count(*) FILTER (WHERE ended)
FROM wait LEFT JOIN authority ON authority.incident_id = wait.id
GROUP BY authority.key, milestone, days
"""
OF_BASIS = "array_position(ARRAY['suspected_perpetrator', 'accomplice', 'commander'], basis_kind)"
OF_LEVEL = (
    "array_position(ARRAY['perpetrator', 'cell', 'commander', 'political_figure', 'state'], level)"
)
# No listings: the made-up world has none
REACHED = f"""
{CASES}, held AS (
    SELECT l.incident_id, l.arrest_id, 1 + {OF_BASIS} AS rank
    FROM legal_arrestlink l JOIN legal_arrest a ON a.id = l.arrest_id
    WHERE {seen("l", "a")} AND {possible("l")} AND a.occurred_to <= %(day)s
        AND l.basis_kind IN ('suspected_perpetrator', 'accomplice', 'commander')
), known AS (
    SELECT s.id AS suspect_id, 1 + {OF_LEVEL} AS rank
    FROM legal_suspect s WHERE {seen("s")} AND level <> ''
), man AS MATERIALIZED (
    SELECT held.incident_id, s.suspect_id, max(held.rank) AS rank
    FROM held JOIN legal_step s USING (arrest_id)
    WHERE {seen("s")} AND {possible("s")} AND s.occurred_to <= %(day)s AND s.kind = 'detained'
    GROUP BY held.incident_id, s.suspect_id
), person AS (
    SELECT incident_id, suspect_id, 'arrested' AS instrument FROM man
    UNION ALL
    SELECT incident_id, suspect_id, 'charged' FROM accusation
    UNION ALL
    SELECT incident_id, suspect_id, 'charged' FROM verdict
    UNION ALL
    SELECT incident_id, suspect_id, 'convicted' FROM verdict
    UNION ALL
    SELECT incident_id, suspect_id, 'standing' FROM verdict WHERE stands
), of_person AS (
    SELECT incident_id, 'arrested' AS instrument, rank FROM held
    UNION ALL
    SELECT incident_id, instrument, greatest(1, man.rank, known.rank)
    FROM person LEFT JOIN man USING (incident_id, suspect_id) LEFT JOIN known USING (suspect_id)
), reached AS (
    SELECT incident_id, max(rank) FILTER (WHERE instrument = 'arrested') AS arrested,
        max(rank) FILTER (WHERE instrument = 'charged') AS charged,
        max(rank) FILTER (WHERE instrument = 'convicted') AS convicted,
        max(rank) FILTER (WHERE instrument = 'standing') AS standing, max(rank) AS justice
    FROM of_person GROUP BY incident_id
)
SELECT instrument, coalesce(rank, 0), count(*)
FROM counted LEFT JOIN reached ON reached.incident_id = counted.id
CROSS JOIN LATERAL (VALUES ('arrested', reached.arrested), ('charged', reached.charged),
    ('convicted', reached.convicted), ('standing', reached.standing), ('justice', justice)
) AS each (instrument, rank)
GROUP BY 1, 2
"""


def time_by_hand(day):
    return ask(WAITS, day=day)


def reach_by_hand(day):
    return ask(REACHED, day=day)


def same(day):
    """The comparison is worth something only if the answers are the same.

    Raises:
        AssertionError: they are not.
    """
    numbers = Measures(Asked(QueryDict(f"as_of={day}"), PUBLIC), ["place"])
    mine = set(_moments(numbers.waits))
    if mine != (theirs := set(_reckoned(time_by_hand(day)))):
        raise AssertionError(f"The waits differ: {list(mine ^ theirs)[:5]}")
    mine = {
        (str(each), RANK[level], number)
        for each, of_level in numbers.reach.items()
        for level, number in of_level.items()
        if number and each not in (Instrument.BEFORE, Instrument.AFTER, Instrument.ANY)
    }
    if mine != (theirs := {tuple(row) for row in reach_by_hand(day)}):
        raise AssertionError(f"The levels differ: {list(mine ^ theirs)[:5]}")


def _moments(found):
    """(by, key, milestone, days, attacks that waited so long, for how many it came)."""
    for by, of_key in found.items():
        for key, of_milestone in of_key.items():
            for milestone, waits in of_milestone.items():
                for moment in waits.moments:
                    if moment.came or by is None:
                        yield by or "", key, str(milestone), *astuple(moment)


def _reckoned(rows):
    """The same of rows that say how many waited just so long."""
    of_one: dict = {}
    for by, key, milestone, days, number, came in rows:
        of_one.setdefault((by, key, milestone), []).append((days, number, came))
    for (by, key, milestone), lengths in of_one.items():
        left = 0
        for days, number, came in sorted(lengths, reverse=True):
            left += number
            if came or not by:
                yield by, key, milestone, days, left, came
