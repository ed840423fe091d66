"""The people held for a set of incidents, and what became of them, by a given day."""

from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import ExpressionWrapper

from legal.models import ConvictionIncident, ConvictionSuspect, StepKind
from records.models import Confidence, at_least
from reports.ladder import ladder
from reports.sql import sql_of


@dataclass(frozen=True)
class Range:
    """From `low` to `high`, or more: `open_ended` of the figures summed have no upper bound."""

    low: int
    high: int
    open_ended: int = 0


@dataclass(frozen=True)
class People:
    """Arrests are operations, detained are persons summed over arrests, the rest suspects.

    arrests_uncontested: arrests with at least one link nobody contests.
    released, bailed, charged: suspects that ever were, by the day; low counts the steps
    held likely or confirmed, high the possible ones too. Bail is not release. A trial,
    an acquittal and a conviction each prove a charge.
    convicted: ever. convicted_without_arrest: convicted, but no detention is recorded.
    """

    arrests: int
    arrests_uncontested: int
    detained: Range
    bailed: Range
    released: Range
    charged: Range
    convicted: int
    convicted_without_arrest: int
    standing: int


CHARGE_PROVEN_BY = (StepKind.CHARGED, StepKind.TRIED, StepKind.ACQUITTED)


def _tables(question):
    """What the Question lets count, as tables that know nothing of the incidents asked."""
    likely = _whether(Q(confidence__in=at_least(Confidence.LIKELY)))
    convicted = ConvictionSuspect.objects.counted_for(question.viewer)
    guilty = convicted.filter(conviction__in=question.convictions)
    standing = convicted.standing_on(question.as_of, question.rulings)
    stands = _whether(Q(pk__in=standing.values("pk")))
    fates = question.steps(StepKind.BAILED, StepKind.RELEASED, *CHARGE_PROVEN_BY)
    return {
        "link (arrest, incident, contested)": question.arrest_links.values_list(
            "arrest", "incident", "contested"
        ),
        "operation (arrest, low, high)": question.arrests.values_list(
            "pk", "detained_low", "detained_high"
        ),
        "detention (suspect, arrest)": question.steps(StepKind.DETAINED).values_list(
            "suspect", "arrest"
        ),
        "fate (suspect, kind, likely)": fates.values_list("suspect", "kind", likely),
        "judgment (conviction, suspect, stands)": guilty.values_list(
            "conviction", "suspect", stands
        ),
        "judged (conviction, incident)": ConvictionIncident.objects.counted_for(
            question.viewer
        ).values_list("conviction", "incident"),
    }


def _whether(condition):
    return ExpressionWrapper(condition, output_field=BooleanField())


@lru_cache(maxsize=64)
def _heads(question):
    """The tables as common table expressions, (sql, parameters). See accountability._flags."""
    compiled = {table: sql_of(queryset) for table, queryset in _tables(question).items()}
    heads = ", ".join(f"{table} AS ({sql})" for table, (sql, _more) in compiled.items())
    return heads, tuple(value for _sql, more in compiled.values() for value in more)


def _ever(kind):
    return f"""
        count(DISTINCT suspect) FILTER (WHERE kind = '{kind}' AND likely),
        count(DISTINCT suspect) FILTER (WHERE kind = '{kind}')
    """


# An arrest detains somebody, so an unknown low number counts as one, and an unknown
# high number as at least the low one.
COUNTS = f"""
    arrest (arrest, uncontested) AS MATERIALIZED (
        SELECT arrest, bool_or(NOT contested) FROM link
        WHERE incident IN (SELECT incident FROM asked) GROUP BY arrest
    ),
    held (suspect) AS MATERIALIZED (
        SELECT DISTINCT suspect FROM detention WHERE arrest IN (SELECT arrest FROM arrest)
    ),
    met (suspect, kind, likely) AS MATERIALIZED (
        SELECT fate.* FROM fate WHERE suspect IN (SELECT suspect FROM held)
    ),
    guilty (suspect, stands) AS MATERIALIZED (
        SELECT suspect, stands FROM judgment WHERE conviction IN (
            SELECT conviction FROM judged WHERE incident IN (SELECT incident FROM asked)
        )
    ),
    accused (suspect, likely) AS (
        SELECT suspect, likely FROM met WHERE kind NOT IN ('bailed', 'released')
        UNION ALL SELECT suspect, true FROM guilty
    )
    SELECT operations.*, became.*, charged.*, convicted.* FROM
        (SELECT count(*), count(*) FILTER (WHERE uncontested),
            coalesce(sum(coalesce(low, 1)), 0), coalesce(sum(coalesce(high, low, 1)), 0),
            count(*) FILTER (WHERE high IS NULL)
        FROM arrest JOIN operation USING (arrest)) AS operations,
        (SELECT {_ever("bailed")}, {_ever("released")} FROM met) AS became,
        (SELECT count(DISTINCT suspect) FILTER (WHERE likely), count(DISTINCT suspect)
        FROM accused) AS charged,
        (SELECT count(DISTINCT suspect),
            count(DISTINCT suspect) FILTER (
                WHERE suspect NOT IN (SELECT suspect FROM detention)
            ),
            count(DISTINCT suspect) FILTER (WHERE stands)
        FROM guilty) AS convicted
"""


def people(incidents, question):
    """People held or convicted for the counted ones of any queryset of incidents.

    Makes one query. Definitions: docs/methodology.md#people.
    """
    (answer,) = people_on(incidents, [question])
    return answer


def people_on(incidents, questions):
    """A list of the People of each Question: as `people`, in one query for all of them."""
    parts, parameters = [], []
    for place, question in enumerate(questions):
        asked, values = sql_of(ladder(incidents).counted(question).values("pk"))
        heads, more = _heads(question)
        query = f"WITH asked (incident) AS MATERIALIZED ({asked}), {heads}, {COUNTS}"
        parts.append(f"SELECT {place}, answer.* FROM ({query}) AS answer")
        parameters += [*values, *more]
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(parts)} ORDER BY 1", parameters)
        return [_people(*map(int, numbers)) for _place, *numbers in cursor.fetchall()]


def _people(*numbers):
    arrests, uncontested, low, high, open_ended, *numbers = numbers
    bailed, released, charged = (Range(*numbers[place : place + 2]) for place in (0, 2, 4))
    detained = Range(low, high, open_ended)
    return People(arrests, uncontested, detained, bailed, released, charged, *numbers[6:])
