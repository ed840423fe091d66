from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from config.sign_in.devices import accepted_by, read


class CodeField(forms.CharField):
    """Six digits or a recovery code, as typed: digits of any script, spaces, hyphens."""

    def __init__(self, **options):
        attributes = {"autocomplete": "one-time-code", "autocapitalize": "none", "dir": "ltr"}
        attributes |= {"spellcheck": "false"}
        options.setdefault("label", _("Code"))
        super().__init__(max_length=40, widget=forms.TextInput(attributes), **options)


class SignInForm(AdminAuthenticationForm):
    """One answer, whichever of the three was wrong, and whether anybody has the name."""

    code = CodeField(
        required=False,
        help_text=_(
            "Six digits from your authenticator app, or a recovery code. "
            "Leave it empty if you have neither yet."
        ),
    )
    error_messages = AdminAuthenticationForm.error_messages | {
        "invalid_login": _(
            "The user name, the password or the code is not right. Each code works once: "
            "wait for the next one. After several mistakes, wait a few minutes."
        ),
    }

    def clean(self):
        given = self.cleaned_data
        if given.get("username") and given.get("password"):
            self.user_cache = authenticate(
                self.request,
                username=given["username"],
                password=given["password"],
                code=given.get("code", ""),
            )
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return given


class CurrentCodeForm(forms.Form):
    """Somebody signed in proves once more that it is he."""

    required_css_class = "required"
    current = CodeField(
        label=_("Code you have now"),
        help_text=_("Six digits from the app you have used so far, or a recovery code."),
    )

    def __init__(self, user, *args, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean(self):
        """After all other fields, so that no code is used up for a form that fails anyway."""
        given = super().clean()
        asked = "current" in self.fields and not self.errors
        if asked and accepted_by(self.user, given["current"]) is None:
            self.add_error("current", _wrong())
        return given


class SetUpForm(CurrentCodeForm):
    """The first code of a new authenticator; of who has one already, also a code of that."""

    field_order = ["code", "current"]
    code = CodeField(label=_("Code the app shows"), help_text=_("Six digits."))

    def __init__(self, device, replaces, *args, **kwargs):
        self.device = device
        super().__init__(device.user, *args, **kwargs)
        if not replaces:
            del self.fields["current"]

    def clean_code(self):
        code = read(self.cleaned_data["code"])
        if not self.device.shows(code):
            raise _wrong()
        return code


class LostForm(forms.Form):
    """What somebody lost who cannot sign in any more."""

    required_css_class = "required"
    devices_away = forms.BooleanField(
        label=_("Phone and recovery codes"),
        required=False,
        help_text=_("They are taken away; he or she signs in by password and sets up anew."),
    )
    new_password = forms.BooleanField(
        label=_("Password"),
        required=False,
        help_text=_("A new one is made, and shown once to the administrator who agrees."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Say how you made sure who asks."),
    )

    def clean(self):
        given = super().clean()
        if not (given.get("devices_away") or given.get("new_password")):
            self.add_error("devices_away", _("Say what was lost: one of these, or both."))
        return given


def _wrong():
    return ValidationError(
        _(
            "This code is not right, or was used before. Wait for the next one; see that the "
            "clock of your phone is right. After several mistakes, wait a few minutes."
        )
    )
