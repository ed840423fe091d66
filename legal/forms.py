from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from legal.models import Step, StepKind
from records.forms import PartForm, PartFormSet
from records.names import words_of

ONCE_PER_ARREST = next(
    constraint
    for constraint in Step._meta.constraints
    if constraint.name == "step_detained_once_per_arrest"
)


class StepFormSet(PartFormSet):
    """Refuses a second detention of one suspect in one arrest, which no form sees alone."""

    def clean(self):
        super().clean()
        seen = set()
        for form in self.forms:
            step = form.instance
            if form.errors or step.kind != StepKind.DETAINED or not self._is_filled(form):
                continue
            held = (step.suspect_id, step.arrest_id)
            if held in seen:
                raise ValidationError(ONCE_PER_ARREST.get_violation_error_message())
            seen.add(held)

    @staticmethod
    def _is_filled(form):
        return form.instance.pk or form.has_changed()


class DetentionForm(PartForm):
    """A detention took place on the day of its arrest, unless another is given."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["occurred_from"].required = False

    def clean(self):
        own = [self.cleaned_data.get(f"occurred_{part}") for part in ("from", "to")]
        if self.parent is not None and not any(own):
            for part in ("from", "to", "precision"):
                name = f"occurred_{part}"
                self.cleaned_data[name] = getattr(self.parent, name)
        return super().clean()


class DetentionFormSet(StepFormSet):
    def _construct_form(self, i, **options):
        form = super()._construct_form(i, **options)
        form.instance.kind = StepKind.DETAINED
        return form


class NameForm(forms.Form):
    """The name of a suspect, typed anew: never filled in with the one that is kept."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(
            attrs={"rows": 3, "dir": "auto", "autocomplete": "off", "spellcheck": "false"}
        ),
        help_text=_("Each spelling on a line of its own, in any script. All of them are found."),
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    remove = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @sensitive_variables("lines", "name")
    def clean_name(self):
        lines = (" ".join(line.split()) for line in self.cleaned_data["name"].splitlines())
        name = "\n".join(filter(None, lines))
        if not self.data.get("remove") and not words_of(name):
            raise ValidationError(_("Give the name, in letters."))
        return name

    def refuse_as_outdated(self, version):
        """Somebody was quicker. What was typed stays; to press again is to replace theirs."""
        self.add_error(
            "name",
            _("Somebody has entered, changed or removed the name meanwhile. Look at it first."),
        )
        self.data = {**self.data.dict(), "version": version}
