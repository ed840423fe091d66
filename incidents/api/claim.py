from incidents.api.briefs import IncidentBrief
from incidents.models import Claim, Incident
from militias.api import GroupBrief
from militias.models import Group
from records.api import ASSERTION, IDENTITY, AssertionSerializer, RecordViewSet, cited
from records.lookups import FilterSet
from records.parameters import RecordFilter, min_confidence


class ClaimPart(AssertionSerializer):
    """A claim as its incident shows it."""

    group = GroupBrief()

    class Meta:
        model = Claim
        fields = [*IDENTITY, "group", "channel", "statement_text", "address", *ASSERTION]


class ClaimSerializer(ClaimPart):
    incident = IncidentBrief()

    class Meta(ClaimPart.Meta):
        fields = [*ClaimPart.Meta.fields, "incident"]


CLAIMS = cited(Claim.objects.select_related("group"))


class ClaimFilterSet(FilterSet):
    shape = ClaimSerializer
    group = RecordFilter(rows=Group.objects)
    incident = RecordFilter(rows=Incident.objects)
    min_confidence = min_confidence()


class ClaimViewSet(RecordViewSet):
    """A group says that it did it. That says nothing about truth.

    `confidence` is how sure it is that the group made the claim, not that it did the deed.
    """

    queryset = CLAIMS.select_related("incident")
    serializer_class = ClaimSerializer
    filterset_class = ClaimFilterSet
