import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from incidents.models.incident import Incident
from incidents.models.place import Place
from militias.models import Group
from records.dates import describe, precision_field, span_constraint
from records.models import Join, Record, citation_of, once


class ResponseKind(models.TextChoices):
    AIRSTRIKE = "airstrike", _("Air strike")
    DRONE_STRIKE = "drone_strike", _("Drone strike")
    RAID = "raid", _("Raid")
    DEMARCHE = "demarche", _("Démarche")
    PUBLIC_ATTRIBUTION = "public_attribution", _("Public attribution")
    SHOW_OF_FORCE = "show_of_force", _("Show of force")
    OTHER = "other", _("Other")


@pghistory.track()
class Response(Record):
    """What a state, or a militia, did in answer. Dated context for the timeline."""

    kind = models.CharField(_("kind"), max_length=20, choices=ResponseKind)
    actor = models.ForeignKey(
        Group, models.PROTECT, related_name="responses", verbose_name=_("actor")
    )
    occurred_from = models.DateField(_("first possible day"), null=True, blank=True)
    occurred_to = models.DateField(_("last possible day"), null=True, blank=True)
    occurred_precision = precision_field(verbose_name=_("precision"), blank=True)
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="responses",
        verbose_name=_("place"),
    )
    summary = models.TextField(_("summary"), blank=True)
    summary_ar = models.TextField(_("Arabic summary"), blank=True)

    class Meta(Record.Meta):
        ordering = [F("occurred_from").desc(nulls_last=True), "id"]
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [
            *Record.Meta.constraints,
            span_constraint("occurred"),
            models.CheckConstraint(
                condition=Q(kind__in=ResponseKind.values),
                name="response_kind_is_known",
                violation_error_message=_("Choose one of the listed kinds of response."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.occurred_on}"

    @property
    def occurred_on(self):
        return describe(self.occurred_from, self.occurred_to, self.occurred_precision)


@pghistory.track()
class ResponseTarget(Join):
    """A group that a response was aimed at."""

    KEY = ("response", "group")

    response = models.ForeignKey(
        Response, models.PROTECT, related_name="targets", verbose_name=_("response")
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="targeted_by",
        verbose_name=pgettext_lazy("armed", "group"),
    )

    class Meta(Join.Meta):
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            *Join.Meta.constraints,
            once("response", "group", _("This target is already named.")),
        ]


@pghistory.track()
class ResponseIncident(Join):
    """An incident that a response answered."""

    KEY = ("response", "incident")

    response = models.ForeignKey(
        Response, models.PROTECT, related_name="answered", verbose_name=_("response")
    )
    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="responses", verbose_name=_("incident")
    )

    class Meta(Join.Meta):
        verbose_name = _("answered incident")
        verbose_name_plural = _("answered incidents")
        constraints = [
            *Join.Meta.constraints,
            once("response", "incident", _("This incident is already named.")),
        ]


ResponseCitation = citation_of(Response)
