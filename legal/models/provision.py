import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from records.dates import describe, precision_field, span_constraint
from records.models import Record, citation_of


class InstrumentKind(models.TextChoices):
    CONSTITUTION = "constitution", _("Constitution")
    STATUTE = "statute", _("Statute")
    EXECUTIVE_ORDER = "executive_order", _("Executive order")
    REGULATIONS = "regulations", _("Regulations")
    TREATY = "treaty", _("Treaty")
    SOFT_LAW = "soft_law", _("Soft law")
    OTHER = "other", _("Other")


@pghistory.track()
class Instrument(Record):
    """A law, order, treaty or set of articles."""

    title = models.CharField(_("title"), max_length=200)
    title_ar = models.CharField(_("Arabic title"), max_length=200, blank=True)
    short_title = models.CharField(_("short title"), max_length=100, blank=True)
    jurisdiction = models.CharField(
        _("jurisdiction"), max_length=3, help_text=_("ISO 3166-1 alpha-2, or INT.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=InstrumentKind)
    made_from = models.DateField(_("made, first possible day"), null=True, blank=True)
    made_to = models.DateField(_("made, last possible day"), null=True, blank=True)
    made_precision = precision_field(verbose_name=_("precision"), blank=True)

    class Meta(Record.Meta):
        ordering = ["jurisdiction", "title", "id"]
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        constraints = [
            *Record.Meta.constraints,
            span_constraint("made"),
            models.CheckConstraint(
                condition=Q(kind__in=InstrumentKind.values),
                name="instrument_kind_is_known",
                violation_error_message=_("Choose one of the listed kinds of instrument."),
            ),
            models.CheckConstraint(
                condition=Q(jurisdiction__regex="^([A-Z]{2}|INT)$"),
                name="instrument_jurisdiction_is_iso",
                violation_error_message=_(
                    "A jurisdiction is two capital letters (ISO 3166-1), or INT."
                ),
            ),
        ]

    def __str__(self):
        return self.short_title or self.title

    @property
    def made_on(self):
        return describe(self.made_from, self.made_to, self.made_precision)


@pghistory.track()
class Provision(Record):
    """One article of an instrument, in our paraphrase."""

    instrument = models.ForeignKey(
        Instrument, models.PROTECT, related_name="provisions", verbose_name=_("instrument")
    )
    article = models.CharField(_("article"), max_length=40, blank=True)
    paraphrase = models.TextField(_("paraphrase"))
    paraphrase_ar = models.TextField(_("Arabic paraphrase"), blank=True)

    class Meta(Record.Meta):
        ordering = ["instrument", "article", "id"]
        verbose_name = _("provision")
        verbose_name_plural = _("provisions")

    def __str__(self):
        return f"art. {self.article}" if self.article else self.paraphrase[:60]


InstrumentCitation = citation_of(Instrument)
ProvisionCitation = citation_of(Provision)
