import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from incidents.models import Incident
from militias.models import Group
from records.dates import describe, precision_field, span_constraint
from records.models import Record, citation_of


@pghistory.track()
class NegativeResult(Record):
    """What was looked for in the sources and not found, by a day. Absence is not disproof."""

    statement = models.TextField(_("what was not found"))
    statement_ar = models.TextField(_("what was not found, in Arabic"), blank=True)
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="negative_results",
        verbose_name=pgettext_lazy("armed", "group"),
    )
    incident = models.ForeignKey(
        Incident,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="negative_results",
        verbose_name=_("incident"),
    )
    as_of_from = models.DateField(_("as of, first possible day"), null=True, blank=True)
    as_of_to = models.DateField(_("as of, last possible day"), null=True, blank=True)
    as_of_precision = precision_field(verbose_name=_("precision"), blank=True)

    class Meta(Record.Meta):
        ordering = ["id"]
        verbose_name = _("negative result")
        verbose_name_plural = _("negative results")
        constraints = [*Record.Meta.constraints, span_constraint("as_of")]

    def __str__(self):
        return self.statement[:80]

    @property
    def as_of(self):
        return describe(self.as_of_from, self.as_of_to, self.as_of_precision)


NegativeResultCitation = citation_of(NegativeResult)
