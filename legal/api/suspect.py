from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, Throttled, ValidationError

from incidents.api import IncidentPart
from incidents.models import Incident
from legal.api.briefs import ArrestBrief, ConvictionBrief, ProvisionBrief, SuspectBrief
from legal.models import (
    Arrest,
    ConvictionSuspect,
    HowRead,
    Step,
    StepIncident,
    StepKind,
    Suspect,
)
from legal.naming import TooManyNames, bearers, record_readings
from militias.api import GroupBrief
from militias.models import Group
from records.api import (
    ASSERTION,
    IDENTITY,
    RECORD,
    AssertionSerializer,
    Part,
    RecordSerializer,
    RecordViewSet,
    SpanField,
    cited,
)
from records.lookups import FilterSet
from records.once_more import is_asked
from records.parameters import (
    ChoiceFilter,
    FlagFilter,
    RecordFilter,
    min_confidence,
    since,
    until,
)
from records.rights import NAMES
from records.sealing import SealError


class StepSerializer(AssertionSerializer):
    suspect = SuspectBrief()
    occurred = SpanField()
    arrest = ArrestBrief(allow_null=True)
    authority = GroupBrief(allow_null=True)
    provision = ProvisionBrief(allow_null=True)
    incidents = IncidentPart(many=True)

    class Meta:
        model = Step
        fields = [
            *IDENTITY,
            "suspect",
            "kind",
            "occurred",
            "arrest",
            "authority",
            "court",
            "provision",
            "stated_reason",
            "reported_reason",
            "incidents",
            *ASSERTION,
        ]


STEPS = cited(
    Step.objects.select_related(
        "suspect", "arrest__authority", "authority", "provision__instrument"
    )
).prefetch_related(Prefetch("incidents", StepIncident.objects.select_related("incident")))


class SuspectFilter(RecordFilter):
    """Accepts the suspect's code besides."""

    def __init__(self, **options):
        super().__init__(
            rows=Suspect.objects,
            also=["code"],
            label=_("Code, such as S-7F3K-9QWA, or reference."),
            **options,
        )


class StepFilterSet(FilterSet):
    shape = StepSerializer
    since = since("occurred")
    until = until("occurred")
    kind = ChoiceFilter(choices=StepKind.choices)
    suspect = SuspectFilter()
    arrest = RecordFilter(rows=Arrest.objects)
    incident = RecordFilter(
        rows=Incident.objects,
        field_name="incidents__incident",
        label=_("An incident that the step itself names."),
    )
    min_confidence = min_confidence()


class StepViewSet(RecordViewSet):
    """Dated events in suspects' cases. Bail is not release.

    A step that names no `incidents` is about those its arrest is linked to.
    """

    queryset = STEPS
    serializer_class = StepSerializer
    filterset_class = StepFilterSet
    orderings = {"occurred": "occurred_from", **RecordViewSet.orderings}
    ordering = "-occurred"


class SuspectConvictionPart(Part):
    """A conviction that found this suspect guilty; its rulings may have undone it."""

    conviction = ConvictionBrief()
    note = serializers.CharField()


class SuspectSerializer(RecordSerializer):
    affiliation = GroupBrief(allow_null=True)
    steps = StepSerializer(many=True)
    convictions = SuspectConvictionPart(many=True)

    class Meta:
        model = Suspect
        fields = [
            *IDENTITY,
            "code",
            "affiliation",
            "affiliation_stated",
            "nationality",
            "role",
            "level",
            "level_basis",
            "at_large",
            "steps",
            "convictions",
            *RECORD,
        ]


class SuspectFilterSet(FilterSet):
    shape = SuspectSerializer
    affiliation = RecordFilter(rows=Group.objects)
    at_large = FlagFilter()


NAME = "name"  # a parameter for whoever has the right to names, and unknown to everybody else


class SuspectViewSet(RecordViewSet):
    """People held or sought, each known by a random code. Names are not shown."""

    queryset = Suspect.objects.select_related("affiliation").prefetch_related(
        Prefetch("steps", STEPS),
        Prefetch("convictions", ConvictionSuspect.objects.select_related("conviction")),
    )
    serializer_class = SuspectSerializer
    filterset_class = SuspectFilterSet
    orderings = {"code": "code", **RecordViewSet.orderings}

    def known_parameters(self):
        known = super().known_parameters()
        named = self.action == "list" and self.request.viewer.has(NAMES)
        return [*known, NAME] if named else known

    def filter_queryset(self, rows):
        rows = super().filter_queryset(rows)
        if self._term is None:
            return rows
        if self.request.viewer.key_id is None and is_asked(self.request):
            raise PermissionDenied(_("Names ask for a code once more: enter one in the admin."))
        try:
            return rows.filter(pk__in=bearers(rows.viewer, self._term))
        except SealError as error:
            raise ValidationError({NAME: [str(error)]}) from None

    def paginate_queryset(self, rows):
        """Whoever is found by his name counts as a name read."""
        page = super().paginate_queryset(rows)
        if self._term is not None:
            keys = [suspect.pk for suspect in page]
            try:
                record_readings(self.request.viewer, keys, HowRead.FOUND, self.request.id)
            except TooManyNames as refusal:
                raise Throttled(refusal.wait, str(refusal)) from None
        return page

    def export(self, rows, shape):
        """Found by name, suspects are listed page by page: each is a name read."""
        if self._term is not None:
            raise ValidationError({NAME: [_("An export is not searched by name.")]})
        return super().export(rows, shape)

    @property
    def _term(self):
        return self.request.query_params.get(NAME)
