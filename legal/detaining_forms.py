"""What is asked when the people of one arrest are entered at once."""

from hashlib import sha256

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from legal.detaining import AT_MOST, Outcome, Plan, recorded
from legal.models import Step, StepCitation, StepKind
from records.forms import LinesField, SpanForm
from records.models import Confidence
from records.sourcing import LikeWhole, SourcedForm

DAYS = {"occurred_from": AdminDateWidget, "occurred_to": AdminDateWidget}
SPAN = tuple(f"occurred_{part}" for part in ("from", "to", "precision"))


class DetainedForm(SourcedForm, LikeWhole, SpanForm):
    """How many were detained, when, who says so, and the source of all of it.

    seen: which plan was shown with the form, if any.
    """

    people = forms.IntegerField(label=_("People detained"), min_value=1, max_value=AT_MOST)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    CITES = StepCitation._meta.get_field("source")

    class Meta:
        model = Step
        fields = [*SPAN, "asserted_by", "confidence"]
        widgets = DAYS
        labels = {"occurred_precision": _("Precision")}

    def __init__(self, data, *, request, arrest):
        self.person, self.arrest = request.user, arrest
        self.already = recorded(arrest, request.viewer)
        super().__init__(
            data,
            instance=Step(kind=StepKind.DETAINED, arrest=arrest),
            initial={
                **{name: getattr(arrest, name) for name in SPAN},
                "confidence": Confidence.LIKELY,
            },
        )
        self.ask_for_source(request.viewer)
        self.mark_like(arrest)

    def clean_people(self):
        """No more than the arrest says: its number is what its sources say."""
        people, high = self.cleaned_data["people"], self.arrest.detained_high
        if high is not None and self.already + people > high:
            raise ValidationError(
                _(
                    "The arrest says that at most %(high)s were detained, and %(already)s are "
                    "recorded already: enter at most %(left)s. If a source says more, change "
                    "the number of the arrest first."
                )
                % {"high": high, "already": self.already, "left": max(0, high - self.already)}
            )
        return people

    @property
    def missing(self):
        """How many the arrest certainly detained who will still have no code."""
        low = self.arrest.detained_low or 0
        return max(0, low - self.already - self.cleaned_data.get("people", 0))

    def detention(self):
        said = ("asserted_by", "confidence")
        return {name: self.cleaned_data[name] for name in (*SPAN, *said)}

    @property
    def media(self):
        return super().media + admin.ModelAdmin(Step, admin.site).media


class OutcomeForm(SpanForm):
    """What became of some of the detained."""

    people = forms.IntegerField(label=_("People"), min_value=1, max_value=AT_MOST)
    kind = forms.ChoiceField(
        label=_("What became of them"),
        choices=[("", "---------")]
        + [
            pair for pair in StepKind.choices if pair[0] not in (StepKind.DETAINED, StepKind.SOUGHT)
        ],
    )
    stated_reason = LinesField(
        label=_("Stated reason"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    reported_reason = LinesField(
        label=_("Reported reason"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    class Meta:
        model = Step
        fields = ["kind", *SPAN, "court", "stated_reason", "reported_reason"]
        widgets = DAYS
        labels = {"occurred_precision": _("Precision")}

    def outcome(self):
        said = dict(self.cleaned_data)
        return Outcome(said.pop("people"), said)


class Outcomes(forms.BaseFormSet):
    """Each of other people: together no more than were detained, and not before it."""

    def check(self, detained):
        """Beside what each form says. `detained`: the valid form of the detention."""
        left, people = detained.cleaned_data["people"], detained.cleaned_data["people"]
        for form in self.filled:
            left -= form.cleaned_data["people"]
            if left < 0:
                form.add_error(
                    "people",
                    _(
                        "Together these are more than the %(people)s detained: each line is of "
                        "other people."
                    )
                    % {"people": people},
                )
                break
        for form in self.filled:
            if (day := form.cleaned_data.get("occurred_to")) and day < detained.cleaned_data[
                "occurred_from"
            ]:
                form.add_error("occurred_from", _("This is before they were detained."))
        return not any(form.errors for form in self.forms)

    @property
    def filled(self):
        return [form for form in self.forms if form.has_changed()]


OutcomeFormSet = forms.formset_factory(
    OutcomeForm, formset=Outcomes, extra=3, max_num=3, absolute_max=3
)


def plan_of(detained, outcomes):
    """The Plan that valid forms ask for."""
    said = detained.cleaned_data
    of_all = {name: said[name] for name in ("asserted_by", "confidence")}
    told = [form.outcome() for form in outcomes.filled]
    return Plan(
        arrest=detained.arrest,
        people=said["people"],
        detention=detained.detention(),
        outcomes=[Outcome(each.people, {**each.said, **of_all}) for each in told],
        audience=detained.audience(),
        source=said["cited"],
        pinpoint=said["pinpoint"],
    )


def mark_of(plan, already):
    """What a page that showed this plan sends back, to say which one it showed."""
    told = [plan.arrest.pk, plan.arrest.version, already, plan.people, plan.source.pk]
    told += [plan.pinpoint, sorted(plan.detention.items()), sorted(plan.audience.items())]
    told += [(each.people, sorted(each.said.items())) for each in plan.outcomes]
    return sha256(repr(told).encode()).hexdigest()
