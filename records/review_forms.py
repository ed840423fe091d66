"""The forms of review: the reason for a change, and what a transition asks."""

from django import forms
from django.utils.translation import gettext_lazy as _

from records.audience_form import AudienceForm
from records.concurrency import SeenVersion
from records.forms import OrganisationsField, ReadersField, SpanForm, persons
from records.models import Marking, ReviewStatus
from records.review import Audience


class RecordForm(SeenVersion, AudienceForm, SpanForm):
    """A record as staff edit it. What is published is changed with a reason."""

    change_reason = forms.CharField(
        label=_("Reason for the change"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        help_text=_("Kept in the history. Another monitor then countersigns the change."),
        error_messages={"required": _("Give the reason: it is kept in the history.")},
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if not asks_reason(self.instance):
            del self.fields["change_reason"]


def asks_reason(record):
    return record is not None and record.review_status == ReviewStatus.PUBLISHED


class TurnForm(forms.Form):
    """What a transition asks beside the version that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    marking = forms.ChoiceField(label=_("Marking"), choices=Marking)
    shared_with = OrganisationsField(
        label=_("Shared with"),
        help_text=_("Organisations that may read a TLP:AMBER record beside its owner."),
    )
    readers = ReadersField(
        label=_("Readers"),
        help_text=_("The persons who may read a TLP:RED row. Only such a row has any."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        strip=True,
        help_text=_("Kept in the history, for whoever may read the record."),
        error_messages={"required": _("Give the reason: it is kept in the history.")},
    )

    def __init__(self, turn, request, **options):
        super().__init__(request.POST or None, **options)
        if not turn.asks_reason:
            del self.fields["reason"]
        if not turn.asks_audience:
            for name in Audience._fields:
                del self.fields[name]
        else:
            self.fields["readers"].choices = persons(request)

    def given(self):
        """The arguments of the transition's function."""
        given = dict(self.cleaned_data)
        if "marking" in given:
            given["audience"] = Audience(*(given.pop(name) for name in Audience._fields))
        return given
