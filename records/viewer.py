"""Who is asking. Every count and list is made from the rows this viewer may read."""

from dataclasses import dataclass

from django.db.models import Q

from records.models.record import Marking


@dataclass(frozen=True)
class Viewer:
    """A signed-in person or a partner's key, as far as reading is concerned.

    Made from the authenticated user alone, never from what a request says.
    """

    organisation_id: int | None = None

    @classmethod
    def of(cls, user):
        return cls(organisation_id=user.organisation_id)

    def may_read(self):
        """Condition on a record: its marking lets this viewer read it (TLP 2.0).

        Nobody is named on TLP:RED records yet, so nobody reads them.
        """
        own = Q(owner=self.organisation_id)
        shared = Q(shared_with__contains=[self.organisation_id])
        readable = Q(marking=Marking.CLEAR)
        if self.organisation_id is not None:
            readable |= Q(marking=Marking.GREEN)
            readable |= Q(marking=Marking.AMBER) & (own | shared)
            readable |= Q(marking=Marking.AMBER_STRICT) & own
        return readable


PUBLIC = Viewer()  # reads what is marked TLP:CLEAR
