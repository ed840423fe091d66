"""The people held for a set of incidents, and what became of them, by a given day."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import ExpressionWrapper

from legal.models import ConvictionIncident, ConvictionSuspect, StepKind
from records.models import Confidence, at_least
from reports.sql import sql_of


@dataclass(frozen=True)
class Range:
    """From `low` to `high`; `open_ended` of the figures summed have no upper bound."""

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

# Over the common table expressions that `people` fills with querysets of the Question.
# An arrest detains somebody, so an unknown low number counts as one.
COUNTS = f"""
    held (suspect) AS MATERIALIZED (
        SELECT DISTINCT suspect FROM detention WHERE arrest IN (SELECT id FROM arrest)
    ),
    met (suspect, kind, likely) AS MATERIALIZED (
        SELECT fate.* FROM fate WHERE suspect IN (SELECT suspect FROM held)
    ),
    accused (suspect, likely) AS (
        SELECT suspect, likely FROM met WHERE kind NOT IN ('bailed', 'released')
        UNION ALL SELECT suspect, true FROM guilty
    )
    SELECT operations.*, became.*, charged.*, convicted.* FROM
        (SELECT count(*), count(*) FILTER (WHERE uncontested),
            coalesce(sum(coalesce(low, 1)), 0), coalesce(sum(high), 0),
            count(*) FILTER (WHERE high IS NULL)
        FROM arrest) AS operations,
        (SELECT {
    ", ".join(
        f"count(DISTINCT suspect) FILTER (WHERE kind = '{kind}'{surely})"
        for kind in ("bailed", "released")
        for surely in (" AND likely", "")
    )
} FROM met) AS became,
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
    """People held or convicted for the counted ones of a LadderQuerySet of incidents.

    Makes one query. Definitions: docs/methodology.md#people.
    """
    counted = incidents.counted(question).values("pk")
    tables = {
        "arrest (id, low, high, uncontested)": _arrests(counted, question),
        "detention (suspect, arrest)": question.steps(StepKind.DETAINED).values_list(
            "suspect", "arrest"
        ),
        "fate (suspect, kind, likely)": _fates(question),
        "guilty (suspect, stands)": _guilty(counted, question),
    }
    heads, parameters = [], []
    for table, queryset in tables.items():
        sql, more = sql_of(queryset)
        heads.append(f"{table} AS MATERIALIZED ({sql})")
        parameters += more
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(heads)}, {COUNTS}", parameters)
        return _people(*map(int, cursor.fetchone()))


def _whether(condition):
    return ExpressionWrapper(condition, output_field=BooleanField())


def _arrests(counted, question):
    links = question.arrest_links().filter(incident__in=counted)
    uncontested = _whether(Q(pk__in=links.uncontested().values("arrest")))
    held = question.arrests().filter(pk__in=links.values("arrest"))
    return held.values_list("pk", "detained_low", "detained_high", uncontested)


def _fates(question):
    likely = _whether(Q(confidence__in=at_least(Confidence.LIKELY)))
    steps = question.steps(StepKind.BAILED, StepKind.RELEASED, *CHARGE_PROVEN_BY)
    return steps.values_list("suspect", "kind", likely)


def _guilty(counted, question):
    named = ConvictionIncident.objects.filter(incident__in=counted).values("conviction")
    standing = ConvictionSuspect.objects.standing_on(question.as_of, question.rulings())
    guilty = ConvictionSuspect.objects.filter(
        conviction__in=question.convictions().filter(pk__in=named)
    )
    return guilty.values_list("suspect", _whether(Q(pk__in=standing.values("pk"))))


def _people(*numbers):
    arrests, uncontested, low, high, open_ended, *numbers = numbers
    bailed, released, charged = (Range(*numbers[place : place + 2]) for place in (0, 2, 4))
    return People(
        arrests,
        uncontested,
        Range(low, high, open_ended),
        bailed,
        released,
        charged,
        *numbers[6:],
    )
