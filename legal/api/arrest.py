from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from incidents.api import IncidentBrief, PlaceBrief
from incidents.models import Incident, with_place
from legal.api.briefs import ArrestBrief, SuspectBrief
from legal.api.suspect import STEPS, StepSerializer
from legal.models import Arrest, ArrestLink, LinkBasis, StepKind
from militias.api import GroupBrief
from militias.models import Group
from records.api import (
    ASSERTION,
    CITED,
    IDENTITY,
    AssertionSerializer,
    CitedSerializer,
    ColumnsField,
    RangeField,
    RecordViewSet,
    SpanField,
    cited,
)
from records.lookups import FilterSet
from records.parameters import ChoiceFilter, FlagFilter, RecordFilter, since, until


class ArrestLinkPart(AssertionSerializer):
    """A link as its arrest shows it."""

    incident = IncidentBrief()

    class Meta:
        model = ArrestLink
        fields = [*IDENTITY, "incident", "basis_kind", "contested", *ASSERTION]


class ArrestLinkSerializer(ArrestLinkPart):
    arrest = ArrestBrief()

    class Meta(ArrestLinkPart.Meta):
        fields = [*ArrestLinkPart.Meta.fields, "arrest"]


LINKS = cited(ArrestLink.objects.select_related("incident"))


class ArrestLinkFilterSet(FilterSet):
    shape = ArrestLinkSerializer
    arrest = RecordFilter(rows=Arrest.objects)
    incident = RecordFilter(rows=Incident.objects)
    basis_kind = ChoiceFilter(choices=LinkBasis.choices)
    contested = FlagFilter()


class ArrestLinkViewSet(RecordViewSet):
    """Somebody ties an arrest to an incident. Several may, and may contradict.

    An arrest for negligence of duty is not one of a suspected perpetrator.
    """

    queryset = LINKS.select_related("arrest__authority")
    serializer_class = ArrestLinkSerializer
    filterset_class = ArrestLinkFilterSet


@extend_schema_field(SuspectBrief(many=True))
class DetainedField(ColumnsField):
    """The suspects of the steps that say somebody was detained in this arrest."""

    holds_records = True
    child = SuspectBrief()

    def to_representation(self, arrest):
        held = [step.suspect for step in arrest.steps.all() if step.kind == StepKind.DETAINED]
        return SuspectBrief(held, many=True).data

    def as_json(self, at):
        held = at.rows("steps").filter(kind=StepKind.DETAINED)
        return at.array(held, lambda step: step.over("suspect").object(self.child))


class ArrestSerializer(CitedSerializer):
    occurred = SpanField()
    place = PlaceBrief(allow_null=True)
    authority = GroupBrief()
    detained = RangeField(allow_null=True)
    affiliation = GroupBrief(allow_null=True)
    links = ArrestLinkPart(many=True)
    suspects = DetainedField()
    steps = StepSerializer(many=True)

    class Meta:
        model = Arrest
        fields = [
            *IDENTITY,
            "description",
            "description_ar",
            "occurred",
            "announced_on",
            "place",
            "authority",
            "detained",
            "affiliation",
            "outcome_reported",
            "links",
            "suspects",
            "steps",
            *CITED,
        ]


class ArrestFilterSet(FilterSet):
    shape = ArrestSerializer
    since = since("occurred")
    until = until("occurred")
    authority = RecordFilter(rows=Group.objects)
    affiliation = RecordFilter(rows=Group.objects)
    incident = RecordFilter(
        rows=Incident.objects,
        field_name="links__incident",
        label=_("An incident it is linked to, on whatever ground, contested or not."),
    )


class ArrestViewSet(RecordViewSet):
    """Operations in which an authority detained one or more people.

    `suspects` are the detained who are recorded one by one; `detained` is how many there
    were. `steps` are those that name this arrest.
    """

    queryset = with_place(
        cited(Arrest.objects.select_related("authority", "affiliation"))
    ).prefetch_related(Prefetch("links", LINKS), Prefetch("steps", STEPS))
    serializer_class = ArrestSerializer
    filterset_class = ArrestFilterSet
    orderings = {"occurred": "occurred_from", **RecordViewSet.orderings}
    ordering = "-occurred"
    point_at = "place"
