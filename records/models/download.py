"""Who took which file away: written before the first byte is sent, and never changed."""

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from records.models.trace import Trace


class DownloadKind(models.TextChoices):
    EVIDENCE = "evidence", _("stored file")
    EXPORT = "export", _("export of a list")
    REPORT = "report", _("report handed over")
    RELEASE = "release", _("file of a release")
    IMPORT = "import", _("rows of an import with errors")


@pghistory.track()
class Download(Trace):
    """A person or a key was sent a file.

    which: the reference or number of what was taken, or the name of a list and its format;
    never a word of what it says, for auditors read no records.
    """

    kind = models.CharField(_("what"), max_length=8, choices=DownloadKind)
    which = models.CharField(_("which"), max_length=80)
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False, db_index=True)

    class Meta(Trace.Meta):
        default_permissions = ()
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DownloadKind.values) & ~Q(which=""),
                name="download_kind_is_known",
                violation_error_message=_("Say what was taken, and which."),
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True) ^ Q(key__isnull=True),
                name="download_by_person_or_key",
                violation_error_message=_("A file is taken by a person, or by a key."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.which}"


def note_download(request, kind, which):
    """Record that whoever asks takes a file. If that cannot be written, it is not sent.

    Call it before anything of the file is read. The trail is committed before the answer
    begins, and whatever fails until then takes the answer with it.
    """
    viewer = request.viewer
    Download.objects.create(
        kind=kind,
        which=which[:80],
        person_id=viewer.person_id,
        key=viewer.key_id,
        request=request.id,
    )
