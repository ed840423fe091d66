"""What partners are told beside the nouns: who they are, and what changed."""

from partners.api.changes import ChangesView
from partners.api.me import MeView

__all__ = ["ChangesView", "MeView"]
