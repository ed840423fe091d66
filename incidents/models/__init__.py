from incidents.models.attribution import (
    Attribution,
    AttributionCitation,
    AttributionQuerySet,
    Stance,
)
from incidents.models.casualty import (
    CasualtyCategory,
    CasualtyFigure,
    CasualtyFigureCitation,
    CasualtyStatus,
)
from incidents.models.claim import Claim, ClaimCitation, ClaimQuerySet
from incidents.models.incident import (
    Incident,
    IncidentCitation,
    IncidentKind,
    IncidentOutcome,
    IncidentPlace,
    IncidentQuerySet,
    PlaceRole,
    TargetKind,
    Weapon,
)
from incidents.models.place import Place, PlaceCitation, PlaceKind, PlaceName, with_place
from incidents.models.response import (
    Response,
    ResponseCitation,
    ResponseIncident,
    ResponseKind,
    ResponseTarget,
)
from incidents.models.statement import (
    Statement,
    StatementCitation,
    StatementIncident,
    StatementKind,
)

__all__ = [
    "Attribution",
    "AttributionCitation",
    "AttributionQuerySet",
    "CasualtyCategory",
    "CasualtyFigure",
    "CasualtyFigureCitation",
    "CasualtyStatus",
    "Claim",
    "ClaimCitation",
    "ClaimQuerySet",
    "Incident",
    "IncidentCitation",
    "IncidentKind",
    "IncidentOutcome",
    "IncidentPlace",
    "IncidentQuerySet",
    "Place",
    "PlaceCitation",
    "PlaceKind",
    "PlaceName",
    "PlaceRole",
    "Response",
    "ResponseCitation",
    "ResponseIncident",
    "ResponseKind",
    "ResponseTarget",
    "Stance",
    "Statement",
    "StatementCitation",
    "StatementIncident",
    "StatementKind",
    "TargetKind",
    "Weapon",
    "with_place",
]
