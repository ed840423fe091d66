from django.db.models import Case, Value, When
from rest_framework import serializers

from incidents.api.briefs import IncidentBrief, ResponseBrief
from incidents.models import CasualtyCategory, CasualtyFigure, CasualtyStatus, Incident, Response
from incidents.models.casualty import Side
from records.api import ASSERTION, IDENTITY, AssertionSerializer, RangeField, RecordViewSet, cited
from records.lookups import FilterSet
from records.parameters import ChoiceFilter, RecordFilter


class SideField(serializers.ChoiceField):
    """Worked out from the category."""

    def as_json(self, at):
        sides = [
            When(category=category, then=Value(category.side.value))
            for category in CasualtyCategory
        ]
        return Case(*sides)


class CasualtyPart(AssertionSerializer):
    """A casualty figure as its incident or response shows it."""

    side = SideField(choices=Side.choices)
    number = RangeField(low="low", high="high")

    class Meta:
        model = CasualtyFigure
        fields = [
            *IDENTITY,
            "status",
            "category",
            "side",
            "nationality",
            "number",
            *ASSERTION,
        ]
        hxl = {
            "status": "#affected+type",
            "category": "#affected+category",
            "side": "#affected+side",
            "nationality": "#affected+nationality",
            "number.low": "#affected+num+min",
            "number.high": "#affected+num+max",
        }


class CasualtySerializer(CasualtyPart):
    incident = IncidentBrief(allow_null=True)
    response = ResponseBrief(allow_null=True)

    class Meta(CasualtyPart.Meta):
        fields = [*CasualtyPart.Meta.fields, "incident", "response"]


CASUALTIES = cited(CasualtyFigure.objects.all())


class CasualtyFilterSet(FilterSet):
    shape = CasualtySerializer
    incident = RecordFilter(rows=Incident.objects)
    response = RecordFilter(rows=Response.objects)
    status = ChoiceFilter(choices=CasualtyStatus.choices)
    category = ChoiceFilter(choices=CasualtyCategory.choices)


class CasualtyViewSet(RecordViewSet):
    """How many people, low to high, of one category met one fate, as somebody states it.

    Unknown is null, never 0, and figures of two sources for one incident do not add up.
    """

    queryset = CASUALTIES.select_related("incident", "response__actor")
    serializer_class = CasualtySerializer
    filterset_class = CasualtyFilterSet
