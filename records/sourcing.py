"""One source for what is entered on a page of its own: by its address, or chosen."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.utils.translation import gettext_lazy as _

from records.forms import LoadedAutocomplete
from records.models import Marking, ReviewStatus, Source
from records.review_rules import why_unreadable

UNKNOWN_ADDRESS = _(
    "No source is recorded at this address. Enter the source first, or choose another one below."
)
SEVERAL_AT_ADDRESS = _("Several sources are recorded at this address. Choose one of them below.")
NO_SOURCE = _("Give the source: the address of a page that is recorded, or choose one below.")


class SourcedForm(forms.Form):
    """Asks for a source. `cleaned_data["cited"]` is the one found.

    CITES: the key to a source, of whose table of citations the choice is shown.
    """

    address = forms.CharField(
        label=_("Address of the source"),
        required=False,
        max_length=600,
        widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("As you have it: with or without www, from an archive or with its tracking."),
    )
    source = forms.ModelChoiceField(
        label=_("Or choose the source"), queryset=Source.objects.none(), required=False
    )
    pinpoint = forms.CharField(
        label=_("Pinpoint"),
        required=False,
        max_length=120,
        help_text=_("Page, paragraph or section."),
    )

    CITES: ForeignKey
    viewer = None

    def ask_for_source(self, viewer):
        """Let the choice be among the sources of this viewer; to be called by `__init__`."""
        self.viewer = viewer
        chosen = self.fields["source"]
        chosen.queryset = Source.objects.visible_to(viewer)
        chosen.widget = LoadedAutocomplete(self.CITES, admin.site)
        chosen.widget.choices = chosen.choices

    def clean_address(self):
        address = self.cleaned_data["address"].strip()
        if not address:
            return None
        found = Source.objects.at_address(address).visible_to(self.viewer)
        found = list(found.exclude(review_status=ReviewStatus.WITHDRAWN)[:2])
        if not found:
            raise ValidationError(UNKNOWN_ADDRESS)
        if len(found) > 1 and not self.data.get(self.add_prefix("source")):
            raise ValidationError(SEVERAL_AT_ADDRESS)
        return found[0] if len(found) == 1 else None

    def clean(self):
        cleaned = super().clean()
        cited = cleaned.get("source") or cleaned.get("address")
        if cited is None and not {"address", "source"} & self.errors.keys():
            self.add_error("address", NO_SOURCE)
        elif cleaned.get("source") and cleaned.get("address") not in (None, cleaned["source"]):
            self.add_error("source", _("This is another source than the one at the address."))
        cleaned["cited"] = cited
        return cleaned


class LikeWhole(forms.Form):
    """The marking of what is entered beside a record: that record's own, or a chosen one."""

    marking = forms.ChoiceField(label=_("Marking"), required=False)

    def mark_like(self, whole):
        """Offer the marking of `whole` first; to be called by `__init__`."""
        self.whole = whole
        as_it = ("", _("As that of the record it is about: %(marking)s") % vars(whole))
        others = [choice for choice in Marking.choices if choice[0] != Marking.RED]
        self.fields["marking"].choices = [as_it, *others]

    def clean_marking(self):
        """One that whoever enters it may read himself."""
        marking = self.cleaned_data["marking"] or self.whole.marking
        readers = self.whole.readers if marking == Marking.RED else []
        if wrong := why_unreadable(self.person, marking, readers):
            raise ValidationError(wrong[1])
        return marking

    def audience(self):
        """The columns of the audience; call only on a valid form."""
        marking = self.cleaned_data["marking"]
        alike = marking == self.whole.marking
        return {
            "marking": marking,
            "shared_with": self.whole.shared_with if alike else [],
            "readers": self.whole.readers if alike else [],
        }
