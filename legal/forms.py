from django.core.exceptions import ValidationError

from legal.models import Step, StepKind
from records.forms import PartForm, PartFormSet

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
