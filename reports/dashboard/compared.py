"""Two days compared: what changed in each number, and through which records.

The later answer minus the earlier one, for the same filters and the same reader. A record
changed a number if it came to count between the days, is of a noun that can move the number,
and concerns an incident that entered or left it.
"""

from dataclasses import dataclass, replace

from django.db import connection
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from legal.models import StepKind
from records.names import label
from reports.accountability import reached_by
from reports.dashboard.between import Between
from reports.held import OF_STEPS, Fate
from reports.ladder import Rung
from reports.people import CHARGE_PROVEN_BY, People, people_on
from reports.writing import in_words

PROOF_OF_TRIAL = (StepKind.TRIED, StepKind.ACQUITTED)
# Which nouns move a rung; of steps, those of these kinds
MOVED_BY = {
    Rung.RECORDED: ("incidents",),
    Rung.CLAIMED: ("incidents", "claims"),
    Rung.ATTRIBUTED: ("incidents", "attributions"),
    Rung.ARRESTED: ("incidents", "arrests"),
    Rung.CHARGED: ("incidents", "steps", "convictions"),
    Rung.TRIED: ("incidents", "steps", "convictions"),
    Rung.CONVICTED: ("incidents", "convictions"),
    Rung.STANDING: ("incidents", "convictions", "rulings"),
}
STEPS_OF = {Rung.CHARGED: CHARGE_PROVEN_BY, Rung.TRIED: PROOF_OF_TRIAL}


@dataclass(frozen=True)
class Change:
    """A number on the two days. entered, left: ids of incidents. causes: records, as Told."""

    rung: Rung
    before: int
    after: int
    entered: frozenset[int]
    left: frozenset[int]
    causes: tuple

    @property
    def difference(self):
        return self.after - self.before

    @property
    def signed(self):
        return f"{self.difference:+d}".replace("-", "−")


@dataclass(frozen=True)
class PeopleChange:
    label: str
    before: str
    after: str
    causes: tuple

    @property
    def changed(self):
        return self.before != self.after


@dataclass(frozen=True)
class Comparison:
    changes: tuple[Change, ...]
    people: tuple[PeopleChange, ...]
    records: dict  # {noun: Told of that noun}, also those that moved no number
    titles: dict  # {id: title} of the incidents named


def compare(incidents, question, against):
    """The Comparison of the question's day with the day `against`, the earlier one first.

    Makes eleven queries at most, however many incidents there are.
    """
    first, last = sorted([against, question.as_of])
    before, after = replace(question, as_of=first), replace(question, as_of=last)
    records = Between(incidents, before, after).all()
    changes = tuple(_changes(incidents, before, after, records))
    named = {each for change in changes for each in change.entered | change.left}
    named |= {each for told in records.values() for one in told for each in one.incidents}
    titles = (
        Incident.objects.visible_to(question.viewer)
        .filter(pk__in=named)
        .values_list("pk", "title", "title_ar")
    )
    return Comparison(
        changes,
        tuple(_people_changes(*people_on(incidents, [before, after]), records)),
        records,
        {pk: label(*title) for pk, *title in titles},
    )


def _changes(incidents, before, after, records):
    for rung, numbers in zip(Rung, _moved(incidents, before, after), strict=True):
        was, now, entered, left = numbers
        entered, left = frozenset(entered or ()), frozenset(left or ())
        yield Change(rung, was, now, entered, left, _causes(rung, entered | left, records))


def _moved(incidents, before, after):
    """(before, after, ids entered, ids left) of each rung. Makes one query."""
    earlier, parameters = reached_by(incidents, before)
    later, more = reached_by(incidents, after)
    columns = ", ".join(
        f"""
        count(*) FILTER (WHERE b.{rung}), count(*) FILTER (WHERE a.{rung}),
        array_agg(incident) FILTER (WHERE a.{rung} AND b.{rung} IS NOT TRUE),
        array_agg(incident) FILTER (WHERE b.{rung} AND a.{rung} IS NOT TRUE)
        """
        for rung in Rung.values
    )
    query = f"""
        WITH a AS MATERIALIZED ({later}), b AS MATERIALIZED ({earlier})
        SELECT {columns} FROM a FULL JOIN b USING (incident)
    """
    with connection.cursor() as cursor:
        cursor.execute(query, (*more, *parameters))
        numbers = cursor.fetchone()
    return [numbers[place : place + 4] for place in range(0, len(numbers), 4)]


def _causes(rung, moved, records):
    steps = STEPS_OF.get(rung)
    return tuple(
        told
        for noun in MOVED_BY[rung]
        for told in records[noun]
        if told.incidents & moved and (noun != "steps" or told.kind in steps)
    )


_PEOPLE = {
    "arrests": (_("Arrests"), ("arrests",), ()),
    "detained": (_("Persons detained"), ("arrests",), ()),
    "bailed": (_("Bailed"), ("steps",), OF_STEPS[Fate.BAILED]),
    "released": (_("Released"), ("steps",), OF_STEPS[Fate.RELEASED]),
    "charged": (_("Charged"), ("steps", "convictions"), CHARGE_PROVEN_BY),
    "convicted": (_("Convicted, ever"), ("convictions",), ()),
    "standing": (_("With a conviction that stands"), ("convictions", "rulings"), ()),
}


def _people_changes(was: People, now: People, records):
    for name, (said, nouns, kinds) in _PEOPLE.items():
        before, after = (_written(getattr(each, name)) for each in (was, now))
        causes = tuple(
            told
            for noun in nouns
            for told in records[noun]
            if noun != "steps" or told.kind in kinds
        )
        yield PeopleChange(str(said), before, after, causes if before != after else ())


def _written(number):
    return str(number) if isinstance(number, int) else in_words(number)
