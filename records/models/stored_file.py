"""The stored copy of a source: bytes that never change, and where they came from."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records.file_kinds import NAME_LENGTH, MediaType
from records.models.audience import Part
from records.models.record import random_reference
from records.models.source import Source


@pghistory.track()
class StoredFile(Part):
    """One file of one source, as it was received. It is withdrawn with a reason, never deleted."""

    KEY = ("source", "reference")
    # The column itself is what cannot be written: no form, no slip and no stolen session
    # of the web role makes other evidence of a row that is there.
    WEB_RIGHTS = "SELECT, INSERT, UPDATE (note, withdrawn_reason)"

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="files", verbose_name=_("source")
    )
    reference = models.CharField(
        _("reference"), max_length=14, unique=True, default=random_reference, editable=False
    )
    file = models.FileField(_("stored copy"), max_length=140, editable=False)
    file_name = models.CharField(_("name of the file"), max_length=NAME_LENGTH, editable=False)
    media_type = models.CharField(_("type"), max_length=20, choices=MediaType, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True, editable=False)
    origin = models.CharField(
        _("where it came from"),
        max_length=300,
        blank=True,
        help_text=_("Who handed it over or where it was saved, and how: the chain of custody."),
    )
    note = models.TextField(_("note"), blank=True)
    withdrawn_reason = models.TextField(_("reason for withdrawal"), blank=True, editable=False)
    received_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("received by"),
    )

    class Meta(Part.Meta):
        ordering = ["received_at", "id"]
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            *Part.Meta.constraints,
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="storedfile_has_hash",
                violation_error_message=_("A file has a SHA-256 of 64 hexadecimal digits."),
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0) & ~Q(file="") & ~Q(file_name=""),
                name="storedfile_is_there",
                violation_error_message=_("A stored file has a name, a place and a size."),
            ),
            models.CheckConstraint(
                condition=Q(media_type__in=MediaType.values),
                name="storedfile_media_type_is_taken",
                violation_error_message=_("Choose a file of one of the types that are taken."),
            ),
        ]

    def __str__(self):
        return self.file_name
