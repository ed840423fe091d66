"""The feed's book: that a published record changed, and who could read it before and after.

Written by triggers alone, numbered at commit (partners/migrations/_changes.py), never
changed. It holds no word of any record. How it is read: partners/feed.py.
"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from records.gate import GatedQuerySet

_SEEN_BY = (
    "({when}_rank <= (SELECT viewer_clearance())"
    " AND ({when}_organisations IS NULL"
    " OR (SELECT viewer_organisation()) = ANY ({when}_organisations))"
    " AND ({when}_readers IS NULL OR (SELECT viewer_person()) = ANY ({when}_readers)))"
)


def seen_by(viewer, when):
    """Condition: the audience `before` or `after` the change admits this viewer."""
    admitted = Q(**{f"{when}_rank__lte": viewer.clearance})
    for column, key in (("organisations", viewer.organisation_id), ("readers", viewer.person_id)):
        everybody = Q(**{f"{when}_{column}__isnull": True})
        among = Q(**{f"{when}_{column}__contains": [key]})
        admitted &= everybody | among if key is not None else everybody
    return admitted


class ChangeQuerySet(GatedQuerySet):
    def admitting(self, viewer):
        """`Change.WALL` says the same in the database."""
        return seen_by(viewer, "before") | seen_by(viewer, "after")

    def told(self):
        """Those that move something for the viewer, with `was_seen` and `is_seen`.

        What only let others in or out is nothing to who could read it before and after: it
        would tell him that there are others.
        """
        return self.annotate(
            was_seen=_true_if(seen_by(self.viewer, "before")),
            is_seen=_true_if(seen_by(self.viewer, "after")),
        ).exclude(said=False, was_seen=True, is_seen=True)


def _true_if(condition):
    return models.Case(
        models.When(condition, then=True), default=False, output_field=models.BooleanField()
    )


def _rank(**options):
    return models.SmallIntegerField(null=True, **options)


def _ids(**options):
    return ArrayField(models.BigIntegerField(), null=True, **options)


class Change(models.Model):
    """One record, as one transaction left it for one audience.

    The audience is that of what moved: of the record, or of one of its parts, which can be
    narrower. A rank of NULL is nobody: it was not there, or not published.
    """

    WALL = f"({_SEEN_BY.format(when='before')} OR {_SEEN_BY.format(when='after')})"
    WEB_RIGHTS = "SELECT"

    number = models.BigAutoField(_("number, in the order of commits"), primary_key=True)
    transaction = models.BigIntegerField(_("transaction"))
    made_at = models.DateTimeField(_("when"))
    record_table = models.CharField(_("kind of record"), max_length=63)
    record_id = models.BigIntegerField(_("number of the record"))
    reference = models.CharField(_("reference"), max_length=14)
    part_table = models.CharField(_("kind of part"), max_length=63, blank=True)
    part_id = models.BigIntegerField(_("number of the part"), null=True)
    said = models.BooleanField(
        _("what it says moved"), help_text=_("And not only who may read it.")
    )
    withdrawn = models.BooleanField(_("withdrawn"))
    before_rank = _rank(verbose_name=_("audience before: rank"))
    before_organisations = _ids(verbose_name=_("audience before: organisations"))
    before_readers = _ids(verbose_name=_("audience before: readers"))
    after_rank = _rank(verbose_name=_("audience after: rank"))
    after_organisations = _ids(verbose_name=_("audience after: organisations"))
    after_readers = _ids(verbose_name=_("audience after: readers"))

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        default_permissions = ()
        indexes = [models.Index(fields=["transaction", "record_id"], name="change_once")]
        constraints = [
            models.CheckConstraint(
                condition=Q(before_rank__isnull=False) | Q(after_rank__isnull=False),
                name="change_seen_by_somebody",
                violation_error_message=_("Nobody could read this, before or after."),
            ),
            models.CheckConstraint(
                condition=Q(part_table="", part_id__isnull=True)
                | (~Q(part_table="") & Q(part_id__isnull=False)),
                name="change_part_has_number",
                violation_error_message=_("A part is named by its table and its number."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return self.reference
