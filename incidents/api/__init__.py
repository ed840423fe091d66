"""Places, incidents and what is said of them: chosen fields and named rules, nothing else."""

from incidents.api.attribution import AttributionViewSet
from incidents.api.briefs import IncidentBrief, IncidentPart, PlaceBrief
from incidents.api.casualty import CasualtyViewSet
from incidents.api.claim import ClaimViewSet
from incidents.api.incident import IncidentFilterSet, IncidentSerializer, IncidentViewSet
from incidents.api.place import PlaceViewSet
from incidents.api.response import ResponseViewSet
from incidents.api.statement import StatementViewSet

__all__ = [
    "AttributionViewSet",
    "CasualtyViewSet",
    "ClaimViewSet",
    "IncidentBrief",
    "IncidentFilterSet",
    "IncidentPart",
    "IncidentSerializer",
    "IncidentViewSet",
    "PlaceBrief",
    "PlaceViewSet",
    "ResponseViewSet",
    "StatementViewSet",
]
