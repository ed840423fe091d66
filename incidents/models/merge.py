"""That two incidents turned out to be one attack: docs/adr/0032-merging.md.

Written by functions of the database alone (incidents/migrations/_merging.py), which move
what belongs to the one to the other, rows unseen by whoever asks included.
"""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident
from records.gate import GatedQuerySet
from records.models import Marking, Part, ReviewStatus


@pghistory.track()
class FormerReference(Part):
    """The reference of a published incident that was merged into another: it leads there.

    For whoever could read that incident. No reference is made for one that nobody read.
    """

    KEY = ("incident", "reference")
    WEB_RIGHTS = "SELECT"  # made and ended by the functions that merge

    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="former_references", verbose_name=_("incident")
    )
    reference = models.CharField(_("former reference"), max_length=14, unique=True)

    class Meta(Part.Meta):
        ordering = ["id"]
        verbose_name = _("former reference")
        verbose_name_plural = _("former references")

    def __str__(self):
        return self.reference


class MergeQuerySet(GatedQuerySet):
    def admitting(self, viewer):
        """Whoever sees both incidents. `Merge.WALL` says the same in the database."""
        seen = Incident.objects.visible_to(viewer).values("pk")
        return Q(kept__in=seen, merged__in=seen)

    def standing(self):
        return self.filter(undone_at__isnull=True)


@pghistory.track()
class Merge(models.Model):
    """One incident was merged into another, by whom and why, and whether it was undone.

    versions: of the kept one as it was before and after. The texts are in its history.
    """

    kept = models.ForeignKey(
        Incident, models.PROTECT, related_name="+", verbose_name=_("incident kept")
    )
    merged = models.ForeignKey(
        Incident, models.PROTECT, related_name="+", verbose_name=_("incident merged into it")
    )
    reason = models.TextField(_("reason"))
    made_at = models.DateTimeField(_("merged"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("merged by")
    )
    version_before = models.PositiveIntegerField(_("version before"))
    version_after = models.PositiveIntegerField(_("version after"))
    status_before = models.CharField(
        _("review status of the merged one before"), max_length=10, choices=ReviewStatus
    )
    kept_marking = models.CharField(_("marking when merged"), max_length=16, choices=Marking)
    kept_shared_with = ArrayField(
        models.BigIntegerField(), default=list, blank=True, verbose_name=_("shared with")
    )
    kept_readers = ArrayField(
        models.BigIntegerField(), default=list, blank=True, verbose_name=_("readers")
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    undone_reason = models.TextField(_("why it was undone"), blank=True)

    objects = MergeQuerySet.as_manager()

    WALL = (
        "(EXISTS (SELECT FROM incidents_incident AS one WHERE one.id = kept_id) "
        "AND EXISTS (SELECT FROM incidents_incident AS one WHERE one.id = merged_id))"
    )
    WEB_RIGHTS = "SELECT"

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(kept=models.F("merged")),
                name="merge_of_two_incidents",
                violation_error_message=_("An incident is not merged into itself."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="merge_has_reason",
                violation_error_message=_("Say why both are one attack."),
            ),
            models.CheckConstraint(
                condition=Q(status_before__in=[ReviewStatus.DRAFT, ReviewStatus.PUBLISHED]),
                name="merge_of_draft_or_published",
                violation_error_message=_("Only a draft or a published incident is merged."),
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True, undone_reason="")
                | Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_reason=""),
                name="merge_undone_by_somebody_with_reason",
                violation_error_message=_("Say who undid the merge, when and why."),
            ),
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at__isnull=True),
                name="merge_stands_once",
                violation_error_message=_("This incident is merged already."),
            ),
        ]

    def __str__(self):
        return f"{self.made_at:%Y-%m-%d %H:%M}"


@pghistory.track()
class MergedRow(models.Model):
    """One row that a merge moved: its table, and the key that led to the merged incident.

    Some of them nobody in the organisation may see, so these rows show themselves to nobody.
    """

    merge = models.ForeignKey(Merge, models.PROTECT, related_name="rows", verbose_name=_("merge"))
    table = models.CharField(_("table"), max_length=63)
    column = models.CharField(_("key"), max_length=63)
    row = models.BigIntegerField(_("number of the row"))

    WALL = "false"
    WEB_RIGHTS = "SELECT"

    class Meta:
        ordering = ["id"]
        verbose_name = _("row moved by a merge")
        verbose_name_plural = _("rows moved by merges")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["merge", "table", "row"],
                name="mergedrow_once",
                violation_error_message=_("This row was moved already."),
            ),
        ]

    def __str__(self):
        return f"{self.table} {self.row}"
