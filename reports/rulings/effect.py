"""What a ruling would do to the ladder: asked of the ladder itself, with the ruling in place.

The ruling is written inside a savepoint, the ladder is asked as if it were published, and
the savepoint is rolled back. No arithmetic of its own.
"""

from dataclasses import dataclass, replace
from hashlib import sha256

from django.db import transaction

from incidents.models import Incident
from legal.models import ConvictionIncident, RulingSuspect
from records.models import ReviewStatus
from reports.accountability import Counts, accountability
from reports.ladder import Rung, ladder
from reports.people import People
from reports.writing import headline


@dataclass(frozen=True)
class Ladder:
    """How the rungs stand, overall and for the incidents of one conviction.

    concerned: {incident id: the rungs it stands on}.
    """

    sentence: str
    counts: Counts
    people: People
    concerned: dict


@dataclass(frozen=True)
class Effect:
    """The ladder without and with the ruling. `incidents`: those concerned, by id."""

    before: Ladder
    after: Ladder
    incidents: dict

    @property
    def changes(self):
        return self.before != self.after

    @property
    def rungs(self):
        """(rung, how many incidents before, after) of each rung."""
        return [
            (rung, getattr(self.before.counts, rung), getattr(self.after.counts, rung))
            for rung in Rung
        ]

    @property
    def of_incidents(self):
        """(incident, [(rung, whether it stands on it before, after)]) of each one concerned."""
        return [
            (
                incident,
                [
                    (rung, rung in self.before.concerned[key], rung in self.after.concerned[key])
                    for rung in Rung
                ],
            )
            for key, incident in self.incidents.items()
        ]

    def mark(self, *besides):
        """What a page that was shown with this effect sends back, to say which one it showed."""
        told = [repr(ladder) for ladder in (self.before, self.after)]
        return sha256("|".join([*told, *map(str, besides)]).encode()).hexdigest()


def effect(ruling, suspects, question):
    """The Effect of an unsaved ruling, limited to these suspects or to nobody in particular.

    Makes 14 queries at most, and none of what they wrote stays.
    """
    viewer = question.viewer
    named = ConvictionIncident.objects.visible_to(viewer).filter(conviction=ruling.conviction_id)
    incidents = Incident.objects.visible_to(viewer).filter(pk__in=named.values("incident"))
    incidents = incidents.exclude(review_status=ReviewStatus.WITHDRAWN)  # also: merged elsewhere
    before = _ladder(incidents, question)
    with transaction.atomic():
        ruling.save()
        RulingSuspect.objects.bulk_create(
            [RulingSuspect(ruling=ruling, suspect_id=key) for key in suspects]
        )
        after = _ladder(incidents, replace(question, if_published=frozenset({ruling.pk})))
        transaction.set_rollback(True)
    ruling.pk, ruling._state.adding = None, True
    shown = incidents.in_bulk(before.concerned)
    return Effect(before, after, {key: shown[key] for key in before.concerned})


def _ladder(incidents, question):
    report = accountability(Incident.objects.visible_to(question.viewer), question)
    rows = ladder(incidents).with_rungs(question).order_by("occurred_from", "pk")
    counted = set(ladder(incidents).counted(question).values_list("pk", flat=True))
    concerned = {
        row.pk: frozenset(rung for rung in Rung if getattr(row, rung, True))
        if row.pk in counted
        else frozenset()
        for row in rows
    }
    return Ladder(headline(report), report.total, report.people, concerned)
