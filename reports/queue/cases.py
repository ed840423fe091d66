"""When the case of a suspect has ended, and what was heard of it last."""

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from legal.models import ConvictionSuspect, StepKind

# What begins a case anew after an acquittal or a release.
REOPENING = (StepKind.SOUGHT, StepKind.DETAINED, StepKind.CHARGED, StepKind.TRIED)
ON_A_CHARGE = (StepKind.CHARGED, StepKind.TRIED)


def ended(asked):
    """Keys of suspects whose case is over by the day: docs/methodology.md#when-a-case-has-ended.

    Two of them may come from contradicting sources, so each is held likely at least.
    """
    likely = asked.likely_events
    again = likely.of_kind(*REOPENING).filter(
        suspect=OuterRef("suspect"), occurred_to__gt=OuterRef("occurred_to")
    )
    charged = likely.of_kind(*ON_A_CHARGE).filter(suspect=OuterRef("suspect"))
    dropped = likely.of_kind(StepKind.CHARGE_DROPPED).filter(suspect=OuterRef("suspect"))
    guilty = judged(asked).filter(suspect=OuterRef("suspect"))
    over = likely.filter(
        Q(kind=StepKind.DIED)
        | Q(~Exists(again), kind=StepKind.ACQUITTED)
        | Q(
            ~Exists(again),
            ~Exists(guilty),
            Q(~Exists(charged)) | Q(Exists(dropped)),
            kind=StepKind.RELEASED,
        )
    )
    final = (
        ConvictionSuspect.objects.counted_for(asked.viewer)
        .standing_on(asked.day)
        .filter(conviction__final=True)
    )
    return Q(pk__in=over.values("suspect")) | Q(pk__in=final.values("suspect"))


def judged(asked):
    """Suspects in a conviction by the day, one row each time."""
    return ConvictionSuspect.objects.visible_to(asked.viewer).filter(
        conviction__in=asked.convictions
    )


def last_steps(asked):
    """Of each suspect the step that nothing later follows, neither step nor judgment."""
    later = asked.events.filter(suspect=OuterRef("suspect")).filter(
        Q(occurred_to__gt=OuterRef("occurred_to"))
        | Q(occurred_to=OuterRef("occurred_to"), pk__gt=OuterRef("pk"))
    )
    judgment = last_judgments(asked).filter(
        suspect=OuterRef("suspect"), heard_on__gte=OuterRef("occurred_to")
    )
    return asked.events.filter(~Exists(later), ~Exists(judgment))


def last_judgments(asked):
    """Of each convicted suspect the last conviction, `heard_on` its day or its last ruling's."""
    later = judged(asked).filter(suspect=OuterRef("suspect")).filter(
        Q(conviction__decided_to__gt=OuterRef("conviction__decided_to"))
        | Q(
            conviction__decided_to=OuterRef("conviction__decided_to"),
            conviction__gt=OuterRef("conviction"),
        )
    )
    rulings = asked.rulings.filter(conviction=OuterRef("conviction")).order_by(
        "-decided_to", "-id"
    )
    return (
        judged(asked)
        .filter(~Exists(later))
        .annotate(
            ruling=Subquery(rulings.values("kind")[:1]),
            ruled_on=Subquery(rulings.values("decided_to")[:1]),
            ruling_changed=Subquery(rulings.values("updated_at")[:1]),
        )
        .annotate(heard_on=Greatest("conviction__decided_to", "ruled_on"))
    )
