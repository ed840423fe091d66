from incidents.admin.context import ResponseAdmin, StatementAdmin
from incidents.admin.importing import ImportAdmin
from incidents.admin.incident import IncidentAdmin
from incidents.admin.place import PlaceAdmin
from incidents.admin.said import AttributionAdmin, CasualtyFigureAdmin, ClaimAdmin

__all__ = [
    "AttributionAdmin",
    "CasualtyFigureAdmin",
    "ClaimAdmin",
    "ImportAdmin",
    "IncidentAdmin",
    "PlaceAdmin",
    "ResponseAdmin",
    "StatementAdmin",
]
