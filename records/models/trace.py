"""What somebody was shown or took: written before it is, and never changed."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.gate import GatedQuerySet
from records.rights import AUDIT


class TraceQuerySet(GatedQuerySet):
    def admitting(self, viewer):
        """All for who has the right, to others their own. `Trace.WALL` says the same."""
        return Q() if viewer.has(AUDIT) else self.of(viewer)

    @staticmethod
    def of(viewer):
        """Condition: it is of this viewer, a person or a key."""
        if viewer.key_id is not None:
            return Q(key=viewer.key_id)
        return Q(person_id__isnull=False, person_id=viewer.person_id)

    def since(self, ago):
        """Those of the last while, by the database's clock."""
        return self.filter(at__gt=Now() - ago)


class Trace(models.Model):
    """Of a person, or of a key: auditors read all of them, others their own."""

    WALL = (
        "(person_id = (SELECT viewer_person()) OR key = (SELECT viewer_key()) "
        f"OR (SELECT viewer_has('{AUDIT}')))"
    )
    WEB_RIGHTS = "SELECT, INSERT"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("user", "person"),
    )
    key = models.BigIntegerField(_("key"), null=True, blank=True)  # a partner's, by its number
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    request = models.UUIDField(_("request"), null=True, editable=False)

    objects = TraceQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-at", "-id"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
