"""What partners ask and send beside the nouns: who they are, what changed, what they propose."""

from partners.api.changes import ChangesView
from partners.api.me import MeView
from partners.api.proposals import ProposalViewSet, ProposingIncidentViewSet

__all__ = ["ChangesView", "MeView", "ProposalViewSet", "ProposingIncidentViewSet"]
