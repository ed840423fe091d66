import secrets

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from legal.models.arrest import Arrest
from legal.models.provision import Provision
from militias.models import Group
from records.dates import describe, precision_field, span_constraint
from records.models import (
    NARROW_WHOLE,
    RECORD_AUDIENCE,
    Assertion,
    Join,
    Record,
    RecordQuerySet,
    at_least,
    citation_of,
    once,
)
from records.models.record import REFERENCE_ALPHABET


def random_code():
    """`S-7F3K-9QWA`: 40 random bits, not derived from the person."""
    letters = [secrets.choice(REFERENCE_ALPHABET) for _ in range(8)]
    return f"S-{''.join(letters[:4])}-{''.join(letters[4:])}"


class Level(models.TextChoices):
    """Where in the chain somebody stood: docs/vocabularies.md#level."""

    PERPETRATOR = "perpetrator", _("Perpetrator")
    CELL = "cell", _("Cell")
    COMMANDER = "commander", _("Commander")
    POLITICAL_FIGURE = "political_figure", _("Political figure")
    STATE = "state", _("State")


@pghistory.track()
class Suspect(Record):
    """One person held or sought, known by a random code. The name is apart: identity.py."""

    code = models.CharField(
        _("code"), max_length=11, unique=True, default=random_code, editable=False
    )
    affiliation = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="suspects",
        verbose_name=_("affiliation as stated"),
    )
    affiliation_stated = models.CharField(
        _("affiliation in the source's words"), max_length=200, blank=True
    )
    nationality = models.CharField(
        _("nationality"), max_length=2, blank=True, help_text=_("ISO 3166-1 alpha-2, such as IQ.")
    )
    role = models.CharField(
        _("role"), max_length=100, blank=True, help_text=_("A function, never a name.")
    )
    level = models.CharField(
        _("level in the chain"),
        max_length=20,
        choices=Level,
        blank=True,
        help_text=_("Leave empty if no source says it. Never concluded from an affiliation."),
    )
    level_basis = models.TextField(
        _("basis of the level"),
        blank=True,
        help_text=_("What it rests on: the source, and what it says. Never a name."),
    )
    at_large = models.BooleanField(_("at large"), null=True, blank=True)

    class Meta(Record.Meta):
        ordering = ["code"]
        verbose_name = _("suspect")
        verbose_name_plural = _("suspects")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(code__regex="^S-[0-9A-Z]{4}-[0-9A-Z]{4}$"),
                name="suspect_code_is_random",
                violation_error_message=_("A suspect's code looks like S-7F3K-9QWA."),
            ),
            models.CheckConstraint(
                condition=Q(level="", level_basis="")
                | (Q(level__in=Level.values) & ~Q(level_basis="")),
                name="suspect_level_has_basis",
                violation_error_message=_(
                    "A level in the chain comes from its list and says what it rests on: "
                    "fill in both, or leave both empty."
                ),
            ),
        ]

    def __str__(self):
        return self.code


class StepKind(models.TextChoices):
    SOUGHT = "sought", _("Sought")
    DETAINED = "detained", _("Detained")
    TRANSFERRED = "transferred", _("Transferred")
    BAILED = "bailed", _("Bailed")
    RELEASED = "released", _("Released")
    CHARGED = "charged", _("Charged")
    CHARGE_DROPPED = "charge_dropped", _("Charge dropped")
    HEARING_SET = "hearing_set", _("Hearing set")
    TRIED = "tried", _("Tried")
    ACQUITTED = "acquitted", _("Acquitted")
    ESCAPED = "escaped", _("Escaped")
    DIED = "died", _("Died")


class StepQuerySet(RecordQuerySet):
    def made_by(self, day):
        """Steps that had certainly been taken by the end of `day`."""
        return self.filter(occurred_to__lte=day)

    def held_with(self, confidence):
        return self.filter(confidence__in=at_least(confidence))

    def of_kind(self, *kinds):
        return self.filter(kind__in=kinds)

    def events(self):
        """What happened. That a hearing is set for a day says what somebody plans."""
        return self.exclude(kind=StepKind.HEARING_SET)


@pghistory.track()
class Step(Assertion):
    """One dated event in a suspect's case. Bail is not release."""

    MEMBERS = ("incidents",)

    suspect = models.ForeignKey(
        Suspect, models.PROTECT, related_name="steps", verbose_name=_("suspect")
    )
    kind = models.CharField(_("kind"), max_length=15, choices=StepKind)
    occurred_from = models.DateField(_("first possible day"))
    occurred_to = models.DateField(_("last possible day"))
    occurred_precision = precision_field(verbose_name=_("precision"), default="day")
    arrest = models.ForeignKey(
        Arrest,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="steps",
        help_text=_("The arrest this step follows from."),
        verbose_name=_("arrest"),
    )
    authority = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="steps_taken",
        verbose_name=_("court or authority"),
    )
    court = models.CharField(_("court, as named"), max_length=150, blank=True)
    provision = models.ForeignKey(
        Provision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="steps",
        verbose_name=_("provision"),
    )
    stated_reason = models.TextField(
        _("stated reason"), blank=True, help_text=_("What the authority gave as its reason.")
    )
    reported_reason = models.TextField(
        _("reported reason"), blank=True, help_text=_("What others say the reason was.")
    )

    objects = StepQuerySet.as_manager()

    class Meta(Assertion.Meta):
        ordering = ["occurred_from", "id"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            *Assertion.Meta.constraints,
            span_constraint("occurred"),
            models.CheckConstraint(
                condition=Q(kind__in=StepKind.values),
                name="step_kind_is_known",
                violation_error_message=_("Choose one of the listed kinds of step."),
            ),
            models.CheckConstraint(
                condition=~Q(kind=StepKind.DETAINED) | Q(arrest__isnull=False),
                name="step_detention_names_arrest",
                violation_error_message=_("A detention names the arrest it is part of."),
            ),
            models.UniqueConstraint(
                F("suspect"),
                F("arrest"),
                *map(F, RECORD_AUDIENCE),
                condition=Q(kind=StepKind.DETAINED),
                name="step_detained_once_per_arrest",
                violation_error_message=_("This suspect is already among those detained."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.occurred_on}"

    @property
    def occurred_on(self):
        return describe(self.occurred_from, self.occurred_to, self.occurred_precision)


@pghistory.track()
class StepIncident(Join):
    """An incident a step is about. Without any, it is about those its arrest is linked to."""

    KEY = ("step", "incident")

    step = models.ForeignKey(Step, models.PROTECT, related_name="incidents", verbose_name=_("step"))
    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="steps", verbose_name=_("incident")
    )

    class Meta(Join.Meta):
        verbose_name = _("incident concerned")
        verbose_name_plural = _("incidents concerned")
        constraints = [
            *Join.Meta.constraints,
            once("step", "incident", _("This incident is already named.")),
        ]
        triggers = [*Join.Meta.triggers, *NARROW_WHOLE]


StepCitation = citation_of(Step)
