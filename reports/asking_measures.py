"""From the words of an address to a Wait or a Reach, and back: which attacks a list shows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reports import reach, waiting
from reports.asking import Choice, Complaining
from reports.reach import Instrument, Reach, Reached
from reports.waiting import MILESTONES, Wait

MOST_DAYS = 100_000  # some 270 years


def _days(label):
    return forms.IntegerField(required=False, min_value=0, max_value=MOST_DAYS, label=label)


class AskingMeasures(Complaining):
    """How long attacks waited for a milestone, and how high in the chain it reached."""

    waited_for = Choice([(rung.value, rung.label) for rung in MILESTONES], label=_("Waited for"))
    within = _days(_("Came within days"))
    at_least = _days(_("Waited at least days"))
    reached = Choice(Reached.choices, label=_("Highest level reached"))
    through = Choice(Instrument.choices, label=_("Reached through"))

    def __init__(self, asked, _viewer):
        super().__init__(asked)

    def clean(self):
        asked = super().clean()
        if self.errors:
            return asked
        days = [name for name in ("within", "at_least") if asked[name] is not None]
        if asked["waited_for"] and len(days) != 1:
            self.add_error("waited_for", _("Say within how many days, or for at least how many."))
        if days and not asked["waited_for"]:
            self.add_error(days[0], _("Say with “waited_for” what the attacks waited for."))
        if asked["through"] and not asked["reached"]:
            self.add_error("through", _("Say with “reached” which level."))
        return asked

    def numbers(self):
        """The Wait and the Reach asked for, none or both; call only on a valid form."""
        asked = self.cleaned_data
        if asked["waited_for"]:
            yield Wait(_milestone(asked["waited_for"]), asked["within"], asked["at_least"])
        if asked["reached"]:
            yield Reach(Reached(asked["reached"]), Instrument(asked["through"] or Instrument.ANY))


def _milestone(value):
    return next(rung for rung in MILESTONES if rung.value == value)


OF_MEASURES = list(AskingMeasures.base_fields)


def behind(incidents, question, number):
    """Those of `incidents` that a Wait or a Reach counts."""
    rule = waiting if isinstance(number, Wait) else reach
    return rule.incidents_behind(incidents, question, number)


def address_of_measure(number):
    """The parameters with which a list shows the attacks of a Wait or a Reach."""
    if isinstance(number, Reach):
        through = {} if number.through == Instrument.ANY else {"through": number.through.value}
        return {"reached": number.level.value, **through}
    days = {"within": number.within, "at_least": number.at_least}
    return {
        "waited_for": number.milestone.value,
        **{name: value for name, value in days.items() if value is not None},
    }


def measure_in_words(number):
    """What a list of attacks shows, as a sentence without a full stop."""
    if isinstance(number, Reach):
        said = {"level": number.level.label, "through": number.through.label}
        return _("highest level: %(level)s (%(through)s)") % said
    said = {"milestone": number.milestone.label, "days": number.within}
    if number.within is not None:
        return _("%(milestone)s within %(days)s days") % said
    said["days"] = number.at_least
    return _("%(milestone)s not before %(days)s days had passed") % said
