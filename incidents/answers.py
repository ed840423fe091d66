"""Two incidents side by side: what each says, answer by answer.

An answer is what is chosen as a whole: a field, or those that say something only together,
as the first and last possible day with their precision.
"""

from dataclasses import dataclass
from functools import cache

from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident, TargetKind, Weapon
from records.admin_columns import low_high
from records.differences import Difference, compared, wanted_by
from records.history_words import lines_of
from records.merging import answer_of
from records.models import Certainty

# How it stands, and who may read it, is not chosen: the kept one's holds.
NOT_CHOSEN = {"owner", "marking", "shared_with", "readers", "merged_into"}
TITLES = {"time": _("local time"), "weapons": _("number of weapons")}
SAYS_NOTHING = (None, "", Weapon.UNKNOWN, TargetKind.UNKNOWN, Certainty.UNVERIFIED)


@dataclass(frozen=True)
class Answer:
    """name: of its first field, without its ending."""

    name: str
    label: str | Promise
    lines: tuple

    @property
    def fields(self):
        return [field for line in self.lines for field in line.fields]

    @property
    def is_text(self):
        """Whether one may write another one."""
        field = self.fields[0]
        words = isinstance(field, models.CharField | models.TextField) and not field.choices
        return len(self.fields) == 1 and words and field.name != "timezone"

    @property
    def is_long(self):
        return isinstance(self.fields[0], models.TextField)

    def values(self, row):
        return {field.attname: getattr(row, field.attname) for field in self.fields}

    def says_nothing(self, row):
        return all(value in SAYS_NOTHING for value in self.values(row).values())

    def text(self, row, labels):
        if self.name == "weapons":
            low, high = self.values(row).values()
            return "" if low is None and high is None else low_high(low, high)
        return "–".join(filter(None, (line.text(row, labels) for line in self.lines)))


@cache
def answers():
    found = {}
    for line in lines_of(Incident):
        if line.fields[0].name not in NOT_CHOSEN:
            found.setdefault(answer_of(line.fields[0].name), []).append(line)
    return [
        Answer(name, TITLES.get(name, lines[0].label), tuple(lines))
        for name, lines in found.items()
    ]


def differing(one, other):
    return [answer for answer in answers() if answer.values(one) != answer.values(other)]


def want(labels, *rows):
    """Says which labels the texts of these rows need."""
    for row in rows:
        for answer in answers():
            for field in answer.fields:
                pointed = wanted_by(field, getattr(row, field.attname))
                if pointed:
                    labels.want(*pointed)


def both(answer, old, new, labels) -> Difference:
    return compared(capfirst(answer.label), answer.text(old, labels), answer.text(new, labels))
