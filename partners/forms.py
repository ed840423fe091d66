from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import Key, Scope
from partners.models.key import reading_alone
from partners.networks import network


class KeyForm(forms.ModelForm):
    """A new key, or one that is narrowed: what was approved is never widened."""

    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=Scope,
        initial=reading_alone,
        widget=forms.CheckboxSelectMultiple,
    )
    networks = forms.CharField(
        label=_("Networks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 40, "dir": "ltr"}),
        help_text=_("One a line, such as 203.0.113.0/24. Empty: from anywhere."),
    )

    class Meta:
        model = Key
        fields = [
            "organisation",
            "label",
            "scopes",
            "clearance",
            "expires_at",
            "networks",
            "rate",
            "burst",
        ]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if "expires_at" in self.fields:  # a day and a time beside each other, with one label
            for box in self.fields["expires_at"].widget.widgets:
                box.attrs["aria-label"] = self.fields["expires_at"].label
        if self.instance.pk:
            self.initial["networks"] = "\n".join(self.instance.networks)

    def _get_validation_exclusions(self):
        """How long a key lasts is reckoned from when it was made, which is no field of the form."""
        return super()._get_validation_exclusions() - {"made_at"}

    def clean_networks(self):
        return [str(network(line)) for line in self.cleaned_data["networks"].split()]

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            for name in self.instance.widened_by(cleaned):
                self.add_error(name, _("A key is never widened. Make a new one, and revoke this."))
        return cleaned


class ApproveForm(forms.Form):
    pass


class RevokeForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)
