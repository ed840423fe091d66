from reports.api.held import HeldView
from reports.api.report import AccountabilityView, Asked, LadderIncidentViewSet

__all__ = ["AccountabilityView", "Asked", "HeldView", "LadderIncidentViewSet"]
