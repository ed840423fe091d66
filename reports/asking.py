"""From the words of an address or a command line to a Question and a Cell, and back."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from records.dates import ISO_DAY
from records.models import Confidence
from records.parameters import DayField
from reports.accountability import Cell
from reports.grouping import GROUPINGS, UnknownKey
from reports.ladder import Question, Rung


class Choice(forms.ChoiceField):
    """A choice that may be left out and that says what can be chosen."""

    def __init__(self, choices, **options):
        known = ", ".join(value for value, _label in choices)
        message = format_lazy(_("There is no such choice. Known are: {known}."), known=known)
        super().__init__(
            choices=choices,
            required=False,
            error_messages={"invalid_choice": message},
            **options,
        )


YES_OR_NO = [("true", _("with")), ("false", _("without"))]


class Complaining(forms.Form):
    def complaints(self):
        """What is wrong, as sentences that begin with the field's label."""
        return [
            f"{self.fields[name].label}: {error}"
            for name, errors in self.errors.items()
            for error in errors
        ]


class Asking(Complaining):
    """What may be asked of the report and of the list behind one of its numbers.

    Everything may be left out: today, contested links counted, confidence possible.
    """

    as_of = DayField(required=False, label=_("As of"), **ISO_DAY)
    contested = Choice(YES_OR_NO, label=_("Contested links"))
    min_confidence = Choice(Confidence.choices[:-1], label=_("Least confidence"))
    by = Choice([(name, grouping.title) for name, grouping in GROUPINGS.items()], label=_("By"))
    key = forms.CharField(required=False, max_length=40, label=_("Row"))
    rung = Choice(Rung.choices, label=_("Rung"))
    without = Choice(Rung.choices, label=_("Without"))

    def __init__(self, asked, viewer):
        super().__init__(asked)
        self.viewer = viewer

    def clean(self):
        asked = super().clean()
        if asked.get("key") and not asked.get("by") and "by" not in self.errors:
            self.add_error("by", _("Say which grouping this key belongs to."))
        if asked.get("key") and asked.get("by"):
            self._check_key(asked)
        if asked.get("without") and not asked.get("rung"):
            self.add_error("rung", _("Say which rung the incidents are to stand on."))
        return asked

    def _check_key(self, asked):
        try:
            GROUPINGS[asked["by"]].check_key(asked["key"], self.viewer)
        except UnknownKey:
            self.add_error("key", _("The report by %(by)s has no such row.") % asked)

    def question(self, today):
        """The Question; call only on a valid form."""
        asked = self.cleaned_data
        return Question(
            as_of=asked["as_of"] or today,
            viewer=self.viewer,
            contested=asked["contested"] != "false",
            min_confidence=Confidence(asked["min_confidence"] or Confidence.POSSIBLE),
        )

    def cell(self):
        """The Cell, or None if no rung and no row is asked for; call only on a valid form."""
        asked = self.cleaned_data
        if not (asked["rung"] or asked["key"]):
            return None
        return Cell(
            rung=Rung(asked["rung"] or Rung.RECORDED),
            without=Rung(asked["without"]) if asked["without"] else None,
            by=asked["by"] if asked["key"] else None,
            key=asked["key"] or None,
        )


def in_words(cell, question):
    """What a list of the incidents of a cell shows, as a sentence without a full stop."""
    said = [_("%(rung)s, by %(day)s") % {"rung": cell.rung.label, "day": question.as_of}]
    if cell.without:
        said.append(_("without: %(rung)s") % {"rung": cell.without.label})
    if cell.by:
        said.append(
            f"{GROUPINGS[cell.by].title}: {GROUPINGS[cell.by].label(cell.key, question.viewer)}"
        )
    if not question.contested:
        said.append(str(_("contested links left out")))
    return " · ".join(map(str, said))


PARAMETERS = list(Asking.base_fields)


def address_of(cell, question):
    """The parameters with which a list shows the incidents of a cell."""
    written = {
        "rung": cell.rung.value,
        "without": cell.without and cell.without.value,
        "by": cell.by,
        "key": cell.key,
        "as_of": question.as_of.isoformat(),
        "contested": None if question.contested else "false",
        "min_confidence": (
            None
            if question.min_confidence == Confidence.POSSIBLE
            else Confidence(question.min_confidence).value
        ),
    }
    return {name: value for name, value in written.items() if value}
