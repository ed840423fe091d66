"""What may be asked of the queue, and planned for its items, by whoever types it."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from records.dates import ISO_DAY
from records.forms import LinesField
from reports.models import Digest, QueueKind
from reports.queue.asked import QUIET_DAYS
from reports.queue.items import WHOSE, Wanted

_WHOSE = {
    "all": _("everybody’s"),
    "yours": _("for you to clear"),
    "mine": _("given to you"),
    "unassigned": _("given to nobody"),
}
LONGEST_SNOOZE = 366  # days


def _day(label, **options):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **ISO_DAY, **options)


class QueueAsking(forms.Form):
    """The filters, as the address names them. What is left out has its default."""

    kind = forms.ChoiceField(choices=QueueKind.choices, required=False)
    whose = forms.ChoiceField(
        label=_("Whose"), choices=[(name, _WHOSE[name]) for name in WHOSE], required=False
    )
    due = forms.BooleanField(label=_("Only what is due"), required=False)
    snoozed = forms.BooleanField(required=False)
    days = forms.IntegerField(
        label=_("Quiet after days"), min_value=1, max_value=36500, required=False
    )
    as_of = _day(_("As of"), required=False)
    after = forms.CharField(required=False, max_length=120)

    def clean_after(self):
        """The `key` of an item: see reports/queue/items.py."""
        parts = self.cleaned_data["after"].split("~")
        if parts == [""]:
            return None
        try:
            due, place, day, record_kind, row = parts
            number = forms.IntegerField(min_value=0, max_value=2**63 - 1).clean
            day = forms.DateField(**ISO_DAY).clean(day)
            return (number(due), number(place), day, record_kind, number(row))
        except (ValueError, forms.ValidationError) as odd:
            raise forms.ValidationError(
                _("This page of the list is not known: begin at the first.")
            ) from odd

    def wanted(self):
        given = self.cleaned_data
        return Wanted(
            kind=given["kind"],
            whose=given["whose"] or "all",
            due=given["due"],
            snoozed=given["snoozed"],
            after=given["after"],
        )

    def quiet_days(self):
        return self.cleaned_data["days"] or QUIET_DAYS


class PlanForm(forms.Form):
    """Who sees to an item, by when, and until when it is put off."""

    person: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=None, label=_("Seen to by"), required=False, empty_label=_("nobody yet")
    )
    next_action_on = _day(_("Next action on"), required=False)
    snoozed_until = _day(
        _("Snoozed until"),
        required=False,
        help_text=_("It comes back on that day, and before that if its record changes."),
    )
    reason = LinesField(
        label=_("Reason for the snooze"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.DateTimeField(widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"])
    planned = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, *args, people, today, **options):
        super().__init__(*args, **options)
        self.fields["person"].queryset = people
        self.fields["person"].label_from_instance = lambda user: (
            user.get_full_name() or user.username
        )
        self.today = today

    def clean(self):
        given = super().clean()
        until, reason = given.get("snoozed_until"), (given.get("reason") or "").strip()
        if until and not self.today < until <= self.today + timedelta(days=LONGEST_SNOOZE):
            self.add_error(
                "snoozed_until", _("Choose a day after today, within the next twelve months.")
            )
        if until and not reason:
            self.add_error("reason", _("Say why: it is shown with the snoozed items."))
        if reason and not until:
            self.add_error("snoozed_until", _("Choose until when, or leave the reason empty."))
        given["reason"] = reason
        return given


class DigestForm(forms.ModelForm):
    class Meta:
        model = Digest
        fields = ["wanted", "language"]
        labels = {"wanted": _("Send me a mail each week"), "language": _("in")}
