from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.api import IncidentPart
from incidents.models import Incident
from legal.api.briefs import FindingBrief, ProvisionBrief
from legal.models import (
    Finding,
    FindingIncident,
    Obligation,
    ObligationKind,
    ObligationStatus,
    Provision,
    ReparationHead,
)
from legal.models.finding import Modality
from militias.api import GroupBrief
from militias.models import Group
from records.api import (
    ASSERTION,
    CITED,
    IDENTITY,
    AssertionSerializer,
    CitedSerializer,
    ColumnsField,
    Part,
    RecordViewSet,
    cited,
)
from records.json_sql import IfKnown, Object, Text
from records.lookups import FilterSet
from records.parameters import ChoiceFilter, RecordFilter


class Amount(Part):
    """A sum of money from low to high, as decimal text; currency as in ISO 4217."""

    low = serializers.CharField(allow_null=True)
    high = serializers.CharField(allow_null=True)
    currency = serializers.CharField()


@extend_schema_field(Amount)
class AmountField(ColumnsField):
    def to_representation(self, row):
        ends = (row.amount_low, row.amount_high)
        if ends == (None, None):
            return None
        low, high = (None if end is None else str(end) for end in ends)
        return {"low": low, "high": high, "currency": row.currency}

    def as_json(self, at):
        low, high, currency = at.columns("amount_low", "amount_high", "currency")
        amount = {"low": Text(low), "high": Text(high), "currency": currency}
        return IfKnown(Object.of(amount), low, high)


class ObligationPart(CitedSerializer):
    """An obligation as its finding shows it."""

    provision = ProvisionBrief()
    bound_state = GroupBrief()
    beneficiary = GroupBrief(allow_null=True)
    amount = AmountField(allow_null=True)

    class Meta:
        model = Obligation
        fields = [
            *IDENTITY,
            "provision",
            "title",
            "title_ar",
            "kind",
            "head",
            "modality",
            "modality_stated",
            "bound_state",
            "beneficiary",
            "beneficiary_stated",
            "description",
            "amount",
            "status",
            "status_on",
            *CITED,
        ]


class ObligationSerializer(ObligationPart):
    finding = FindingBrief()

    class Meta(ObligationPart.Meta):
        fields = [*ObligationPart.Meta.fields, "finding"]


OBLIGATIONS = cited(
    Obligation.objects.select_related("provision__instrument", "bound_state", "beneficiary")
)


class ObligationFilterSet(FilterSet):
    shape = ObligationSerializer
    finding = RecordFilter(rows=Finding.objects)
    kind = ChoiceFilter(choices=ObligationKind.choices)
    head = ChoiceFilter(choices=ReparationHead.choices)
    modality = ChoiceFilter(choices=Modality.choices)
    status = ChoiceFilter(choices=ObligationStatus.choices)
    bound_state = RecordFilter(rows=Group.objects)


class ObligationViewSet(RecordViewSet):
    """What findings entail, whether it must or may be due, and what became of it."""

    queryset = OBLIGATIONS.select_related("finding__state")
    serializer_class = ObligationSerializer
    filterset_class = ObligationFilterSet
    orderings = {"title": "title", **RecordViewSet.orderings}


class FindingSerializer(AssertionSerializer):
    state = GroupBrief()
    provision = ProvisionBrief()
    incidents = IncidentPart(many=True)
    obligations = ObligationPart(many=True)

    class Meta:
        model = Finding
        fields = [
            *IDENTITY,
            "state",
            "provision",
            "reasoning",
            "reasoning_ar",
            "incidents",
            "obligations",
            *ASSERTION,
        ]


class FindingFilterSet(FilterSet):
    shape = FindingSerializer
    state = RecordFilter(rows=Group.objects)
    provision = RecordFilter(rows=Provision.objects)
    incident = RecordFilter(rows=Incident.objects, field_name="incidents__incident")


class FindingViewSet(RecordViewSet):
    """Reasoned statements that a state answers for incidents, under an article."""

    queryset = cited(
        Finding.objects.select_related("state", "provision__instrument")
    ).prefetch_related(
        Prefetch("incidents", FindingIncident.objects.select_related("incident")),
        Prefetch("obligations", OBLIGATIONS),
    )
    serializer_class = FindingSerializer
    filterset_class = FindingFilterSet
