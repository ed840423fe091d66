"""How far each incident got, by a given day: the one definition of every count.

A rung is a set of incidents, written as SQL that is evaluated once for all of them
(`id IN (SELECT ...)`), so that rungs compose with each other and with any filter in
any order. The ladder is not a staircase: each rung is counted on its own.
Definitions and their sources: docs/methodology.md#the-ladder.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db import models
from django.db.models import BooleanField, Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from incidents.models import Attribution, Claim, Incident, IncidentQuerySet
from legal.models import (
    Arrest,
    ArrestLink,
    Conviction,
    ConvictionIncident,
    Step,
    StepIncident,
    StepKind,
)
from records.models import Confidence
from records.viewer import Viewer


class Rung(models.TextChoices):
    RECORDED = "recorded", _("Recorded")
    CLAIMED = "claimed", _("Claimed")
    ATTRIBUTED = "attributed", _("Attributed")
    ARRESTED = "arrested", _("Led to an arrest")
    CHARGED = "charged", _("Led to a charge")
    TRIED = "tried", _("Led to a trial")
    CONVICTED = "convicted", _("Led to a conviction, ever")
    STANDING = "standing", _("Led to a conviction that stands")


@dataclass(frozen=True)
class Question:
    """What a reader asks of the ladder.

    as_of: nothing dated after this day counts.
    viewer: only published rows that this viewer may read count.
    contested: whether contested arrest links count.
    min_confidence: the least confidence of an attribution, or of a relation climbed.
    """

    as_of: date
    viewer: Viewer
    contested: bool = True
    min_confidence: Confidence = Confidence.POSSIBLE

    # The statements that count, each as a queryset, built once: SQL is made of them often

    @cached_property
    def claims(self):
        return (
            Claim.objects.counted_for(self.viewer)
            .made_by(self.as_of)
            .held_with(Confidence.POSSIBLE)
        )

    @cached_property
    def attributions(self):
        return (
            Attribution.objects.counted_for(self.viewer)
            .naming()
            .made_by(self.as_of)
            .held_with(self.min_confidence)
        )

    @cached_property
    def arrests(self):
        return Arrest.objects.counted_for(self.viewer).made_by(self.as_of)

    @cached_property
    def arrest_links(self):
        """Links of arrests for the attack itself: not for negligence of duty."""
        links = (
            ArrestLink.objects.counted_for(self.viewer)
            .for_the_attack()
            .filter(arrest__in=self.arrests)
        )
        return links if self.contested else links.uncontested()

    def steps(self, *kinds, confidence=Confidence.POSSIBLE):
        return (
            Step.objects.counted_for(self.viewer)
            .of_kind(*kinds)
            .made_by(self.as_of)
            .held_with(confidence)
        )

    @cached_property
    def convictions(self):
        return Conviction.objects.counted_for(self.viewer).made_by(self.as_of)


def _by_steps(question, *kinds):
    """Incidents that a suspect's steps of these kinds are about.

    A step is about the incidents it names. One that names none is about those its
    arrest is linked to or, without an arrest, those of its suspect's detentions.
    """
    steps = question.steps(*kinds)
    naming_none = steps.filter(incidents__isnull=True)
    detentions = question.steps(StepKind.DETAINED).filter(
        suspect__in=naming_none.filter(arrest__isnull=True).values("suspect")
    )
    named = StepIncident.objects.counted_for(question.viewer).filter(step__in=steps)
    linked = question.arrest_links.filter(
        Q(arrest__in=naming_none.filter(arrest__isnull=False).values("arrest"))
        | Q(arrest__in=detentions.values("arrest"))
    )
    return [named, linked]


def _by_convictions(question, convictions):
    named = ConvictionIncident.objects.counted_for(question.viewer)
    return [named.filter(conviction__in=convictions)]


# What puts an incident on a rung by itself: statements that each name an incident.
_STATEMENTS = {
    Rung.CLAIMED: lambda q: [q.claims],
    Rung.ATTRIBUTED: lambda q: [q.attributions],
    Rung.ARRESTED: lambda q: [q.arrest_links],
    Rung.CHARGED: lambda q: _by_steps(q, StepKind.CHARGED),
    Rung.TRIED: lambda q: _by_steps(q, StepKind.TRIED, StepKind.ACQUITTED),
    Rung.CONVICTED: lambda q: _by_convictions(q, q.convictions),
    Rung.STANDING: lambda q: _by_convictions(q, q.convictions.standing_on(q.as_of)),
}

# A conviction proves a trial, and a trial a charge. It proves no arrest: courts
# sentence the absent, and custody may never have been made public.
PROVEN_BY = {Rung.CHARGED: Rung.TRIED, Rung.TRIED: Rung.CONVICTED}


def incidents_by_itself(rung, question):
    """Querysets of incident ids that, together, stand on a rung whatever another proves."""
    return [statements.values("incident") for statements in _STATEMENTS[rung](question)]


def condition(rung, question):
    """The condition that an incident stands on a rung, for any queryset of incidents."""
    rung = Rung(rung)
    if rung == Rung.RECORDED:
        return Q()
    met = condition(PROVEN_BY[rung], question) if rung in PROVEN_BY else Q()
    for incidents in incidents_by_itself(rung, question):
        met |= Q(pk__in=incidents)
    return met


def rungs_of(incident, question):
    """The rungs that one incident stands on: none if it does not enter the count.

    One query about this incident alone, so that its page costs the same among however many.
    """
    recorded = ladder(Incident.objects.all()).counted(question).values("pk")
    asked = [_named(Rung.RECORDED, recorded.filter(pk=incident.pk))]
    for rung in _STATEMENTS:
        for incidents in incidents_by_itself(rung, question):
            asked.append(_named(rung, incidents.filter(incident=incident.pk)))
    found = set(asked[0].union(*asked[1:]))

    def stands_on(rung):
        return rung in found or (rung in PROVEN_BY and stands_on(PROVEN_BY[rung]))

    return {rung for rung in Rung if stands_on(rung)} if Rung.RECORDED in found else set()


def _named(rung, rows):
    return rows.order_by().annotate(rung=Value(rung.value)).values_list("rung", flat=True)


class LadderQuerySet(IncidentQuerySet):
    """Incidents that can be asked how far they got. Makes no query until evaluated."""

    def counted(self, question):
        """Incidents that enter the count: published, visible, begun by the day."""
        return self.counted_for(question.viewer).begun_by(question.as_of)

    def reached(self, rung, question):
        """Counted incidents that stand on a rung.

        Raises:
            ValueError: not a rung.
        """
        return self.counted(question).filter(condition(rung, question))

    def with_rungs(self, question):
        """Add one boolean column per rung, named after it."""
        return self.annotate(
            **{
                rung.value: Case(
                    When(condition(rung, question), then=Value(True)),
                    default=Value(False),
                    output_field=BooleanField(),
                )
                for rung in Rung
                if rung != Rung.RECORDED
            }
        )


def ladder(incidents):
    """The same queryset of incidents, with the ladder's methods and its own prefetches."""
    rows = incidents.all()
    rows.__class__ = LadderQuerySet
    return rows
