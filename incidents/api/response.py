from django.db.models import Prefetch
from rest_framework import serializers

from incidents.api.briefs import IncidentPart, PlaceBrief
from incidents.api.casualty import CASUALTIES, CasualtyPart
from incidents.models import (
    Incident,
    Response,
    ResponseIncident,
    ResponseKind,
    ResponseTarget,
    with_place,
)
from militias.api import GroupBrief
from militias.models import Group
from records.api import CITED, IDENTITY, CitedSerializer, Part, RecordViewSet, SpanField, cited
from records.lookups import FilterSet
from records.parameters import ChoiceFilter, RecordFilter, since, until


class TargetPart(Part):
    """A group that a response was aimed at."""

    group = GroupBrief()
    note = serializers.CharField()


class ResponseSerializer(CitedSerializer):
    actor = GroupBrief()
    occurred = SpanField(allow_null=True)
    place = PlaceBrief(allow_null=True)
    targets = TargetPart(many=True)
    incidents = IncidentPart(source="answered", many=True)
    casualties = CasualtyPart(many=True)

    class Meta:
        model = Response
        fields = [
            *IDENTITY,
            "kind",
            "actor",
            "occurred",
            "place",
            "summary",
            "summary_ar",
            "targets",
            "incidents",
            "casualties",
            *CITED,
        ]


class ResponseFilterSet(FilterSet):
    shape = ResponseSerializer
    since = since("occurred")
    until = until("occurred")
    kind = ChoiceFilter(choices=ResponseKind.choices)
    actor = RecordFilter(rows=Group.objects)
    target = RecordFilter(rows=Group.objects, field_name="targets__group")
    incident = RecordFilter(rows=Incident.objects, field_name="answered__incident")


class ResponseViewSet(RecordViewSet):
    """What a state, or a militia, did in answer. `incidents` are those it answered."""

    queryset = with_place(cited(Response.objects.select_related("actor"))).prefetch_related(
        Prefetch("targets", ResponseTarget.objects.select_related("group")),
        Prefetch("answered", ResponseIncident.objects.select_related("incident")),
        Prefetch("casualties", CASUALTIES),
    )
    serializer_class = ResponseSerializer
    filterset_class = ResponseFilterSet
    point_at = "place"
