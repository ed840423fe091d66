"""A release: what one audience could read on one day, kept so that it can be cited."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records.models import Marking
from records.viewer import Viewer

# A release is for everybody of a clearance, of whatever organisation.
AUDIENCES = [Marking.CLEAR, Marking.GREEN]


class ReleaseQuerySet(models.QuerySet):
    def visible_to(self, viewer):
        """Those whose audience is not wider than the viewer's. The policy says the same."""
        ranks = [marking for marking in AUDIENCES if marking.rank <= viewer.clearance]
        return self.filter(marking__in=ranks)

    def for_the_same(self, release):
        """Those for the same audience, the newest first."""
        return self.filter(marking=release.marking).order_by("-pk")


@pghistory.track()
class Release(models.Model):
    """Files that were made together from one state of the database. Never changed.

    files: for each name its rows, bytes, SHA-256, where it is stored, and its columns.
    made_from: for each table the numbers of the rows that were there to be read. What is
    taken from the audience later is found by them: partners/releasing.py.
    """

    WALL = "tlp_rank(marking) <= (SELECT viewer_clearance())"
    WEB_RIGHTS = "SELECT"

    number = models.CharField(_("number"), max_length=20, unique=True)
    marking = models.CharField(
        _("audience"), max_length=16, choices=[(each.value, each.label) for each in AUDIENCES]
    )
    as_of = models.DateField(_("as of"))
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    files = models.JSONField(_("files"))
    made_from = models.JSONField(_("made from"))

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(marking__in=AUDIENCES),
                name="release_for_clear_or_green",
                violation_error_message=_(
                    "A release is for everybody of a clearance: TLP:CLEAR or TLP:GREEN."
                ),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return self.number

    @property
    def audience(self):
        """Somebody who reads what its audience reads, and nothing more."""
        return audience_of(Marking(self.marking))


def audience_of(marking):
    return Viewer(clearance=marking.rank)
