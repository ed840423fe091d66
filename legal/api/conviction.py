from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from incidents.api import IncidentPart
from incidents.models import Incident
from legal.api.briefs import ConvictionBrief, ProvisionBrief, SuspectPart
from legal.api.suspect import SuspectFilter
from legal.models import (
    Conviction,
    ConvictionIncident,
    ConvictionProvision,
    ConvictionSuspect,
    Ruling,
    RulingKind,
    RulingSuspect,
    SentenceKind,
)
from records.api import CITED, IDENTITY, CitedSerializer, Part, RecordViewSet, SpanField, cited
from records.lookups import FilterSet
from records.parameters import (
    ChoiceFilter,
    DayFilter,
    FlagFilter,
    RecordFilter,
    rule,
    since,
    until,
)


class RulingPart(CitedSerializer):
    """A ruling as its conviction shows it."""

    decided = SpanField()
    suspects = SuspectPart(many=True)

    class Meta:
        model = Ruling
        fields = [
            *IDENTITY,
            "kind",
            "court",
            "decided",
            "published_on",
            "reason",
            "suspects",
            *CITED,
        ]


class RulingSerializer(RulingPart):
    conviction = ConvictionBrief()

    class Meta(RulingPart.Meta):
        fields = [*RulingPart.Meta.fields, "conviction"]


RULINGS = cited(Ruling.objects.all()).prefetch_related(
    Prefetch("suspects", RulingSuspect.objects.select_related("suspect"))
)


class RulingFilterSet(FilterSet):
    shape = RulingSerializer
    since = since("decided")
    until = until("decided")
    kind = ChoiceFilter(choices=RulingKind.choices)
    conviction = RecordFilter(rows=Conviction.objects)


class RulingViewSet(RecordViewSet):
    """Later decisions on convictions. One that names no `suspects` concerns all of them."""

    queryset = RULINGS.select_related("conviction")
    serializer_class = RulingSerializer
    filterset_class = RulingFilterSet
    orderings = {"decided": "decided_from", **RecordViewSet.orderings}
    ordering = "-decided"


class AppliedProvisionPart(Part):
    """An article a court convicted under."""

    provision = ProvisionBrief()


class ConvictionSerializer(CitedSerializer):
    decided = SpanField()
    suspects = SuspectPart(many=True)
    incidents = IncidentPart(many=True)
    provisions = AppliedProvisionPart(many=True)
    rulings = RulingPart(many=True)

    class Meta:
        model = Conviction
        fields = [
            *IDENTITY,
            "court",
            "court_ar",
            "decided",
            "sentence",
            "sentence_months",
            "in_absentia",
            "final",
            "legal_basis",
            "affiliation_stated",
            "proceedings",
            "suspects",
            "incidents",
            "provisions",
            "rulings",
            *CITED,
        ]


class ConvictionFilterSet(FilterSet):
    shape = ConvictionSerializer
    since = since("decided")
    until = until("decided")
    in_absentia = FlagFilter()
    sentence = ChoiceFilter(choices=SentenceKind.choices)
    standing_on = DayFilter(
        method=rule("standing_on"),
        label=_("Made by this day, and undone by no ruling made by it, for one suspect at least."),
    )
    incident = RecordFilter(rows=Incident.objects, field_name="incidents__incident")
    suspect = SuspectFilter(field_name="suspects__suspect")


class ConvictionViewSet(RecordViewSet):
    """Guilty judgments, each of one court, for named incidents.

    That one is listed does not say that it stands: ask with `standing_on`.
    """

    queryset = cited(Conviction.objects.all()).prefetch_related(
        Prefetch("suspects", ConvictionSuspect.objects.select_related("suspect")),
        Prefetch("incidents", ConvictionIncident.objects.select_related("incident")),
        Prefetch("provisions", ConvictionProvision.objects.select_related("provision__instrument")),
        Prefetch("rulings", RULINGS),
    )
    serializer_class = ConvictionSerializer
    filterset_class = ConvictionFilterSet
    orderings = {"decided": "decided_from", **RecordViewSet.orderings}
    ordering = "-decided"
