"""Everything that a report says, made for one audience. No clock, no chance, no number of its own.

The numbers are the dashboard's. Each is told beside the cases it counts, and a Document of
which the two differ is not made: records then changed while it was read.
"""

from dataclasses import asdict, dataclass, field
from hashlib import sha256

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from records.models import Marking
from reports.accountability import COLUMNS, Counts
from reports.dashboard.asked import QUESTION_LABELS, Asked
from reports.dashboard.catalogue import FIGURES, groupings_of
from reports.dashboard.numbers import Numbers
from reports.handover.cases import cases_of
from reports.ladder import Rung
from reports.people import People
from reports.writing import headline, people_in_words, percent

MOST_CASES = 2000  # beyond, nobody reads it on paper
BESIDE_RUNGS = {
    "arrested_uncontested": _("Led to an arrest, contested links left out"),
    "convicted_without_arrest": _("Led to a conviction, ever, without a recorded arrest"),
}


class CannotMake(ValueError):
    """There is no report: says why, as a sentence."""


@dataclass(frozen=True)
class Step:
    """A number of the ladder. cases: the numbers, in the list, of exactly what it counts."""

    column: str
    label: str
    count: int
    cases: tuple[int, ...]

    @property
    def listed(self):
        """`1–3, 7`."""
        return ", ".join(
            f"{first}–{last}" if last > first else f"{first}" for first, last in runs(self.cases)
        )


@dataclass(frozen=True)
class Document:
    """marking: of the audience, so of nothing less strict than what is shown."""

    asked: Asked
    marking: Marking
    language: str
    total: Counts
    people: People
    headline: str
    people_in_words: str
    filters: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    figures: tuple
    cases: tuple
    sources: dict = field(repr=False)  # {reference: (number, Cited)}

    @property
    def as_of(self):
        return self.asked.question.as_of.isoformat()

    @property
    def arrested_rate(self):
        return percent(self.total.arrested_rate)

    @property
    def standing_rate(self):
        return percent(self.total.standing_rate)

    def numbers_of(self, case):
        """(number of the source, whether it disputes) of a case, in order."""
        found = [(self.sources[name][0], disputes) for name, disputes in case.sources]
        return sorted(found)

    def contents(self):
        """What can be compared with a later Document: {part: {name: digest}}."""
        return {
            "cases": {case.reference: digest_of(asdict(case)) for case in self.cases},
            "sources": {
                name: digest_of(asdict(cited)) for name, (_number, cited) in self.sources.items()
            },
            "numbers": {
                "": digest_of([self.headline, self.people_in_words]),
                **{figure.name: digest_of([figure.lines, figure.total]) for figure in self.figures},
            },
        }

    def counts(self):
        return {name: getattr(self.total, name) for name in ("recorded", "arrested", "standing")}


def digest_of(said):
    """Of plain values and frozen dataclasses of them; sets are told in order."""
    return sha256(repr(_ordered(said)).encode()).hexdigest()[:32]


def _ordered(said):
    match said:
        case dict():
            return {name: _ordered(value) for name, value in said.items()}
        case set() | frozenset():
            return sorted(said)
        case _:
            return said


def asked_for(query, audience):
    given = QueryDict(query)
    return Asked(given, audience)


def document(asked, marking, language):
    """The Document of an Asked whose viewer is the audience.

    Call it in the language of the report, and as the audience: records/viewer.py.

    Raises:
        CannotMake: it asks for what the audience may not see, or for too much.
    """
    if asked.errors:
        raise CannotMake(" ".join(asked.complaints()))
    numbers = Numbers(asked, groupings_of(asked))
    total = numbers.total
    if not total.recorded:
        raise CannotMake(_("No attack matches for this audience: there is nothing to hand over."))
    if total.recorded > MOST_CASES:
        raise CannotMake(
            _("A report lists at most %(most)s attacks, and %(count)s match: narrow the filters.")
            % {"most": MOST_CASES, "count": total.recorded}
        )
    cases, sources = cases_of(asked.incidents, asked.question)
    steps = tuple(_steps(total, cases))
    if any(step.count != len(step.cases) for step in steps):
        raise CannotMake(_("Records changed while the report was made. Make it again."))
    return Document(
        asked=asked,
        marking=Marking(marking),
        language=language,
        total=total,
        people=numbers.people,
        headline=headline(numbers.report),
        people_in_words=people_in_words(numbers.people),
        filters=tuple(
            (str(what), str(value))
            for what, value, _address in asked.chips()
            if str(what) != str(QUESTION_LABELS["as_of"])  # stands apart
        ),
        steps=steps,
        figures=tuple(maker.make(numbers) for maker in FIGURES.values()),
        cases=tuple(cases),
        sources=_numbered(cases, sources),
    )


def _steps(total, cases):
    labels = {**{rung.value: rung.label for rung in Rung}, **BESIDE_RUNGS}
    for column in COLUMNS:
        found = tuple(place for place, case in enumerate(cases, 1) if column in case.columns)
        yield Step(column, str(labels[column]), getattr(total, column), found)


def _numbered(cases, sources):
    """Sources by number, in the order in which the cases first name them."""
    named = dict.fromkeys(name for case in cases for name, _disputes in case.sources)
    return {name: (number, sources[name]) for number, name in enumerate(named, 1)}


def runs(numbers):
    """(first, last) of each stretch of following numbers."""
    found = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found
