import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from legal.models.provision import Instrument
from militias.models import Group, Person
from records.dates import describe, order_constraint, precision_field, span_constraint
from records.models import Record, RecordQuerySet, citation_of


class DesignationKind(models.TextChoices):
    LISTING = "listing", _("Listing")
    POSSIBLE_ALIAS_MATCH = "possible_alias_match", _("A listed alias that may be this one")


class DesignationQuerySet(RecordQuerySet):
    def listings(self):
        """Those that certainly are of this group or person."""
        return self.filter(kind=DesignationKind.LISTING)

    def in_force_on(self, day):
        """Listings certainly made by `day` and not known to have ended before it."""
        return self.listings().filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=day), listed_to__lte=day
        )


@pghistory.track()
class Designation(Record):
    """A sanction or terrorist listing of a group or person."""

    kind = models.CharField(
        _("kind"), max_length=25, choices=DesignationKind, default=DesignationKind.LISTING
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="designations",
        verbose_name=pgettext_lazy("armed", "group"),
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="designations",
        verbose_name=_("person"),
    )
    authority = models.ForeignKey(
        Group, models.PROTECT, related_name="designations_made", verbose_name=_("authority")
    )
    programme = models.CharField(_("programme"), max_length=40)
    instrument = models.ForeignKey(
        Instrument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="designations",
        verbose_name=_("instrument"),
    )
    listed_from = models.DateField(_("listed, first possible day"))
    listed_to = models.DateField(_("listed, last possible day"))
    listed_precision = precision_field(verbose_name=_("precision"), default="day")
    published_on = models.DateField(_("published on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    checked_on = models.DateField(
        _("checked on"), null=True, blank=True, help_text=_("When somebody last saw it in force.")
    )

    objects = DesignationQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["-listed_from", "id"]
        verbose_name = _("designation")
        verbose_name_plural = _("designations")
        constraints = [
            *Record.Meta.constraints,
            span_constraint("listed"),
            order_constraint("listed_from", "ended_on"),
            models.CheckConstraint(
                condition=Q(kind__in=DesignationKind.values),
                name="designation_kind_is_known",
                violation_error_message=_("Choose one of the listed kinds of designation."),
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=False, person__isnull=True)
                | Q(group__isnull=True, person__isnull=False),
                name="designation_of_group_or_person",
                violation_error_message=_("A designation is of one group or of one person."),
            ),
        ]

    def __str__(self):
        return f"{self.programme}, {self.listed_on}"

    @property
    def listed_on(self):
        return describe(self.listed_from, self.listed_to, self.listed_precision)


DesignationCitation = citation_of(Designation)
