from incidents.api import IncidentBrief
from incidents.models import Incident
from legal.models import NegativeResult
from militias.api import GroupBrief
from militias.models import Group
from records.api import CITED, IDENTITY, CitedSerializer, RecordViewSet, SpanField, cited
from records.lookups import FilterSet
from records.parameters import RecordFilter


class NegativeResultSerializer(CitedSerializer):
    group = GroupBrief(allow_null=True)
    incident = IncidentBrief(allow_null=True)
    as_of = SpanField(allow_null=True)

    class Meta:
        model = NegativeResult
        fields = [*IDENTITY, "statement", "statement_ar", "group", "incident", "as_of", *CITED]


class NegativeResultFilterSet(FilterSet):
    shape = NegativeResultSerializer
    group = RecordFilter(rows=Group.objects)
    incident = RecordFilter(rows=Incident.objects)


class NegativeResultViewSet(RecordViewSet):
    """What was looked for in the sources and not found, by a day. Absence is not disproof."""

    queryset = cited(NegativeResult.objects.select_related("group", "incident"))
    serializer_class = NegativeResultSerializer
    filterset_class = NegativeResultFilterSet
