"""What is asked about a file that is to be stored, and why one is not taken."""

from typing import ClassVar

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from records.file_kinds import ENDINGS, MediaType, another_type_named
from records.forms import AS_THE_RECORD
from records.models import Marking, StoredFile
from records.review_forms import asks_reason
from records.review_rules import why_unreadable

# Readers of a TLP:RED file would have to be named: mark its source so.
MARKINGS = [(marking.value, marking.label) for marking in Marking if marking != Marking.RED]
TAKEN = ", ".join(f".{endings[0]}" for endings in ENDINGS.values())


def too_large():
    most = filesizeformat(settings.MOST_FILE_BYTES)
    return _("This file is larger than %(most)s. Store the part of it that matters.") % {
        "most": most
    }


class FileForm(forms.ModelForm):
    field_order = ("file",)
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": TAKEN}),
        error_messages={"empty": _("This file is empty: nothing is in it. Choose another.")},
    )
    marking = forms.ChoiceField(
        label=_("Marking"),
        choices=[("", AS_THE_RECORD[1]), *MARKINGS],
        required=False,
        help_text=_("Mark it higher than its source if it shows more than the source says."),
    )

    change_reason = forms.CharField(
        label=_("Reason for the change"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        help_text=_("Kept in the history. Another monitor then countersigns the change."),
        error_messages={"required": _("Give the reason: it is kept in the history.")},
    )

    class Meta:
        model = StoredFile
        fields = ("origin", "marking", "note")
        widgets: ClassVar = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, request, source, **options):
        super().__init__(*args, **options)
        self.person, self.viewer = request.user, request.viewer
        if not asks_reason(source):
            del self.fields["change_reason"]
        self.fields["file"].help_text = _(
            "PDF, images, video, sound, plain text, saved pages and e-mails, at most %(most)s. "
            "Not opened, changed or searched for viruses here."
        ) % {"most": filesizeformat(settings.MOST_FILE_BYTES)}
        if any(handler.too_large for handler in getattr(request, "receiving", ())):
            self.fields["file"].error_messages["required"] = too_large()

    def clean_file(self):
        received = self.cleaned_data["file"]
        if received.media_type is None:
            raise forms.ValidationError(
                _("This is no file of a kind that is taken. Save it as a PDF or as an image.")
            )
        if promised := another_type_named(received.name, received.media_type):
            raise forms.ValidationError(
                _(
                    "By its name this is %(promised)s, but its content is %(found)s. "
                    "Ask where it comes from; to store it, give it the name of what it is."
                )
                % {
                    "promised": MediaType(promised).label,
                    "found": MediaType(received.media_type).label,
                }
            )
        same = StoredFile.objects.visible_to(self.viewer).filter(sha256=received.sha256)
        if known := same.select_related("source").first():
            raise forms.ValidationError(_known(known))
        return received

    def clean_marking(self):
        marking = self.cleaned_data["marking"]
        wrong = marking and why_unreadable(self.person, marking, [])
        if wrong:
            raise forms.ValidationError(wrong[1])
        return marking


def _known(stored):
    said = _("This very file is stored already, as {name}, with the source {source}.")
    if stored.withdrawn_reason:
        said = _("This very file was stored as {name}, with the source {source}, and withdrawn.")
    address = reverse("admin:records_source_files", args=[stored.source_id])
    return format_html(
        str(said),
        name=format_html("<bdi>{}</bdi>", stored.file_name),
        source=format_html('<a href="{}"><bdi>{}</bdi></a>', address, stored.source),
    )


class WithdrawFileForm(forms.Form):
    reason = forms.CharField(label=_("Reason for withdrawal"), max_length=500)
