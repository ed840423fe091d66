"""What is asked about a ruling that is recorded from its conviction."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.utils.translation import gettext_lazy as _

from legal.models import ConvictionSuspect, Ruling, RulingCitation, RulingKind
from records.dates import Precision
from records.forms import LinesField, SpanForm
from records.models import ReviewStatus
from records.sourcing import LikeWhole, SourcedForm

ALREADY = _(
    "This ruling is recorded already, of the same kind and day. Add your source to it, or give "
    "another day."
)


class RulingForm(SourcedForm, LikeWhole, SpanForm):
    """A ruling on one conviction, with one source.

    version: of the conviction that was seen. seen: which effect was shown with the form.
    """

    suspects = forms.TypedMultipleChoiceField(
        label=_("Concerns"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick nobody if it concerns all of the convicted."),
    )
    reason = LinesField(
        label=_("Reason given"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    CITES = RulingCitation._meta.get_field("source")

    class Meta:
        model = Ruling
        fields = [
            "kind",
            "court",
            "decided_from",
            "decided_to",
            "decided_precision",
            "reason",
        ]
        widgets = {"decided_from": AdminDateWidget, "decided_to": AdminDateWidget}
        labels = {"decided_precision": _("Precision")}

    def __init__(self, data, *, request, conviction):
        self.person, self.conviction = request.user, conviction
        initial = {"kind": RulingKind.ANNULLED, "decided_precision": Precision.DAY}
        super().__init__(
            data,
            instance=Ruling(conviction=conviction, owner_id=self.person.organisation_id),
            initial=initial | {"version": conviction.version},
        )
        self.ask_for_source(request.viewer)
        self.mark_like(conviction)
        convicted = ConvictionSuspect.objects.visible_to(request.viewer)
        convicted = convicted.filter(conviction=conviction).order_by("suspect__code")
        pairs = list(convicted.values_list("suspect", "suspect__code"))
        self.fields["suspects"].choices = pairs
        if len(pairs) < 2:
            del self.fields["suspects"]

    def clean_version(self):
        seen, now = self.cleaned_data["version"], self.conviction.version
        if seen != now:
            raise forms.ValidationError(
                _(
                    "Nothing was done: you saw version %(seen)s, and by now it is version "
                    "%(now)s. Look at it again."
                )
                % {"seen": seen, "now": now}
            )
        return seen

    def clean(self):
        cleaned = super().clean()
        if "decided_from" in cleaned and not self.errors:
            self._refuse_twin(cleaned)
        return cleaned

    def _refuse_twin(self, cleaned):
        """The same suspects, too: two rulings of one day may each concern one man."""
        same = {name: cleaned[name] for name in ("kind", "decided_from", "decided_to")}
        rulings = Ruling.objects.visible_to(self.viewer).filter(conviction=self.conviction, **same)
        rulings = rulings.exclude(review_status=ReviewStatus.WITHDRAWN)
        of_whom = set(cleaned.get("suspects", ()))
        for twin in rulings.prefetch_related("suspects"):
            if {row.suspect_id for row in twin.suspects.all()} == of_whom:
                self.add_error("decided_from", ALREADY)

    @property
    def media(self):
        return super().media + admin.ModelAdmin(Ruling, admin.site).media
