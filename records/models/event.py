from django.db import models
from pghistory.models import Event as PghistoryEvent

from records.gate import GatedQuerySet


class Event(PghistoryEvent):
    """One row as an insert, an update or a delete left it: written by triggers alone.

    Where the row is marked, the event has the audience the row had at that moment.
    """

    pgh_id = models.BigAutoField(primary_key=True)

    objects = GatedQuerySet.as_manager()

    class Meta:
        abstract = True
