"""The trail: one entry for each event of every table, chained in the order of commits.

Written by the database alone (records/migrations/_audit.py). How it is verified:
docs/security.md#verifying-the-history.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from records.gate import GatedQuerySet
from records.rights import AUDIT


class AuditQuerySet(GatedQuerySet):
    def visible_to(self, viewer):
        """All entries for who has the right, to others their own. Never what they say.

        The policy and the rights in records/walls.py say the same in the database.
        """
        if self.query.gate == viewer:
            return self
        own = Q() if viewer.has(AUDIT) else Q(person_id__isnull=False, person_id=viewer.person_id)
        rows = self.filter(own).defer(*AuditEntry.PROOF)
        rows.query.gate = viewer
        return rows


class AuditEntry(models.Model):
    """That somebody did something to a row at some moment; and, for the owner alone, what.

    All columns but the hash repeat the event, as it was when it was written. `content` is
    the whole of it, so that a proof outlives changes of the event's table.
    """

    PROOF = ("content", "hash")  # kept from the role that answers people

    sequence = models.BigIntegerField(_("number"), primary_key=True)
    made_at = models.DateTimeField(_("when"), db_index=True)
    event_table = models.CharField(_("kind of row"), max_length=63)
    event_id = models.BigIntegerField(_("number of the event"))
    action = models.CharField(_("what was done"), max_length=63)
    row_id = models.BigIntegerField(_("number of the row"), null=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,  # what was done stays done, whatever becomes of who did it
        related_name="+",
        verbose_name=_("who"),
    )
    key = models.BigIntegerField(_("key"), null=True)  # a partner's, by its number
    request = models.UUIDField(_("request"), null=True)
    content = models.TextField(_("what the event says"))
    hash = models.CharField(_("hash"), max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["event_table", "event_id"], name="auditentry_once_per_event"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return str(self.sequence)
