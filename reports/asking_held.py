"""From the words of an address to a Held, and back: which arrests or suspects a list shows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.asking import Choice, Complaining
from reports.held import Fate, Held, Tie


class AskingHeld(Complaining):
    tied = Choice(Tie.choices, label=_("Tied"))
    authority = forms.CharField(required=False, max_length=14, label=_("Authority"))
    fate = Choice(Fate.choices, label=_("What became of them"))
    sure = Choice([("true", _("held likely or confirmed"))], label=_("Only"))
    alike = forms.CharField(required=False, max_length=14, label=_("For the reasons of"))

    def __init__(self, asked, _viewer):
        super().__init__(asked)

    def clean(self):
        asked = super().clean()
        if not self.errors and any(asked.values()) and not asked["tied"]:
            self.add_error("tied", _("Say how the arrests are tied to the attacks."))
        return asked

    def held(self):
        """The Held, or None if none is asked for; call only on a valid form."""
        asked = self.cleaned_data
        if not asked["tied"]:
            return None
        return Held(
            tie=Tie(asked["tied"]),
            authority=asked["authority"],
            fate=Fate(asked["fate"]) if asked["fate"] else None,
            sure=asked["sure"] == "true",
            alike=asked["alike"],
        )


OF_ARRESTS = ["tied", "authority"]
OF_SUSPECTS = list(AskingHeld.base_fields)


def address_of_held(held):
    """The parameters with which a list shows the arrests or suspects of a Held."""
    written = {
        "tied": held.tie.value,
        "authority": held.authority,
        "fate": held.fate and held.fate.value,
        "sure": "true" if held.sure else "",
        "alike": held.alike,
    }
    return {name: value for name, value in written.items() if value}


def held_in_words(held):
    """What a list of arrests or suspects shows, as a sentence without a full stop."""
    said = [held.tie.label]
    if held.fate:
        said.append(held.fate.label)
    if held.sure:
        said.append(_("held likely or confirmed"))
    if held.authority:
        said.append(_("by the authority asked about"))
    if held.alike:
        said.append(_("for the same reasons"))
    return ", ".join(map(str, said))
