from reports.api.held import HeldView
from reports.api.measures import ReachView, TimeView
from reports.api.report import AccountabilityView, Asked, LadderIncidentViewSet

__all__ = [
    "AccountabilityView",
    "Asked",
    "HeldView",
    "LadderIncidentViewSet",
    "ReachView",
    "TimeView",
]
