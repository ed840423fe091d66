"""Enter the people of one arrest whom nobody names: a code for each, and what became of them.

All of it is made in one transaction, as drafts of whoever enters it, or none of it.
"""

from dataclasses import dataclass

from django.db import transaction

from legal.models import Arrest, Step, StepCitation, StepKind, Suspect
from records.models import ReviewStatus, Source

AT_MOST = 200  # people at once


@dataclass(frozen=True)
class Outcome:
    """What became of so many of the detained: one step of each. `said`: its columns."""

    people: int
    said: dict

    @property
    def step(self):
        return Step(**self.said)


@dataclass(frozen=True)
class Plan:
    """What is to be made. Each outcome is of other people; of the rest nothing more is known.

    detention: the columns of each detention. audience: the columns of who may read any of it.
    """

    arrest: Arrest
    people: int
    detention: dict
    outcomes: list[Outcome]
    audience: dict
    source: Source
    pinpoint: str = ""

    @property
    def remaining(self):
        return self.people - sum(outcome.people for outcome in self.outcomes)

    @property
    def steps(self):
        return self.people + sum(outcome.people for outcome in self.outcomes)


def recorded(arrest, viewer):
    """How many suspects a viewer finds recorded as detained in an arrest. Makes one query."""
    steps = Step.objects.visible_to(viewer).of_kind(StepKind.DETAINED).filter(arrest=arrest)
    steps = steps.exclude(review_status=ReviewStatus.WITHDRAWN)
    return steps.order_by().values("suspect").distinct().count()


def detain(plan, person):
    """The new suspects, with their steps and a citation of each. Makes four queries.

    person: who enters it; it belongs to his organisation.
    """
    besides = {
        **plan.audience,
        "owner_id": person.organisation_id,
        "created_by": person,
        "updated_by": person,
    }
    with transaction.atomic():
        suspects = Suspect.objects.bulk_create(
            [
                Suspect(affiliation=plan.arrest.affiliation, **besides)
                for _each in range(plan.people)
            ]
        )
        steps = [
            Step(
                suspect=suspect,
                arrest=plan.arrest,
                kind=StepKind.DETAINED,
                **plan.detention,
                **besides,
            )
            for suspect in suspects
        ]
        untold = iter(suspects)
        for outcome in plan.outcomes:
            for _each in range(outcome.people):
                steps.append(
                    Step(suspect=next(untold), arrest=plan.arrest, **outcome.said, **besides)
                )
        StepCitation.objects.bulk_create(
            [
                StepCitation(record=step, source=plan.source, pinpoint=plan.pinpoint)
                for step in Step.objects.bulk_create(steps)
            ]
        )
    return suspects
