import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from incidents.models.incident import Incident
from militias.models import Group, Person
from records.dates import describe, precision_field, span_constraint
from records.models import Join, Record, citation_of, once


class StatementKind(models.TextChoices):
    CEASEFIRE = "ceasefire", _("Ceasefire")
    CEASEFIRE_ENDED = "ceasefire_ended", _("End of a ceasefire")
    THREAT = "threat", _("Threat")
    WAR_FOOTING = "war_footing", _("War footing")
    ATTRIBUTION = "attribution", _("Public attribution")
    DENIAL = "denial", _("Denial")
    OTHER = "other", _("Other")


@pghistory.track()
class Statement(Record):
    """What a group or a public figure declared. Dated context for the timeline."""

    kind = models.CharField(_("kind"), max_length=20, choices=StatementKind)
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=pgettext_lazy("armed", "group"),
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("person"),
    )
    made_from = models.DateField(_("first possible day"))
    made_to = models.DateField(_("last possible day"))
    made_precision = precision_field(verbose_name=_("precision"), default="day")
    paraphrase = models.TextField(_("paraphrase"))
    paraphrase_ar = models.TextField(_("Arabic paraphrase"), blank=True)

    class Meta(Record.Meta):
        ordering = [F("made_from").desc(), "id"]
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [
            *Record.Meta.constraints,
            span_constraint("made"),
            models.CheckConstraint(
                condition=Q(kind__in=StatementKind.values),
                name="statement_kind_is_known",
                violation_error_message=_("Choose one of the listed kinds of statement."),
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=False) | Q(person__isnull=False),
                name="statement_has_author",
                violation_error_message=_("Name the group or the person who made the statement."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.made_on}"

    @property
    def made_on(self):
        return describe(self.made_from, self.made_to, self.made_precision)


@pghistory.track()
class StatementIncident(Join):
    """An incident that a statement speaks of."""

    KEY = ("statement", "incident")

    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="incidents", verbose_name=_("statement")
    )
    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="statements", verbose_name=_("incident")
    )

    class Meta(Join.Meta):
        verbose_name = _("incident spoken of")
        verbose_name_plural = _("incidents spoken of")
        constraints = [
            *Join.Meta.constraints,
            once("statement", "incident", _("This incident is already named.")),
        ]


StatementCitation = citation_of(Statement)
