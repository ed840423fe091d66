import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from records.addresses import AddressKey, normal_address
from records.dates import describe, precision_field, span_constraint
from records.models.audience import PART_AUDIENCE, Part
from records.models.record import Record, RecordQuerySet


class SourceKind(models.TextChoices):
    FOUNDING_DOCUMENT = "founding_document", _("Founding document")
    NEWS = "news", _("News report")
    GOVERNMENT = "government", _("Government statement")
    COURT = "court", _("Court document")
    LAW = "law", _("Law")
    IGO = "igo", _("Intergovernmental organisation")
    NGO = "ngo", _("Non-governmental organisation")
    THINK_TANK = "think_tank", _("Think tank")
    RISK_CONSULTANCY = "risk_consultancy", _("Risk consultancy")
    REFERENCE = "reference", _("Reference work")
    GAZETTEER = "gazetteer", _("Gazetteer")
    CLAIM_CHANNEL = "claim_channel", _("Channel of an armed group")
    TESTIMONY = "testimony", _("Testimony")
    OTHER = "other", _("Other")


class Reliability(models.TextChoices):
    """Admiralty scale (NATO STANAG 2511, AJP-2.1): the source, not the information."""

    A = "A", _("A: completely reliable")
    B = "B", _("B: usually reliable")
    C = "C", _("C: fairly reliable")
    D = "D", _("D: not usually reliable")
    E = "E", _("E: unreliable")
    F = "F", _("F: cannot be judged")


# The words of the standard, as FM 2-22.3, table B-1, has them. docs/vocabularies.md says the same.
MEANS = {
    Reliability.A: _(
        "No doubt of authenticity, trustworthiness, or competency; has a history of complete "
        "reliability"
    ),
    Reliability.B: _(
        "Minor doubt about authenticity, trustworthiness, or competency; has a history of valid "
        "information most of the time"
    ),
    Reliability.C: _(
        "Doubt of authenticity, trustworthiness, or competency but has provided valid information "
        "in the past"
    ),
    Reliability.D: _(
        "Significant doubt about authenticity, trustworthiness, or competency but has provided "
        "valid information in the past"
    ),
    Reliability.E: _(
        "Lacking in authenticity, trustworthiness, and competency; history of invalid information"
    ),
    Reliability.F: _("No basis exists for evaluating the reliability of the source"),
}


class Reading(models.TextChoices):
    READ = "read", _("Read in full or in excerpt")
    NOT_OPENED = "not_opened", _("Not opened")


class SourceQuerySet(RecordQuerySet):
    def at_address(self, address):
        """Those whose address, or that of their archived copy, is this one however spelled.

        Raises:
            ValidationError: it is not the address of a web page.
        """
        key = normal_address(address)
        return self.filter(Q(address_key=key) | Q(archived_key=key))


@pghistory.track(exclude=["address_key", "archived_key"])
class Source(Record):
    """A document: who published it, when, and how reliable the publisher is."""

    publisher = models.CharField(_("publisher"), max_length=200)
    title = models.CharField(_("title"), max_length=300, blank=True)
    address = models.URLField(_("address"), max_length=600, blank=True)
    archived_address = models.URLField(_("archived address"), max_length=600, blank=True)
    address_key = AddressKey(_("address it is recognised by"), of="address")
    archived_key = AddressKey(_("archived address it is recognised by"), of="archived_address")
    published_from = models.DateField(_("published, first possible day"), null=True, blank=True)
    published_to = models.DateField(_("published, last possible day"), null=True, blank=True)
    published_precision = precision_field(verbose_name=_("precision of the date"), blank=True)
    published_inferred = models.BooleanField(
        _("date inferred"), default=False, help_text=_("The date was worked out, not printed.")
    )
    accessed_on = models.DateField(_("accessed on"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=SourceKind, default=SourceKind.NEWS)
    reliability = models.CharField(
        _("reliability"), max_length=1, choices=Reliability, default=Reliability.F
    )
    reading = models.CharField(_("reading"), max_length=10, choices=Reading, default=Reading.READ)

    objects = SourceQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["-published_to", "publisher", "id"]
        indexes = [
            models.Index(fields=["address_key"], name="source_address_key"),
            models.Index(fields=["archived_key"], name="source_archived_key"),
        ]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            *Record.Meta.constraints,
            span_constraint("published"),
            models.CheckConstraint(
                condition=Q(kind__in=SourceKind.values),
                name="source_kind_is_known",
                violation_error_message=_("Choose one of the listed kinds of source."),
            ),
            models.CheckConstraint(
                condition=Q(reliability__in=Reliability.values),
                name="source_reliability_is_admiralty",
                violation_error_message=_("Reliability is a letter from A to F."),
            ),
        ]

    def __str__(self):
        return f"{self.publisher}, {self.published_on}"

    @property
    def published_on(self):
        return describe(self.published_from, self.published_to, self.published_precision)


class Support(models.TextChoices):
    STATES = "states", _("States it")
    IMPLIES = "implies", _("Implies it: our inference")
    DISPUTES = "disputes", _("Disputes it")


class Citation(Part):
    """One source for one record. Each kind of record has its own table of these."""

    KEY = ("record", "source")

    source = models.ForeignKey(Source, models.PROTECT, related_name="+", verbose_name=_("source"))
    pinpoint = models.CharField(
        _("pinpoint"), max_length=120, blank=True, help_text=_("Page, paragraph or section.")
    )
    support = models.CharField(_("support"), max_length=10, choices=Support, default=Support.STATES)

    class Meta(Part.Meta):
        abstract = True
        ordering = ["id"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            *Part.Meta.constraints,
            models.CheckConstraint(
                condition=Q(support__in=Support.values),
                name="%(class)s_support_is_known",
                violation_error_message=_("A source states, implies or disputes the record."),
            ),
            models.UniqueConstraint(
                fields=["record", "source", *PART_AUDIENCE],
                name="%(class)s_once_per_source",
                violation_error_message=_("This source is already cited here."),
            ),
        ]

    def __str__(self):
        return f"{self.get_support_display()} {self.pinpoint}".strip()


def citation_of(record):
    """The table of the sources of one kind of record, reached as `record.citations`.

    Kept in a variable named after it in the record's module, so that Django finds it.
    """
    fields = {
        "__module__": record.__module__,
        "__doc__": f"One source for one {record.__name__}.",
        "record": models.ForeignKey(
            record, models.PROTECT, related_name="citations", verbose_name=_("record")
        ),
        "Meta": type("Meta", (Citation.Meta,), {}),
    }
    return pghistory.track()(type(f"{record.__name__}Citation", (Citation,), fields))
