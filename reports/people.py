"""The people held for a set of incidents, and what became of them, by a given day."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from legal.models import ConvictionIncident, ConvictionSuspect, StepKind
from records.models import Confidence


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
    held likely or confirmed, high the possible ones too. Bail is not release.
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


def people(incidents, question):
    """People held or convicted for the counted ones of a LadderQuerySet of incidents.

    Makes five queries. Definitions: docs/methodology.md#people.
    """
    links = question.arrest_links().filter(incident__in=incidents.counted(question).values("pk"))
    arrests = question.arrests().filter(pk__in=links.values("arrest"))
    convictions = ConvictionIncident.objects.filter(
        incident__in=incidents.counted(question).values("pk")
    ).values("conviction")
    return People(**_held(arrests, links, question), **_convicted(convictions, question))


def _held(arrests, links, question):
    uncontested = Q(pk__in=links.uncontested().values("arrest"))
    sums = arrests.aggregate(
        arrests=Count("pk"),
        arrests_uncontested=Count("pk", filter=uncontested),
        low=Coalesce(Sum(Coalesce("detained_low", 1)), 0),  # an arrest detains somebody
        high=Coalesce(Sum("detained_high"), 0),
        open_ended=Count("pk", filter=Q(detained_high__isnull=True)),
    )
    detained = Range(sums.pop("low"), sums.pop("high"), sums.pop("open_ended"))
    held = question.steps(StepKind.DETAINED).filter(arrest__in=arrests).values("suspect")
    return {
        **sums,
        "detained": detained,
        "bailed": _range(held, question, StepKind.BAILED),
        "released": _range(held, question, StepKind.RELEASED),
        "charged": _range(held, question, StepKind.CHARGED, StepKind.TRIED, StepKind.ACQUITTED),
    }


def _range(suspects, question, *kinds):
    sure = question.steps(*kinds, confidence=Confidence.LIKELY)
    counts = (
        question.steps(*kinds)
        .filter(suspect__in=suspects)
        .aggregate(
            low=Count("suspect", distinct=True, filter=Q(pk__in=sure.values("pk"))),
            high=Count("suspect", distinct=True),
        )
    )
    return Range(**counts)


def _convicted(convictions, question):
    guilty = ConvictionSuspect.objects.filter(
        conviction__in=question.convictions().filter(pk__in=convictions)
    )
    standing = ConvictionSuspect.objects.standing_on(question.as_of, question.rulings())
    detained = question.steps(StepKind.DETAINED).values("suspect")
    return guilty.aggregate(
        convicted=Count("suspect", distinct=True),
        convicted_without_arrest=Count("suspect", distinct=True, filter=~Q(suspect__in=detained)),
        standing=Count("suspect", distinct=True, filter=Q(pk__in=standing.values("pk"))),
    )
