"""What every record has: who owns it, who may read it, how far it is reviewed."""

import secrets

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records.dates import describe, precision_field, span_constraint
from records.gate import GatedQuerySet
from records.models.audience import (
    FIND_AUDIENCE,
    SPREAD_AUDIENCE,
    Marked,
    readers_field,
    readers_only_if_red,
)
from records.models.marking import Marking
from records.models.organisation import Organisation
from records.models.second_person import SECOND_PERSON, said_columns
from records.web_role import NEVER_DELETED

REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U


def random_reference():
    """`7F3K-Q9WA-2MXB`: 60 random bits, so it tells neither order nor number."""
    return "-".join("".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(4)) for _ in range(3))


class ReviewStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Certainty(models.TextChoices):
    """How well the sources read support that the record says what happened."""

    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")
    UNVERIFIED = "unverified", _("Not verified")


class Confidence(models.TextChoices):
    """How sure the assertor is, strongest first: docs/methodology.md#confidence."""

    CONFIRMED = "confirmed", _("Confirmed")
    LIKELY = "likely", _("Likely")
    POSSIBLE = "possible", _("Possible")
    DOUBTFUL = "doubtful", _("Doubtful")
    REJECTED = "rejected", _("Rejected")


def at_least(confidence):
    """The confidences as strong as this one or stronger.

    Raises:
        ValueError: not a confidence.
    """
    ordered = Confidence.values
    return ordered[: ordered.index(Confidence(confidence)) + 1]


class _BumpVersion(pgtrigger.Trigger):
    """Counts changes in the database, so that bulk and raw writes are counted too.

    A save that changes nothing counts nothing, and no writer can set the number.
    PostgreSQL fills generated columns in after the trigger, so they are not compared.
    A version of NULL asks to be counted for a change elsewhere: OF_WHOLE.

    The moment of change is shown to all who read the row, so it moves with what all of them
    see: what the row says, or a part that they can all read (a moment of NULL asks for it).
    """

    def get_func(self, model):
        generated = [field.column for field in model._meta.fields if field.generated]
        keep = "".join(f"NEW.{column} = OLD.{column}; " for column in generated)
        new, old = (
            ", ".join(f"{row}.{column}" for column in said_columns(model)) for row in ("NEW", "OLD")
        )
        return f"""
            elsewhere = NEW.version IS NULL;
            seen = NEW.updated_at IS NULL OR ({new}) IS DISTINCT FROM ({old});
            NEW.version = OLD.version; NEW.updated_at = OLD.updated_at; {keep}
            IF elsewhere OR NEW IS DISTINCT FROM OLD THEN
                NEW.version = OLD.version + 1;
            END IF;
            IF seen THEN
                NEW.updated_at = clock_timestamp();
            END IF;
            RETURN NEW;
        """


BUMP_VERSION = _BumpVersion(
    name="bump_version",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    declare=[("elsewhere", "boolean"), ("seen", "boolean")],
)


class RecordQuerySet(GatedQuerySet):
    def get_by_natural_key(self, key):
        return self.get(Q(origin_id=key) | Q(origin_id__isnull=True, reference=key))


class Record(Marked):
    WEB_RIGHTS = NEVER_DELETED

    reference = models.CharField(
        _("reference"), max_length=14, unique=True, default=random_reference, editable=False
    )
    origin_id = models.CharField(
        _("identifier of origin"),
        max_length=80,
        unique=True,
        null=True,
        blank=True,
        editable=False,
        help_text=_("Its identifier in the data set it was loaded from. Never typed by hand."),
    )
    owner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    marking = models.CharField(
        _("marking"), max_length=16, choices=Marking, default=Marking.AMBER_STRICT
    )
    shared_with = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        verbose_name=_("shared with"),
        help_text=_("Organisations that may read a TLP:AMBER record beside its owner."),
    )
    readers = readers_field()
    review_status = models.CharField(
        _("review status"),
        max_length=10,
        choices=ReviewStatus,
        default=ReviewStatus.DRAFT,
        editable=False,
    )
    to_countersign = models.BooleanField(
        _("to countersign"),
        default=False,
        editable=False,
        help_text=_("Published, and changed since by one monitor alone."),
    )
    wider = models.JSONField(
        _("wider audience asked for"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Marking, organisations and readers that a second person has to agree to."),
    )
    withdrawn_reason = models.TextField(_("reason for withdrawal"), blank=True, editable=False)
    certainty = models.CharField(
        _("certainty"), max_length=10, choices=Certainty, default=Certainty.UNVERIFIED
    )
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("changed by"),
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        triggers = [SECOND_PERSON, FIND_AUDIENCE, SPREAD_AUDIENCE, BUMP_VERSION]
        constraints = [
            models.CheckConstraint(
                condition=Q(marking__in=Marking.values),
                name="%(class)s_marking_is_tlp",
                violation_error_message=_("The marking must be one of the five TLP 2.0 labels."),
            ),
            models.CheckConstraint(
                condition=Q(review_status__in=ReviewStatus.values),
                name="%(class)s_review_status_is_known",
                violation_error_message=_(
                    "The review status must be draft, submitted, published or withdrawn."
                ),
            ),
            models.CheckConstraint(
                condition=(
                    Q(review_status=ReviewStatus.WITHDRAWN) & ~Q(withdrawn_reason="")
                    | ~Q(review_status=ReviewStatus.WITHDRAWN) & Q(withdrawn_reason="")
                ),
                name="%(class)s_withdrawn_with_reason",
                violation_error_message=_(
                    "A withdrawn record needs the reason, and only a withdrawn record has one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(shared_with=[]) | Q(marking=Marking.AMBER),
                name="%(class)s_shared_only_if_amber",
                violation_error_message=_(
                    "Only a TLP:AMBER record is shared with named organisations: "
                    "choose that marking or empty the list."
                ),
            ),
            readers_only_if_red(),
        ]

    def natural_key(self):
        return (self.origin_id or self.reference,)


class Assertion(Record):
    """One sourced statement: who says it, when, and how surely. Others may contradict it."""

    asserted_by = models.CharField(_("asserted by"), max_length=200, blank=True)
    asserted_from = models.DateField(_("asserted on, first possible day"), null=True, blank=True)
    asserted_to = models.DateField(_("asserted on, last possible day"), null=True, blank=True)
    asserted_precision = precision_field(
        verbose_name=_("precision of the day asserted"), blank=True
    )
    confidence = models.CharField(
        _("confidence"), max_length=10, choices=Confidence, default=Confidence.POSSIBLE
    )
    confidence_stated = models.CharField(
        _("confidence as stated"),
        max_length=60,
        blank=True,
        help_text=_("The assertor's own word, such as “almost certain”."),
    )
    basis = models.TextField(_("basis"), blank=True, help_text=_("What the statement rests on."))

    class Meta(Record.Meta):
        abstract = True
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values),
                name="%(class)s_confidence_is_known",
                violation_error_message=_(
                    "The confidence must be confirmed, likely, possible, doubtful or rejected."
                ),
            ),
            span_constraint("asserted"),
        ]

    @property
    def asserted_on(self):
        return describe(self.asserted_from, self.asserted_to, self.asserted_precision)
