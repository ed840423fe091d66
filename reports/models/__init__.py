"""What the reports keep of their own: saved views, plans for items of the queue, its digest."""

from reports.models.digest import Digest
from reports.models.queue_note import QueueKind, QueueNote
from reports.models.saved_view import TAKEN, SavedView, SavedViewQuerySet

__all__ = ["TAKEN", "Digest", "QueueKind", "QueueNote", "SavedView", "SavedViewQuerySet"]
