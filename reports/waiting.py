"""How long from an attack to the first arrest, charge, conviction; for whom it has not come yet.

A wait begins on the day from which the attack counts and ends on the day from which the first
arrest, charge or conviction does; without one, it goes on until the day asked about. So
the attacks whose wait has ended are those on the rung of the ladder.
Definition: docs/methodology.md#time-to-justice.
"""

from dataclasses import dataclass, field
from functools import cache

from django.db.models import Case, F, When
from django.db.models.expressions import RawSQL

from records.dates import Precision
from reports.cases import case_tables
from reports.grouping import GROUPINGS
from reports.ladder import Rung, ladder
from reports.rollup import stretches
from reports.sql import answer_to, with_tables
from reports.survival import Curve, Moment, kaplan_meier

MILESTONES = (Rung.ARRESTED, Rung.CHARGED, Rung.CONVICTED)
READINGS = ("days", "shortest", "longest")
ENDED = """
    SELECT incident, 'arrested', min(earliest), min(latest) FROM link GROUP BY incident
    UNION ALL
    SELECT incident, 'charged', min(earliest), min(latest) FROM charge GROUP BY incident
    UNION ALL
    SELECT incident, 'convicted', min(earliest), min(latest) FROM judgment GROUP BY incident
"""
# An arrest made before its attack, for one that was planned, ends a wait of no days
WAITS = """
    SELECT incident, milestone, latest IS NOT NULL,
        greatest(0, coalesce(latest, %s) - began),
        greatest(0, coalesce(earliest, %s) - began),
        greatest(0, coalesce(latest, %s) - first)
    FROM incident
    CROSS JOIN (VALUES ('arrested'), ('charged'), ('convicted')) AS each (milestone)
    LEFT JOIN ended USING (incident, milestone)
"""
BEGAN = Case(
    When(occurred_precision=Precision.SPAN, then=F("occurred_from")), default="occurred_to"
)


def _tables(incidents, question):
    counted = ladder(incidents).counted(question)
    return {
        "incident (incident, first, began)": counted.values_list("pk", "occurred_from", BEGAN),
        **case_tables(question),
        "ended (incident, milestone, earliest, latest)": (ENDED, ()),
        "wait (incident, milestone, ended, days, shortest, longest)": (
            WAITS,
            (question.as_of,) * 3,
        ),
    }


@dataclass(frozen=True)
class Waits:
    """The waits of some attacks for one milestone: how many, and how many have ended.

    moments: of every length there is, for all attacks together; else the first, and of those
        that ended.
    shortest, longest: the curve if every day that is not known exactly is taken so.
    """

    attacks: int = 0
    ended: int = 0
    moments: tuple[Moment, ...] = ()
    curve: Curve = field(default_factory=lambda: Curve(()))
    shortest: Curve = field(default_factory=lambda: Curve(()))
    longest: Curve = field(default_factory=lambda: Curve(()))

    @property
    def waiting(self):
        return self.attacks - self.ended


@dataclass(frozen=True)
class Wait:
    """Which attacks a list shows: those that waited so long for a milestone, or no longer.

    within: the milestone came within so many days. at_least: it had not come before so many,
    and so long had passed.
    """

    milestone: Rung
    within: int | None = None
    at_least: int | None = None


def waits(incidents, question, bys=(), climb=None):
    """{by: {key: {milestone: Waits}}}, by None for all attacks. bys: GROUPINGS that have pairs.

    Makes one query, and one for the roll-up if a grouping climbs and `climb` is left out.
    """
    climb = climb or cache(lambda: stretches(question))
    parts, parameters = ["SELECT NULL, NULL::text, wait.* FROM wait"], []
    for by in bys:
        sql, more = GROUPINGS[by].pairs(question, climb)
        parts.append(
            f"""SELECT '{by}', pairs.key::text, wait.* FROM wait
            LEFT JOIN ({sql}) AS pairs (incident, key, uncontested) USING (incident)"""
        )
        parameters += more
    readings = ", ".join(f"('{name}', {name})" for name in READINGS)
    query = f"""
        SELECT by, key, milestone, reading, length, came, at_risk FROM (
            SELECT by, key, milestone, reading, length, came,
                sum(number) OVER (
                    PARTITION BY by, key, milestone, reading ORDER BY length DESC
                ) AS at_risk,
                sum(number) OVER (PARTITION BY by, key, milestone, reading) AS attacks
            FROM (
                SELECT by COLLATE "C" AS by, key COLLATE "C" AS key,
                    milestone COLLATE "C" AS milestone, reading COLLATE "C" AS reading,
                    length, count(*) AS number,
                    count(*) FILTER (WHERE ended) AS came
                FROM ({" UNION ALL ".join(parts)}) AS asked (by, key, {WAIT_COLUMNS})
                CROSS JOIN LATERAL (VALUES {readings}) AS read (reading, length)
                GROUP BY by, key, milestone, reading, length
            ) AS counted
        ) AS reckoned
        WHERE came > 0 OR at_risk = attacks OR by IS NULL AND reading = 'days'
        ORDER BY by, key, milestone, reading, length
    """
    rows = answer_to(*with_tables(_tables(incidents, question), query, parameters))
    return _assembled(rows, bys)


WAIT_COLUMNS = "incident, milestone, ended, days, shortest, longest"


def _assembled(rows, bys):
    observed: dict = {}
    for by, key, milestone, reading, length, came, at_risk in rows:
        moment = Moment(length, int(at_risk), came)
        observed.setdefault((by, key, milestone), {}).setdefault(reading, []).append(moment)
    found: dict = {by: {} for by in (None, *bys)}
    for (by, key, milestone), read in observed.items():
        days = read["days"]
        found[by].setdefault(key, {})[Rung(milestone)] = Waits(
            attacks=days[0].at_risk,
            ended=sum(moment.came for moment in days),
            moments=tuple(days),
            curve=kaplan_meier(days),
            shortest=kaplan_meier(read["shortest"]),
            longest=kaplan_meier(read["longest"]),
        )
    return found


def incidents_behind(incidents, question, wait):
    """The attacks that one number of the waits counts."""
    if wait.within is not None:
        condition, length = "ended AND days <= %s", wait.within
    else:
        condition, length = "days >= %s", wait.at_least or 0
    sql, parameters = with_tables(
        _tables(incidents, question),
        f"SELECT incident FROM wait WHERE milestone = %s AND {condition}",
        (wait.milestone.value, length),
    )
    return ladder(incidents).counted(question).filter(pk__in=RawSQL(sql, parameters))
