from django.db.models import Prefetch

from legal.api.briefs import InstrumentBrief
from legal.models import Instrument, Provision
from legal.models.provision import InstrumentKind
from records.api import CITED, IDENTITY, CitedSerializer, RecordViewSet, SpanField, cited
from records.lookups import FilterSet
from records.parameters import ChoiceFilter, RecordFilter

PROVISION = ["article", "paraphrase", "paraphrase_ar"]


class ProvisionPart(CitedSerializer):
    """A provision as its instrument shows it."""

    class Meta:
        model = Provision
        fields = [*IDENTITY, *PROVISION, *CITED]


class ProvisionSerializer(ProvisionPart):
    instrument = InstrumentBrief()

    class Meta(ProvisionPart.Meta):
        fields = [*ProvisionPart.Meta.fields, "instrument"]


class ProvisionFilterSet(FilterSet):
    shape = ProvisionSerializer
    instrument = RecordFilter(rows=Instrument.objects)


class ProvisionViewSet(RecordViewSet):
    """Single articles of instruments, in our paraphrase."""

    queryset = cited(Provision.objects.select_related("instrument"))
    serializer_class = ProvisionSerializer
    filterset_class = ProvisionFilterSet
    orderings = {"article": "article", **RecordViewSet.orderings}


class InstrumentSerializer(CitedSerializer):
    made = SpanField(allow_null=True)
    provisions = ProvisionPart(many=True)

    class Meta:
        model = Instrument
        fields = [
            *IDENTITY,
            "title",
            "title_ar",
            "short_title",
            "jurisdiction",
            "kind",
            "made",
            "provisions",
            *CITED,
        ]


class InstrumentFilterSet(FilterSet):
    shape = InstrumentSerializer
    kind = ChoiceFilter(choices=InstrumentKind.choices)


class InstrumentViewSet(RecordViewSet):
    """Laws, orders, treaties and sets of articles, with their provisions."""

    queryset = cited(Instrument.objects.all()).prefetch_related(
        Prefetch("provisions", cited(Provision.objects.all()))
    )
    serializer_class = InstrumentSerializer
    filterset_class = InstrumentFilterSet
    orderings = {"title": "title", **RecordViewSet.orderings}
    ordering = "title"
