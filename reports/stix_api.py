"""Incidents for threat-intelligence systems: offered where the library stix2 is installed."""

from django.http import HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.views import APIView

from records.models import DownloadKind, note_download
from reports.api.report import OF_A_LIST, ListsIncidents, parameters
from reports.incident_filters import (
    LadderIncidentFilterSet,
    filters_described,
    incidents_asked,
)

MEDIA_TYPE = "application/stix+json;version=2.1"
LARGEST = 1000  # incidents in one bundle: it is made in memory


class StixRenderer(BaseRenderer):
    """Names what may be asked for. The view writes it itself."""

    media_type, format = "application/stix+json", "stix"


class StixView(ListsIncidents, APIView):
    """Incidents, who claims them and who they are attributed to, as one STIX 2.1 bundle.

    Takes every parameter that narrows the list of incidents. A bundle holds at most 1,000.
    """

    renderer_classes = (StixRenderer, JSONRenderer)

    def known_parameters(self):
        known = super().known_parameters()
        return [*known, *OF_A_LIST, *LadderIncidentFilterSet.base_filters]

    @extend_schema(
        operation_id="stix_bundle",
        parameters=[*parameters(*OF_A_LIST), *filters_described()],
        responses={(200, MEDIA_TYPE): OpenApiTypes.OBJECT},
        tags=["reports"],
    )
    def get(self, request):
        incidents = self.behind_number(incidents_asked(request))
        incidents = incidents.order_by("-occurred_from", "reference")
        if incidents[LARGEST : LARGEST + 1]:
            message = _("More than %(largest)s incidents: narrow the period, with since and until.")
            raise ValidationError({"since": [message % {"largest": LARGEST}]})
        note_download(request, DownloadKind.EXPORT, "stix")
        bundle = import_string("reports.stix.bundle")  # which needs the library
        return HttpResponse(bundle(incidents), content_type=MEDIA_TYPE)
