"""Everything a viewer may read of one suspect's case, read once. It decides nothing.

What was withdrawn is left out; drafts are shown to whoever may read them, and say so.
"""

from dataclasses import dataclass

from django.db.models import Prefetch, Q

from legal.models import (
    Arrest,
    ArrestLink,
    Conviction,
    ConvictionIncident,
    ConvictionProvision,
    ConvictionSuspect,
    Ruling,
    RulingSuspect,
    Step,
    StepIncident,
    Suspect,
)
from records.models import ReviewStatus
from reports.ladder import Question, holds


@dataclass(frozen=True)
class Gathered:
    """The rows, each list in the order of the story."""

    question: Question
    suspect: Suspect
    steps: list
    arrests: dict  # by key, each with `links_told`
    convictions: list  # each with `stands`: whether it holds on this suspect


def gather(found, question):
    """The Gathered of the suspect that a condition finds, or None.

    Makes 11 queries at most, however many rows there are.
    """
    viewer = question.viewer
    rows = Suspect.objects.visible_to(viewer).select_related("affiliation", "owner")
    suspect = rows.filter(found).first()
    if suspect is None:
        return None
    steps = list(
        _told(Step, viewer)
        .filter(suspect=suspect)
        .select_related("authority", "provision__instrument")
        .prefetch_related(
            Prefetch("incidents", _seen(StepIncident, viewer).select_related("incident"))
        )
        .order_by("occurred_from", "id")
    )
    return Gathered(
        question,
        suspect,
        steps,
        _arrests({step.arrest_id for step in steps if step.arrest_id}, question),
        _convictions(suspect, question),
    )


def _seen(model, viewer):
    return model._default_manager.visible_to(viewer)


def _told(model, viewer):
    return _seen(model, viewer).exclude(review_status=ReviewStatus.WITHDRAWN)


def _arrests(keys, question):
    """With the incidents that somebody ties each to, and whether the tie counts."""
    counts = holds(Q(pk__in=question.arrest_links.values("pk")))
    links = _told(ArrestLink, question.viewer).select_related("incident").annotate(counts=counts)
    arrests = (
        _told(Arrest, question.viewer)
        .filter(pk__in=keys)
        .select_related("authority", "affiliation", "place")
        .defer("place__outline")
        .prefetch_related(Prefetch("links", links.order_by("id"), to_attr="links_told"))
    )
    return {arrest.pk: arrest for arrest in arrests}


def _convictions(suspect, question):
    viewer = question.viewer
    him = {"suspect": suspect}
    held = ConvictionSuspect.objects.counted_for(viewer).standing_on(question.as_of).filter(**him)
    counted = question.convictions
    return list(
        _told(Conviction, viewer)
        .filter(pk__in=_seen(ConvictionSuspect, viewer).filter(**him).values("conviction"))
        .annotate(
            stands=holds(Q(pk__in=held.values("conviction")) & Q(pk__in=counted.values("pk")))
        )
        .order_by("decided_from", "id")
        .prefetch_related(
            Prefetch("incidents", _seen(ConvictionIncident, viewer).select_related("incident")),
            Prefetch(
                "provisions",
                _seen(ConvictionProvision, viewer).select_related("provision__instrument"),
            ),
            Prefetch("rulings", _told(Ruling, viewer).order_by("decided_from", "id")),
            Prefetch("rulings__suspects", _seen(RulingSuspect, viewer).select_related("suspect")),
        )
    )
