"""What partners ask and send beside the nouns: themselves, changes, proposals, releases."""

from partners.api.changes import ChangesView
from partners.api.me import MeView
from partners.api.proposals import ProposalViewSet, ProposingIncidentViewSet
from partners.api.releases import ReleaseDetailView, ReleaseFileView, ReleasesView

__all__ = [
    "ChangesView",
    "MeView",
    "ProposalViewSet",
    "ProposingIncidentViewSet",
    "ReleaseDetailView",
    "ReleaseFileView",
    "ReleasesView",
]
