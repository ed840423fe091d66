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


class SeenQuerySet(GatedQuerySet):
    def admitting(self, viewer):
        """`Seen.WALL` says the same in the database."""
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


def _append_only():
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Seen(models.Model):
    """Who could read before, and who after. A rank of NULL is nobody."""

    WALL = f"({_SEEN_BY.format(when='before')} OR {_SEEN_BY.format(when='after')})"
    WEB_RIGHTS = "SELECT"

    said = models.BooleanField(
        _("what it says moved"), help_text=_("And not only who may read it.")
    )
    before_rank = _rank(verbose_name=_("audience before: rank"))
    before_organisations = _ids(verbose_name=_("audience before: organisations"))
    before_readers = _ids(verbose_name=_("audience before: readers"))
    after_rank = _rank(verbose_name=_("audience after: rank"))
    after_organisations = _ids(verbose_name=_("audience after: organisations"))
    after_readers = _ids(verbose_name=_("audience after: readers"))

    objects = SeenQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()


class Sight(Seen):
    """What changes for the same audiences have in common: there are few, of many changes.

    By it a reader's own changes are found without those between them, which would cost him
    time, and tell him by it how many there are.
    """

    key = models.UUIDField(_("digest of the audiences"), primary_key=True)

    class Meta(Seen.Meta):
        verbose_name = _("sight")
        verbose_name_plural = _("sights")
        triggers = [_append_only()]

    def __str__(self):
        return str(self.key)


class Change(Seen):
    """One record, as one transaction left it for one audience.

    The audience is that of what moved: of the record, or of one of its parts, which can be
    narrower. It was not there, or not published, where nobody could read it.
    """

    number = models.BigAutoField(_("number, in the order of commits"), primary_key=True)
    transaction = models.BigIntegerField(_("transaction"))
    made_at = models.DateTimeField(_("when"))
    record_table = models.CharField(_("kind of record"), max_length=63)
    record_id = models.BigIntegerField(_("number of the record"))
    reference = models.CharField(_("reference"), max_length=14)
    part_table = models.CharField(_("kind of part"), max_length=63, blank=True)
    part_id = models.BigIntegerField(_("number of the part"), null=True)
    withdrawn = models.BooleanField(_("withdrawn"))
    sight = models.UUIDField(_("sight"))

    class Meta(Seen.Meta):
        ordering = ["number"]
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            models.Index(fields=["transaction", "record_id"], name="change_once"),
            models.Index(fields=["sight", "number"], name="change_by_sight"),
        ]
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
        triggers = [_append_only()]

    def __str__(self):
        return self.reference
