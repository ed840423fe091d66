"""What the rows of a dossier say together: who prevails and why, and where they contradict."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models import CasualtyStatus, Stance
from records.labels import isolated

ALWAYS_TOLD = [CasualtyStatus.KILLED, CasualtyStatus.WOUNDED]  # if only that nobody knows


# Attributions


@dataclass(frozen=True)
class Side:
    """The attributions that say the same of the same group or person."""

    stance: str
    named: object  # a group, a person, or None: it is not known who
    rows: list


@dataclass(frozen=True)
class Headline:
    """The attribution that the published rule shows, and why it and no other.

    contested: another one names somebody else.
    """

    row: object
    why: str
    contested: bool


def sides(attributions):
    """Attributions by whom they name: those who say who it was, denials, the ignorant."""
    found = {}
    for row in attributions:
        named = row.group or row.person
        found.setdefault((row.stance, row.group_id, row.person_id), (named, []))[1].append(row)
    made = [Side(key[0], named, rows) for key, (named, rows) in found.items()]
    return sorted(made, key=lambda side: Stance.values.index(side.stance))


def headline(attributions):
    """docs/methodology.md#which-attribution-is-shown; None if nobody is named.

    attributions: the one that prevails first, as `prevailing_first()` orders them.
    """
    naming = [row for row in attributions if row.stance == Stance.ATTRIBUTES]
    if not naming:
        return None
    first, *others = naming
    contested = any(_named(row) != _named(first) for row in others)
    return Headline(first, _why(first, others), contested)


def _named(row):
    return row.group_id, row.person_id


def _why(first, others):
    said = {"confidence": first.get_confidence_display()}
    equals = [row for row in others if row.confidence == first.confidence]
    if not others:
        return _("It is the only one that says who did it.")
    if not equals:
        return _("It is the surest: %(confidence)s.") % said
    if all(row.asserted_to != first.asserted_to for row in equals):
        return _("None is surer than %(confidence)s, and of those it is the newest.") % said
    return (
        _("None is surer than %(confidence)s, none of those is newer, and it was entered first.")
        % said
    )


def who_differs(claims, attributions, held):
    """Sentences on how those who claimed, those who are named and those held differ.

    held: the groups that those held are said to belong to.
    """
    claimed = {row.group for row in claims}
    named = {row.group or row.person for row in attributions if row.stance == Stance.ATTRIBUTES}
    told = [
        (claimed, _("claimed by %(who)s")),
        (named, _("attributed to %(who)s")),
        (held, _("those held are said to belong to %(who)s")),
    ]
    told = [(who, words) for who, words in told if who]
    if len({frozenset(who) for who, _words in told}) < 2 and len(named) < 2:
        return []
    return [words % {"who": _listed(who)} for who, words in told]


def _listed(rows):
    return _(", ").join(map(isolated, sorted(map(str, rows))))


# Casualties


@dataclass(frozen=True)
class Figure:
    """differs: another figure for the same people is not the same."""

    row: object
    differs: bool


@dataclass(frozen=True)
class Fate:
    label: str
    figures: list


def fates(casualties):
    """Figures by what befell people. Of killed and wounded also that nobody gives a number."""
    ranges = Counter(whom for whom, _range in {(_whom(row), _range(row)) for row in casualties})
    made = []
    for status in CasualtyStatus:
        rows = [row for row in casualties if row.status == status]
        if rows or status in ALWAYS_TOLD:
            figures = [Figure(row, ranges[_whom(row)] > 1) for row in rows]
            made.append(Fate(status.label, sorted(figures, key=lambda figure: _whom(figure.row))))
    return made


def _whom(row):
    return row.status, row.category, row.nationality


def _range(row):
    return row.low, row.high


def people(low, high):
    """`3`, `5 to 8`, `at least 5`, `at most 8`, `not known`: unknown is never zero."""
    if low is None and high is None:
        return _("not known")
    if high is None:
        return _("at least %(low)s") % {"low": low}
    if low is None:
        return _("at most %(high)s") % {"high": high}
    if low == high:
        return str(low)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


# Suspects


@dataclass(frozen=True)
class Course:
    """Suspects of whom the same is known, and the steps of each of their cases."""

    suspects: list
    steps: list

    @property
    def first(self):
        return self.suspects[0]

    @property
    def size(self):
        return ngettext("%(n)s suspect", "%(n)s suspects", len(self.suspects)) % {
            "n": len(self.suspects)
        }


_OF_SUSPECT = ("affiliation_id", "affiliation_stated", "nationality", "role", "at_large", "note")
_OF_STEP = (
    "kind",
    "occurred_from",
    "occurred_to",
    "occurred_precision",
    "arrest_id",
    "authority_id",
    "court",
    "provision_id",
    "stated_reason",
    "reported_reason",
    "asserted_by",
    "confidence",
    "basis",
)
_OF_RECORD = ("review_status", "marking", "certainty")


def courses(suspects, steps, cites):
    """Suspects whose cases went alike stand together: fourteen men, one line.

    cites: the Cites of the page; what differs in its sources does not stand together.
    """
    of_suspect = {}
    for step in steps:
        of_suspect.setdefault(step.suspect_id, []).append(step)
    together = {}
    for suspect in suspects:
        taken = of_suspect.get(suspect.pk, [])
        alike = (
            _values(suspect, _OF_SUSPECT, cites),
            tuple(_values(step, _OF_STEP, cites) for step in taken),
        )
        together.setdefault(alike, Course([], taken)).suspects.append(suspect)
    return list(together.values())


def _values(row, columns, cites):
    told = tuple(getattr(row, column) for column in (*columns, *_OF_RECORD))
    return told, tuple(map(str, cites.of(row)))
