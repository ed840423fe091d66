import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from legal.models.provision import Provision
from militias.models import Group, GroupKind
from records.models import Assertion, Join, Record, citation_of, once


@pghistory.track()
class Finding(Assertion):
    """Somebody's reasoned statement that a state answers for incidents, under an article."""

    state = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="findings",
        limit_choices_to={"kind": GroupKind.STATE},
        verbose_name=_("state"),
    )
    provision = models.ForeignKey(
        Provision, models.PROTECT, related_name="findings", verbose_name=_("under")
    )
    reasoning = models.TextField(_("reasoning"))
    reasoning_ar = models.TextField(_("reasoning, in Arabic"), blank=True)

    class Meta(Assertion.Meta):
        ordering = ["id"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            *Assertion.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(asserted_by=""),
                name="finding_has_author",
                violation_error_message=_("Say whose finding it is."),
            ),
        ]

    def __str__(self):
        return f"{self.asserted_by}, {self.asserted_on}"


@pghistory.track()
class FindingIncident(Join):
    """An incident a state answers for according to a finding."""

    KEY = ("finding", "incident")

    finding = models.ForeignKey(
        Finding, models.PROTECT, related_name="incidents", verbose_name=_("finding")
    )
    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="findings", verbose_name=_("incident")
    )

    class Meta(Join.Meta):
        verbose_name = _("incident answered for")
        verbose_name_plural = _("incidents answered for")
        constraints = [
            *Join.Meta.constraints,
            once("finding", "incident", _("This incident is already named.")),
        ]


class Modality(models.TextChoices):
    MUST = "must", _("must")
    MAY = "may", _("may")


class ObligationKind(models.TextChoices):
    CESSATION = "cessation", _("Cessation")
    ASSURANCES = "assurances", _("Assurances of non-repetition")
    PREVENTION = "prevention", _("Prevention")
    REPARATION = "reparation", _("Reparation")


class ReparationHead(models.TextChoices):
    EQUIPMENT = "equipment", _("Damaged equipment")
    MEDICAL = "medical", _("Medical costs")
    LOST_EARNINGS = "lost_earnings", _("Lost earnings")
    FAMILIES = "families", _("Families of the dead and injured")
    MORAL = "moral", _("Moral damage")


class ObligationStatus(models.TextChoices):
    ASSERTED = "asserted", _("Asserted")
    DEMANDED = "demanded", _("Demanded")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    PROMISED = "promised", _("Promised")
    PARTLY_MET = "partly_met", _("Partly met")
    MET = "met", _("Met")
    REFUSED = "refused", _("Refused")
    UNKNOWN = "unknown", _("Not known")


@pghistory.track()
class Obligation(Record):
    """What a finding entails, whether it must or may be due, and what became of it."""

    finding = models.ForeignKey(
        Finding, models.PROTECT, related_name="obligations", verbose_name=_("finding")
    )
    provision = models.ForeignKey(
        Provision, models.PROTECT, related_name="obligations", verbose_name=_("provision")
    )
    title = models.CharField(_("title"), max_length=200)
    title_ar = models.CharField(_("Arabic title"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=ObligationKind)
    head = models.CharField(
        _("head of reparation"), max_length=15, choices=ReparationHead, blank=True
    )
    modality = models.CharField(_("modality"), max_length=4, choices=Modality)
    modality_stated = models.CharField(_("modality as stated"), max_length=100, blank=True)
    bound_state = models.ForeignKey(
        Group, models.PROTECT, related_name="obligations", verbose_name=_("bound state")
    )
    beneficiary = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="obligations_owed",
        verbose_name=_("owed to"),
    )
    beneficiary_stated = models.CharField(_("owed to, as stated"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    amount_low = models.DecimalField(
        _("amount, low"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    amount_high = models.DecimalField(
        _("amount, high"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, help_text=_("ISO 4217."))
    status = models.CharField(
        _("what became of it"),
        max_length=15,
        choices=ObligationStatus,
        default=ObligationStatus.UNKNOWN,
    )
    status_on = models.DateField(_("as of"), null=True, blank=True)

    class Meta(Record.Meta):
        ordering = ["id"]
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=ObligationKind.values)
                & Q(modality__in=Modality.values)
                & Q(status__in=ObligationStatus.values),
                name="obligation_kinds_are_known",
                violation_error_message=_("Kind, modality and status come from their lists."),
            ),
            models.CheckConstraint(
                condition=Q(kind=ObligationKind.REPARATION, head__in=ReparationHead.values)
                | (~Q(kind=ObligationKind.REPARATION) & Q(head="")),
                name="obligation_head_only_for_reparation",
                violation_error_message=_("Reparation has a head, and nothing else has one."),
            ),
            models.CheckConstraint(
                condition=Q(amount_low__isnull=True)
                | Q(amount_high__isnull=True)
                | Q(amount_low__lte=F("amount_high")),
                name="obligation_amount_low_to_high",
                violation_error_message=_("The low amount is above the high one."),
            ),
            models.CheckConstraint(
                condition=Q(amount_low__isnull=True, amount_high__isnull=True, currency="")
                | (
                    (Q(amount_low__isnull=False) | Q(amount_high__isnull=False))
                    & Q(currency__regex="^[A-Z]{3}$")
                ),
                name="obligation_amount_has_currency",
                violation_error_message=_(
                    "An amount needs a currency of three capital letters (ISO 4217), "
                    "and a currency needs an amount."
                ),
            ),
        ]

    def __str__(self):
        return self.title


FindingCitation = citation_of(Finding)
ObligationCitation = citation_of(Obligation)
