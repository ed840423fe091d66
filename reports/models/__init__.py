"""What the reports keep: saved views, plans for items of the queue, its digest, what was
handed over."""

from reports.models.digest import Digest
from reports.models.handed_over import (
    AUDIENCES,
    LONGEST_QUERY,
    HandedOver,
    audience_of,
    new_number,
)
from reports.models.queue_note import QueueKind, QueueNote
from reports.models.saved_view import TAKEN, SavedView, SavedViewQuerySet

__all__ = [
    "AUDIENCES",
    "LONGEST_QUERY",
    "TAKEN",
    "Digest",
    "HandedOver",
    "QueueKind",
    "QueueNote",
    "SavedView",
    "SavedViewQuerySet",
    "audience_of",
    "new_number",
]
