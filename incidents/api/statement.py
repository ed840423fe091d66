from django.db.models import Prefetch

from incidents.api.briefs import IncidentPart
from incidents.models import Incident, Statement, StatementIncident, StatementKind
from militias.api import GroupBrief, PersonBrief
from militias.models import Group, Person
from records.api import CITED, IDENTITY, CitedSerializer, RecordViewSet, SpanField, cited
from records.lookups import FilterSet
from records.parameters import ChoiceFilter, RecordFilter, since, until


class StatementSerializer(CitedSerializer):
    group = GroupBrief(allow_null=True)
    person = PersonBrief(allow_null=True)
    made = SpanField()
    incidents = IncidentPart(many=True)

    class Meta:
        model = Statement
        fields = [
            *IDENTITY,
            "kind",
            "group",
            "person",
            "made",
            "paraphrase",
            "paraphrase_ar",
            "incidents",
            *CITED,
        ]


class StatementFilterSet(FilterSet):
    shape = StatementSerializer
    since = since("made")
    until = until("made")
    kind = ChoiceFilter(choices=StatementKind.choices)
    group = RecordFilter(rows=Group.objects)
    person = RecordFilter(rows=Person.objects)
    incident = RecordFilter(rows=Incident.objects, field_name="incidents__incident")


class StatementViewSet(RecordViewSet):
    """What a group or a public figure declared: a ceasefire, a threat, a denial."""

    queryset = cited(Statement.objects.select_related("group", "person")).prefetch_related(
        Prefetch("incidents", StatementIncident.objects.select_related("incident"))
    )
    serializer_class = StatementSerializer
    filterset_class = StatementFilterSet
    orderings = {"made": "made_from", **RecordViewSet.orderings}
    ordering = "-made"
