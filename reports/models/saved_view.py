"""A view of the dashboard under a name, shared within one organisation."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records.gate import GatedQuerySet
from records.models import Organisation
from records.viewer import NOTHING

LONGEST_QUERY = 2000
TAKEN = _("A view of this name is saved already. Choose another name.")


class SavedViewQuerySet(GatedQuerySet):
    """Views of an organisation's own staff."""

    def admitting(self, viewer):
        """`SavedView.WALL` says the same in the database."""
        if viewer.organisation_id is None or not viewer.drafts or viewer.clearance == NOTHING:
            return Q(pk__in=[])
        return Q(owner=viewer.organisation_id)


@pghistory.track()
class SavedView(models.Model):
    """Which attacks, asked how: the query string of the dashboard, and nothing of its answer.

    Who opens it is answered by what he may see himself. A record that he may not see is
    refused as one that does not exist.
    """

    WALL = (
        "(owner_id = (SELECT viewer_organisation()) AND (SELECT viewer_reads_drafts()) "
        f"AND (SELECT viewer_clearance()) > {NOTHING})"
    )

    owner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", editable=False, verbose_name=_("owner")
    )
    name = models.CharField(
        _("name"), max_length=60, help_text=_("Everybody in your organisation sees it.")
    )
    query = models.CharField(_("query"), max_length=LONGEST_QUERY, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("saved by"),
    )
    created_at = models.DateTimeField(_("saved"), default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        default_permissions = ()
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="savedview_once_per_name",
                violation_error_message=TAKEN,
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="savedview_has_name",
                violation_error_message=_("Give the view a name."),
            ),
        ]

    def __str__(self):
        return self.name

    @classmethod
    def of(cls, user, query):
        """A new view of this person's organisation, not saved."""
        return cls(owner_id=user.organisation_id, created_by=user, query=query)
