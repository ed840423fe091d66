"""What the reports keep of their own: plans for items of the queue, and who wants its digest."""

from reports.models.digest import Digest
from reports.models.queue_note import QueueKind, QueueNote

__all__ = ["Digest", "QueueKind", "QueueNote"]
