import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident, Place
from militias.models import Group
from records.dates import describe, precision_field, span_constraint
from records.models import (
    RECORD_AUDIENCE,
    Assertion,
    Confidence,
    Record,
    RecordQuerySet,
    at_least,
    citation_of,
)


class ArrestQuerySet(RecordQuerySet):
    def made_by(self, day):
        """Arrests that had certainly been made by the end of `day`."""
        return self.filter(occurred_to__lte=day)


@pghistory.track()
class Arrest(Record):
    """One operation in which an authority detained one or more people."""

    description = models.CharField(_("description"), max_length=300)
    description_ar = models.CharField(_("Arabic description"), max_length=300, blank=True)
    occurred_from = models.DateField(_("first possible day"))
    occurred_to = models.DateField(_("last possible day"))
    occurred_precision = precision_field(verbose_name=_("precision"), default="day")
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="arrests",
        verbose_name=_("place"),
    )
    authority = models.ForeignKey(
        Group, models.PROTECT, related_name="arrests_made", verbose_name=_("authority")
    )
    detained_low = models.PositiveIntegerField(_("detained, low"), null=True, blank=True)
    detained_high = models.PositiveIntegerField(_("detained, high"), null=True, blank=True)
    affiliation = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="arrests_of_members",
        verbose_name=_("affiliation as stated"),
    )
    outcome_reported = models.TextField(
        _("outcome as reported"),
        blank=True,
        help_text=_("In words. What is counted are the suspects' steps."),
    )

    objects = ArrestQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["-occurred_from", "-id"]
        verbose_name = _("arrest")
        verbose_name_plural = _("arrests")
        constraints = [
            *Record.Meta.constraints,
            span_constraint("occurred"),
            models.CheckConstraint(
                condition=Q(detained_low__isnull=True)
                | Q(detained_high__isnull=True)
                | Q(detained_low__lte=F("detained_high")),
                name="arrest_detained_low_to_high",
                violation_error_message=_("The low number of detained is above the high one."),
            ),
            models.CheckConstraint(
                condition=(Q(detained_low__isnull=True) | Q(detained_low__gte=1))
                & (Q(detained_high__isnull=True) | Q(detained_high__gte=1)),
                name="arrest_detained_somebody",
                violation_error_message=_(
                    "An arrest detains at least one person. Leave an unknown number empty."
                ),
            ),
        ]

    def __str__(self):
        return self.description

    @property
    def occurred_on(self):
        return describe(self.occurred_from, self.occurred_to, self.occurred_precision)


class LinkBasis(models.TextChoices):
    SUSPECTED_PERPETRATOR = "suspected_perpetrator", _("Suspected perpetrator")
    ACCOMPLICE = "accomplice", _("Accomplice")
    COMMANDER = "commander", _("Commander")
    NEGLIGENCE = "negligence", _("Negligence of duty")
    OTHER = "other", _("Other")


FOR_THE_ATTACK = [LinkBasis.SUSPECTED_PERPETRATOR, LinkBasis.ACCOMPLICE, LinkBasis.COMMANDER]


class ArrestLinkQuerySet(RecordQuerySet):
    def for_the_attack(self):
        """Links that say the people held had a part in the attack.

        A guard held for letting it happen is not an arrest for the attack, nor is a
        link whose basis nobody states. Links held doubtful or rejected do not count.
        Definition: docs/methodology.md#arrest.
        """
        return self.filter(
            basis_kind__in=FOR_THE_ATTACK, confidence__in=at_least(Confidence.POSSIBLE)
        )

    def uncontested(self):
        return self.filter(contested=False)

    def made_by(self, day):
        return self.filter(arrest__occurred_to__lte=day)


@pghistory.track()
class ArrestLink(Assertion):
    """Somebody ties an arrest to an incident. Several may, and may contradict."""

    arrest = models.ForeignKey(
        Arrest, models.PROTECT, related_name="links", verbose_name=_("arrest")
    )
    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="arrest_links", verbose_name=_("incident")
    )
    basis_kind = models.CharField(
        _("held as"),
        max_length=25,
        choices=LinkBasis,
        default=LinkBasis.SUSPECTED_PERPETRATOR,
    )
    contested = models.BooleanField(
        _("contested"), default=False, help_text=_("Somebody says the arrest was for another deed.")
    )

    objects = ArrestLinkQuerySet.as_manager()

    class Meta(Assertion.Meta):
        ordering = ["id"]
        verbose_name = _("arrest link")
        verbose_name_plural = _("arrest links")
        constraints = [
            *Assertion.Meta.constraints,
            models.CheckConstraint(
                condition=Q(basis_kind__in=LinkBasis.values),
                name="arrestlink_basis_is_known",
                violation_error_message=_("Choose one of the listed grounds."),
            ),
            models.UniqueConstraint(
                fields=[
                    *("arrest", "incident", "basis_kind"),
                    *("asserted_by", "confidence", "contested"),
                    *RECORD_AUDIENCE,
                ],
                name="arrestlink_once_per_basis",
                violation_error_message=_(
                    "This arrest is already linked to this incident on this ground, by the same "
                    "and as surely."
                ),
            ),
        ]

    def __str__(self):
        basis = self.get_basis_kind_display()
        return f"{basis}, {_('contested')}" if self.contested else basis


ArrestCitation = citation_of(Arrest)
ArrestLinkCitation = citation_of(ArrestLink)
