"""A file on its way to becoming incidents: the import, its rows, and how columns are read.

Rows stand here before any incident does, so an import that breaks off goes on where it
was. A row and its incident are written in one transaction: docs/adr/0030-imports.md.
"""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident
from records.gate import GatedQuerySet
from records.models import Marking, Organisation, Source
from records.models.record import random_reference
from records.web_role import NEVER_DELETED

# Readers of a TLP:RED row are named one by one, and rows of a file have no such names.
MARKINGS = [marking for marking in Marking if marking != Marking.RED]


class DeskQuerySet(GatedQuerySet):
    """Rows of an organisation's own desk: its staff see them, up to their clearance."""

    def admitting(self, viewer):
        """The walls of these tables say the same in the database."""
        if viewer.organisation_id is None or not viewer.drafts:
            return Q(pk__in=[])
        cleared = [marking for marking in Marking if marking.rank <= viewer.clearance]
        return Q(owner=viewer.organisation_id, marking__in=cleared)


_OF_THE_DESK = (
    "(owner_id = (SELECT viewer_organisation()) AND (SELECT viewer_reads_drafts()) "
    "AND tlp_rank(marking) <= (SELECT viewer_clearance()))"
)


class OfTheDesk(models.Model):
    """What the staff of one organisation work with, and nobody else sees."""

    WALL = _OF_THE_DESK
    WEB_RIGHTS = NEVER_DELETED

    owner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", editable=False, verbose_name=_("owner")
    )
    marking = models.CharField(
        _("marking"),
        max_length=16,
        choices=[(marking.value, marking.label) for marking in MARKINGS],
        default=Marking.AMBER_STRICT,
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("begun by"),
    )
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)

    objects = DeskQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(marking__in=MARKINGS),
                name="%(class)s_marking_is_tlp_and_not_red",
                violation_error_message=_(
                    "Rows of a file are marked TLP:CLEAR to TLP:AMBER+STRICT. "
                    "TLP:RED names its readers: enter such incidents one by one."
                ),
            )
        ]


@pghistory.track()
class ImportMapping(OfTheDesk):
    """How the columns of one kind of file are read, saved under a name."""

    name = models.CharField(_("name"), max_length=60)
    mapping = models.JSONField(_("mapping"))

    class Meta(OfTheDesk.Meta):
        ordering = ["name", "id"]
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        constraints = [
            *OfTheDesk.Meta.constraints,
            models.UniqueConstraint(  # not one name for all: a refusal would betray a hidden one
                fields=["owner", "marking", "name"],
                name="importmapping_once_per_name",
                violation_error_message=_("A mapping of this name is saved already."),
            ),
        ]

    def __str__(self):
        return self.name


class ImportState(models.TextChoices):
    STAGING = "staging", _("Being read")
    MATCHING = "matching", _("Columns to be matched")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    WRITING = "writing", _("Being imported")
    DONE = "done", _("Imported")


class ImportMode(models.TextChoices):
    ALL = "all", _("All or nothing")
    SKIP_BAD = "skip_bad", _("Leave out rows with errors")


@pghistory.track()
class Import(OfTheDesk):
    """One file, read and checked row by row, and what became of it."""

    reference = models.CharField(
        _("reference"), max_length=14, unique=True, default=random_reference, editable=False
    )
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    header = models.JSONField(_("names of the columns"), default=list)
    mapping_name = models.CharField(_("mapping"), max_length=60, blank=True)
    mapping = models.JSONField(_("how the columns are read"), default=dict, blank=True)
    mode = models.CharField(
        _("mode"), max_length=8, choices=ImportMode, default=ImportMode.SKIP_BAD
    )
    state = models.CharField(
        _("stage"), max_length=8, choices=ImportState, default=ImportState.STAGING
    )
    publisher = models.CharField(_("publisher"), max_length=200)
    title = models.CharField(_("title of the data set"), max_length=300, blank=True)
    address = models.URLField(_("address"), max_length=600, blank=True)
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("source"),
        help_text=_("The file as a source. Made with the first incident."),
    )

    class Meta(OfTheDesk.Meta):
        ordering = ["-created_at", "-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            *OfTheDesk.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values) & Q(mode__in=ImportMode.values),
                name="import_state_and_mode_are_known",
                violation_error_message=_("Choose one of the listed states and modes."),
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="import_file_has_hash",
                violation_error_message=_("A file has a SHA-256 of 64 hexadecimal digits."),
            ),
        ]

    def __str__(self):
        return self.file_name


class RowState(models.TextChoices):
    STAGED = "staged", _("Not checked yet")
    NEW = "new", _("New")
    DUPLICATE = "duplicate", _("Imported before")
    LIKELY = "likely", _("Likely duplicate")
    ERROR = "error", _("Error")
    LEFT_OUT = "left_out", _("Left out")
    IMPORTED = "imported", _("Imported")


WITH_INCIDENT = [RowState.DUPLICATE, RowState.LIKELY, RowState.IMPORTED]


class ImportRowQuerySet(GatedQuerySet):
    def admitting(self, viewer):
        """Those of imports he may see, less those whose incident has become too secret for him."""
        seen = Incident.objects.visible_to(viewer).values("pk")
        return Q(run__in=Import.objects.visible_to(viewer).values("pk")) & (
            Q(incident__isnull=True) | Q(incident__in=seen)
        )


class ImportRow(models.Model):
    """One row of the file. What it says is no record yet, so it has no history either."""

    WALL = (
        "(run_id IN (SELECT id FROM incidents_import) AND (incident_id IS NULL "
        "OR EXISTS (SELECT FROM incidents_incident AS made WHERE made.id = incident_id)))"
    )

    run = models.ForeignKey(Import, models.PROTECT, related_name="rows", verbose_name=_("import"))
    number = models.PositiveIntegerField(
        _("row"), help_text=_("As a spreadsheet counts: the names of the columns are row 1.")
    )
    cells = models.JSONField(_("cells"))
    state = models.CharField(_("state"), max_length=9, choices=RowState, default=RowState.STAGED)
    errors = models.JSONField(_("errors"), default=list, blank=True)
    origin = models.CharField(_("identifier in the data set"), max_length=65, blank=True)
    ready = models.JSONField(
        _("what will be written"), null=True, blank=True, help_text=_("Columns by table.")
    )
    incident = models.ForeignKey(
        Incident,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("incident"),
        help_text=_("Made from this row, or the one that it repeats."),
    )

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        ordering = ["run", "number"]
        default_permissions = ()
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        indexes = [models.Index(fields=["run", "state", "number"], name="importrow_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "number"],
                name="importrow_once",
                violation_error_message=_("This row of the file is there already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=RowState.values),
                name="importrow_state_is_known",
                violation_error_message=_("Choose one of the listed states."),
            ),
            models.CheckConstraint(
                condition=Q(incident__isnull=False, state__in=WITH_INCIDENT)
                | Q(incident__isnull=True) & ~Q(state__in=WITH_INCIDENT),
                name="importrow_incident_if_written_or_repeated",
                violation_error_message=_(
                    "A row that was imported, or repeats an incident, names it; no other does."
                ),
            ),
        ]

    def __str__(self):
        return str(self.number)
