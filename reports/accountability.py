"""The report: of these attacks, how many led to an arrest, to a conviction that stands?

Queryset of incidents and Question in, frozen dataclasses out. Every count is made by
reports/ladder.py. Definitions: docs/methodology.md#the-report.
"""

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import sqrt

from django.db import connection

from reports.grouping import GROUPINGS, NONE
from reports.ladder import PROVEN_BY, Question, Rung, condition, incidents_by_itself, ladder
from reports.people import People, people
from reports.rollup import stretches
from reports.sql import sql_of

Z_95 = 1.959964  # standard normal quantile for a two-sided 95 % interval


@dataclass(frozen=True)
class Rate:
    """A share of incidents with its 95 % interval (Wilson 1927, without correction)."""

    share: float
    low: float
    high: float


def wilson(hits, of):
    """The Rate of `hits` among `of`, or None where there is nothing to take a share of."""
    if of == 0:
        return None
    share = hits / of
    centre = share + Z_95**2 / (2 * of)
    spread = Z_95 * sqrt(share * (1 - share) / of + Z_95**2 / (4 * of**2))
    scale = 1 + Z_95**2 / of
    low, high = max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
    return Rate(share, low if hits else 0.0, high if hits < of else 1.0)


@dataclass(frozen=True)
class Counts:
    """Numbers of incidents. Each rung is counted on its own; see reports/ladder.py.

    arrested_uncontested: arrested, contested links left out.
    convicted_without_arrest: convicted (ever) although no arrest is recorded.
    """

    recorded: int
    claimed: int
    attributed: int
    arrested: int
    arrested_uncontested: int
    charged: int
    tried: int
    convicted: int
    convicted_without_arrest: int
    standing: int

    @property
    def arrested_rate(self):
        return wilson(self.arrested, self.recorded)

    @property
    def standing_rate(self):
        return wilson(self.standing, self.recorded)


COLUMNS = list(Counts.__dataclass_fields__)


@dataclass(frozen=True)
class ReportRow:
    """The counts of one group. `key` is how an address names it; NONE for the rest."""

    key: str
    label: str
    counts: Counts


@dataclass(frozen=True)
class Report:
    question: Question
    by: str | None
    total: Counts
    rows: tuple[ReportRow, ...]
    people: People


def accountability(incidents, question, by=None):
    """Count incidents by the rungs they had reached on a day.

    Args:
        incidents: any queryset of incidents, filtered as the reader wishes.
        question: a Question.
        by: a key of GROUPINGS, or None for the total alone. Where a grouping has
            `many`, an incident counts once in each of its rows, so that the rows can
            add up to more than the total.

    Returns:
        Report, its rows ordered by key or, for groups and places, by size; the row of
        the incidents without a key comes last.

    Raises:
        KeyError: `by` is not a known grouping.

    Makes one query for the counts, one for the roll-up and one for labels where the
    grouping has them, and one for the people.
    """
    incidents = ladder(incidents)
    grouping = GROUPINGS[by] if by else None
    total, counts = counts_by(incidents, question, [by] if by else [])
    rows = ()
    if grouping:
        labels = grouping.labels(keys_of(counts[by]), question.viewer)
        rows = tuple(labelled(counts[by], grouping, labels))
    return Report(question, by, total, rows, people(incidents, question))


@dataclass(frozen=True)
class Cell:
    """One number of the report: a rung, less those on another rung, in one of its rows.

    `by` and `key` name the row, both or neither.
    """

    rung: Rung
    without: Rung | None = None
    by: str | None = None
    key: str | None = None


def rows_behind(incidents, question, cell):
    """The incidents behind one number of the report: their count is that number.

    Raises:
        KeyError: `cell.by` is not a known grouping.
        UnknownKey: no row of it has this key.
    """
    found = ladder(incidents).reached(cell.rung, question)
    if cell.without:
        found = found.exclude(condition(cell.without, question))
    if cell.by:
        found = GROUPINGS[cell.by].rows_behind(found, question, cell.key)
    return found


def cell_of(column, question, by=None, key=None):
    """The Cell of a column of Counts, and the question it answers."""
    match column:
        case "arrested_uncontested":
            return Cell(Rung.ARRESTED, None, by, key), replace(question, contested=False)
        case "convicted_without_arrest":
            return Cell(Rung.CONVICTED, Rung.ARRESTED, by, key), question
        case _:
            return Cell(Rung(column), None, by, key), question


# Counting incidents

_RUNGS = [rung for rung in Rung if rung != Rung.RECORDED]


def _met(column):
    """Whether a row of `counted` is counted in a column, as SQL."""
    proof = PROVEN_BY.get(Rung(column)) if column in Rung.values else None
    return f"({column} OR {_met(proof.value)})" if proof else column


def _counts(**conditions):
    """The columns of Counts as SQL; `conditions` replace those of single columns."""
    counted_if = {
        "recorded": "true",
        "convicted_without_arrest": "convicted AND NOT arrested",
        **conditions,
    }
    return ", ".join(
        f"count(*) FILTER (WHERE {counted_if.get(column) or _met(column)})" for column in COLUMNS
    )


_COUNTS = _counts()
# In the row of one authority, an arrest is uncontested if that authority's is.
_PAIR_COUNTS = _counts(arrested_uncontested="arrested_uncontested AND uncontested IS NOT FALSE")


@lru_cache(maxsize=64)
def _flags(question):
    """One column of `counted` per rung, as (sql, parameters).

    Kept, for it depends on the Question alone and Django takes longer to write it than
    PostgreSQL takes to answer it for ten thousand incidents.
    """
    sets = {rung.value: incidents_by_itself(rung, question) for rung in _RUNGS}
    sets["arrested_uncontested"] = incidents_by_itself(
        Rung.ARRESTED, replace(question, contested=False)
    )
    columns, parameters = [], []
    for column, querysets in sets.items():
        compiled = [sql_of(queryset) for queryset in querysets]
        among = " OR ".join(f"incident IN ({sql})" for sql, _more in compiled)
        columns.append(f"({among}) AS {column}")
        parameters += [value for _sql, more in compiled for value in more]
    return ", ".join(columns), tuple(parameters)


def counts_by(incidents, question, bys, climb=None):
    """The total, and {by: {key: Counts}} for each grouping named, in one query.

    climb: what returns the Stretches of the question, if somebody has asked for them already.
    Makes a second query if a grouping climbs and `climb` is left out.
    """
    incidents = ladder(incidents)
    climb = climb or cache(lambda: stretches(question))
    own = {by: GROUPINGS[by].expression for by in bys if not GROUPINGS[by].many}
    keyed, parameters = sql_of(incidents.counted(question).values_list("pk", *own.values()))
    names = {by: f"key_{place}" for place, by in enumerate(own)}
    columns = ", ".join(["incident", *names.values()])
    flags, more = _flags(question)
    query = f"""
        WITH incident ({columns}) AS MATERIALIZED ({keyed}),
        counted AS MATERIALIZED (SELECT {columns}, {flags} FROM incident)
        SELECT NULL, NULL, {_COUNTS} FROM counted
    """
    parameters = (*parameters, *more)
    for by in bys:
        if key := names.get(by):
            query += f"UNION ALL SELECT '{by}', {key}::text, {_COUNTS} FROM counted GROUP BY {key} "
            continue
        pairs, more = GROUPINGS[by].pairs(question, climb)
        parameters += tuple(more)
        query += f"""
            UNION ALL
            SELECT '{by}', pairs.key::text, {_PAIR_COUNTS}
            FROM counted LEFT JOIN ({pairs}) AS pairs (incident, key, uncontested)
                USING (incident)
            GROUP BY pairs.key
        """
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        found = {by: {} for by in (None, *bys)}
        for by, key, *numbers in cursor.fetchall():
            found[by][key] = Counts(*numbers)
    total = found.pop(None)[None]
    return total, found


def reached_by(incidents, question):
    """(sql, parameters): the counted ones of `incidents`, and a boolean column for each rung."""
    counted, parameters = sql_of(ladder(incidents).counted(question).values_list("pk"))
    flags, more = _flags(question)
    met = ", ".join(f"{_met(rung.value)} AS {rung.value}" for rung in _RUNGS)
    return (
        f"""
        SELECT incident, true AS recorded, {met} FROM (
            SELECT incident, {flags} FROM ({counted}) AS begun (incident)
        ) AS flagged
        """,
        (*more, *parameters),
    )


def keys_of(counts):
    """The keys of one grouping's counts that have a label of their own."""
    return [key for key in counts if key is not None]


def labelled(counts, grouping, labels):
    """ReportRows in order of time, or else the largest first; the one without a key last.

    labels: {key: (label, the key as an address writes it)}.
    """
    keys = keys_of(counts)
    if grouping.chronological:
        keys.sort()
    else:
        keys.sort(key=lambda key: (-counts[key].recorded, *map(str, labels[key])))
    for key in keys:
        label, written = labels[key]
        yield ReportRow(written, str(label), counts[key])
    if None in counts:
        yield ReportRow(NONE, str(grouping.without), counts[None])
