from incidents.api.briefs import IncidentBrief
from incidents.models import Attribution, Incident, Stance
from militias.api import GroupBrief, PersonBrief
from militias.models import Group, Person
from records.api import ASSERTION, IDENTITY, AssertionSerializer, RecordViewSet, cited
from records.lookups import FilterSet
from records.parameters import ChoiceFilter, RecordFilter, min_confidence


class AttributionPart(AssertionSerializer):
    """An attribution as its incident shows it."""

    group = GroupBrief(allow_null=True)
    person = PersonBrief(allow_null=True)

    class Meta:
        model = Attribution
        fields = [*IDENTITY, "stance", "group", "person", *ASSERTION]


class AttributionSerializer(AttributionPart):
    incident = IncidentBrief()

    class Meta(AttributionPart.Meta):
        fields = [*AttributionPart.Meta.fields, "incident"]


ATTRIBUTIONS = cited(Attribution.objects.select_related("group", "person"))


class AttributionFilterSet(FilterSet):
    shape = AttributionSerializer
    group = RecordFilter(rows=Group.objects)
    person = RecordFilter(rows=Person.objects)
    incident = RecordFilter(rows=Incident.objects)
    stance = ChoiceFilter(choices=Stance.choices)
    min_confidence = min_confidence()


class AttributionViewSet(RecordViewSet):
    """Somebody other than the claimant says who did it. States are groups of kind state.

    Several stand side by side and may contradict; a denial is one of them.
    """

    queryset = ATTRIBUTIONS.select_related("incident")
    serializer_class = AttributionSerializer
    filterset_class = AttributionFilterSet
