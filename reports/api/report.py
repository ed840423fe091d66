"""The report, and the incidents behind each of its numbers."""

from urllib.parse import urlencode

from django import forms
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from incidents.api import IncidentViewSet
from legal.models import ArrestLink, ConvictionIncident
from records.api import Part
from records.parameters import DayField, StrictParameters
from reports.accountability import COLUMNS, accountability, rows_behind
from reports.asking import PARAMETERS, Asking
from reports.asking_measures import OF_MEASURES, AskingMeasures, behind
from reports.incident_filters import (
    QUESTION,
    LadderIncidentFilterSet,
    LadderIncidentSerializer,
    filters_described,
    incidents_asked,
)
from reports.writing import as_data

SAID = {
    "as_of": _("Nothing dated after this day counts. Today, if left out."),
    "contested": _("Whether contested arrest links count."),
    "min_confidence": _("The least confidence of an attribution, and of a relation climbed."),
    "by": _("What the report is broken down by."),
    "key": _("A row of that breakdown, or `none` for the incidents in no row."),
    "rung": _("Incidents that stand on this rung of the ladder on that day."),
    "without": _("Less those that stand on this rung."),
    "waited_for": _("What they waited for; say `within` or `at_least` with it."),
    "within": _("Those for which it came within so many days."),
    "at_least": _("Those for which it had not come before so many days had passed."),
    "reached": _("The highest level of the chain that anybody reached stood on."),
    "through": _("What reached him: anything, if left out."),
}
FIELDS = {**Asking.base_fields, **AskingMeasures.base_fields}
TYPES = {DayField: OpenApiTypes.DATE, forms.IntegerField: OpenApiTypes.INT}

MERGED = _("It was merged into another incident: `Location` is the address of that one.")


def parameters(*names):
    """The parameters of the report and of its lists as the schema describes them."""
    return [
        OpenApiParameter(
            name,
            type=TYPES.get(type(FIELDS[name]), OpenApiTypes.STR),
            enum=[value for value, _label in getattr(FIELDS[name], "choices", [])] or None,
            description=str(SAID[name]),
        )
        for name in names
    ]


class Asked(StrictParameters):
    """A view that is asked a Question: see reports/asking.py."""

    asks: list[str] = []

    def asked(self):
        params = self.request.query_params
        asking = Asking({name: params[name] for name in self.asks if name in params}, self.viewer())
        if not asking.is_valid():
            raise ValidationError(asking.errors)
        return asking

    def viewer(self):
        return self.request.viewer.of_published()

    def question(self, asking):
        return asking.question(timezone.localdate())


class ListsIncidents(Asked):
    """One that shows the incidents behind a number of a report, where it is asked for one."""

    asks = PARAMETERS

    def behind_number(self, incidents):
        asking, measures = self.asked(), AskingMeasures(self.request.query_params, self.viewer())
        if not measures.is_valid():
            raise ValidationError(measures.errors)
        if cell := asking.cell():
            incidents = rows_behind(incidents, self.question(asking), cell)
        for number in measures.numbers():
            incidents = behind(incidents, self.question(asking), number)
        return incidents


class AskedOfIncidents(Asked):
    """One that takes every filter of the list of incidents, besides its own parameters."""

    def known_parameters(self):
        return [*super().known_parameters(), *self.asks, *LadderIncidentFilterSet.base_filters]


OF_A_LIST = [*PARAMETERS, *OF_MEASURES]


@extend_schema_view(
    list=extend_schema(parameters=parameters(*OF_A_LIST)),
    retrieve=extend_schema(
        responses={
            200: LadderIncidentSerializer,
            308: OpenApiResponse(description=str(MERGED)),
        }
    ),
)
class LadderIncidentViewSet(ListsIncidents, IncidentViewSet):
    __doc__ = IncidentViewSet.__doc__

    queryset = IncidentViewSet.queryset.prefetch_related(
        Prefetch("arrest_links", ArrestLink.objects.select_related("arrest__authority")),
        Prefetch("convictions", ConvictionIncident.objects.select_related("conviction")),
    )
    serializer_class = LadderIncidentSerializer
    filterset_class = LadderIncidentFilterSet

    def known_parameters(self):
        known = super().known_parameters()
        return [*known, *OF_A_LIST] if self.action == "list" else known

    def filter_queryset(self, queryset):
        return self.behind_number(super().filter_queryset(queryset))


# What the schema says of the report


class RatePart(Part):
    """A share of the incidents recorded, with its 95 % interval (Wilson)."""

    share = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class CountsPart(Part):
    """Numbers of incidents, and for each the address of the list of those it counts."""

    def get_fields(self):
        fields = {column: serializers.IntegerField(read_only=True) for column in COLUMNS}
        for rate in ("arrested_rate", "standing_rate"):
            fields[rate] = RatePart(allow_null=True)
        addresses = serializers.DictField(child=serializers.URLField(), read_only=True)
        return {**fields, "incidents": addresses}


class RowPart(CountsPart):
    """The counts of one row; `key` asks for its incidents."""

    def get_fields(self):
        named = {name: serializers.CharField(read_only=True) for name in ("key", "label")}
        return {**named, **super().get_fields()}


class PeopleRange(Part):
    """From low to high; `open_ended` of the figures summed have no upper bound."""

    low = serializers.IntegerField()
    high = serializers.IntegerField()
    open_ended = serializers.IntegerField()


class PeoplePart(Part):
    """People held or convicted for these incidents. Arrests are operations."""

    arrests = serializers.IntegerField()
    arrests_uncontested = serializers.IntegerField()
    detained = PeopleRange()
    bailed = PeopleRange()
    released = PeopleRange()
    charged = PeopleRange()
    convicted = serializers.IntegerField()
    convicted_without_arrest = serializers.IntegerField()
    standing = serializers.IntegerField()


class ReportPart(Part):
    """Of these attacks, how many led to an arrest, how many to a conviction that stands."""

    as_of = serializers.DateField()
    contested = serializers.BooleanField()
    min_confidence = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    rows_can_overlap = serializers.BooleanField()
    total = CountsPart()
    rows = RowPart(many=True)
    people = PeoplePart()


class AccountabilityView(AskedOfIncidents, APIView):
    """The accountability report: each rung of the ladder, counted on its own, on a day.

    Takes every filter of the list of incidents besides its own parameters.
    """

    asks = [*QUESTION, "by"]

    @extend_schema(
        operation_id="accountability_report",
        parameters=[*parameters(*asks), *filters_described()],
        responses=ReportPart,
        tags=["reports"],
    )
    def get(self, request):
        asking = self.asked()
        report = accountability(
            incidents_asked(request), self.question(asking), asking.cleaned_data["by"] or None
        )
        kept = {
            name: value
            for name, value in request.query_params.items()
            if name in LadderIncidentFilterSet.base_filters
        }
        listed = reverse("incidents-list", request=request)
        return Response(
            as_data(report, link=lambda cell: f"{listed}?{urlencode({**kept, **cell})}")
        )
