"""A case as one line: what happened to one person, by the first day on which it can have."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from legal.models import StepKind

ARREST, CUSTODY, COURT = "arrest", "custody", "court"
LANES = {ARREST: _("Arrest"), CUSTODY: _("Custody"), COURT: _("Court")}
LANE_OF = {
    StepKind.SOUGHT: ARREST,
    StepKind.DETAINED: ARREST,
    StepKind.CHARGED: COURT,
    StepKind.CHARGE_DROPPED: COURT,
    StepKind.TRIED: COURT,
    StepKind.ACQUITTED: COURT,
}  # what is not named here is custody


@dataclass(frozen=True)
class Event:
    """One thing that happened. `row` is a step, a conviction or a ruling, as `noun` says.

    arrest: the one a detention is part of. later: after the day that the page is asked about.
    elsewhere: a ruling that is limited to others of the convicted.
    """

    noun: str
    row: object
    span: str
    lane: str
    later: bool
    arrest: object = None
    conviction: object = None
    elsewhere: bool = False

    @property
    def first(self) -> date:
        return getattr(self.row, f"{self.span}_from")

    @property
    def lane_label(self):
        return LANES[self.lane]


def timeline(gathered):
    """The Events of a case, earliest first; of one day, in the order of the story."""
    as_of = gathered.question.as_of
    events = []
    for step in gathered.steps:
        arrest = gathered.arrests.get(step.arrest_id) if step.kind == StepKind.DETAINED else None
        lane = LANE_OF.get(step.kind, CUSTODY)
        later = step.occurred_to > as_of
        events.append(Event("step", step, "occurred", lane, later, arrest=arrest))
    for made in gathered.convictions:
        events.append(Event("conviction", made, "decided", COURT, made.decided_to > as_of))
        for ruling in made.rulings.all():
            named = {each.suspect_id for each in ruling.suspects.all()}
            events.append(
                Event(
                    "ruling",
                    ruling,
                    "decided",
                    COURT,
                    ruling.decided_to > as_of,
                    conviction=made,
                    elsewhere=bool(named) and gathered.suspect.pk not in named,
                )
            )
    return sorted(events, key=lambda event: event.first)
