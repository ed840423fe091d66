"""Incidents for threat-intelligence systems: offered where the library stix2 is installed."""

from django.http import HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.views import APIView

from incidents.api import IncidentFilterSet
from incidents.models import Incident
from records.parameters import StrictParameters

MEDIA_TYPE = "application/stix+json;version=2.1"
LARGEST = 1000  # incidents in one bundle: it is made in memory


class StixView(StrictParameters, APIView):
    """Incidents, who claims them and who they are attributed to, as one STIX 2.1 bundle.

    Takes every filter of the list of incidents. A bundle holds at most 1,000 incidents.
    """

    def known_parameters(self):
        return list(IncidentFilterSet.base_filters)

    @extend_schema(
        operation_id="stix_bundle",
        parameters=[
            OpenApiParameter(name, type=OpenApiTypes.STR) for name in IncidentFilterSet.base_filters
        ],
        responses={(200, MEDIA_TYPE): OpenApiTypes.OBJECT},
        tags=["reports"],
    )
    def get(self, request):
        filtered = IncidentFilterSet(
            request.query_params,
            queryset=Incident.objects.counted_for(request.viewer),
            request=request,
        )
        if not filtered.is_valid():
            raise ValidationError(filtered.errors)
        incidents = filtered.qs.order_by("-occurred_from", "reference")
        if incidents[LARGEST : LARGEST + 1]:
            message = _("More than %(largest)s incidents: narrow the period, with since and until.")
            raise ValidationError({"since": [message % {"largest": LARGEST}]})
        bundle = import_string("reports.stix.bundle")  # which needs the library
        return HttpResponse(bundle(incidents), content_type=MEDIA_TYPE)
