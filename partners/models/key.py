"""A partner's key: what a machine signs in with, how far it reaches, and until when."""

import hmac
import re
import secrets
import string
from datetime import timedelta

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.networks import NetworkField, lies_in, within
from records.models import Marking, Organisation
from records.models.signature import signature
from records.roles import ADMINISTRATOR, AUDITOR
from records.web_role import WEB_ROLE

EXPIRES_AFTER = timedelta(days=90)  # unless said otherwise
LONGEST = timedelta(days=365)
CLEARANCES = [marking for marking in Marking if marking is not Marking.RED]
PREFIX, SECRET = 8, 43  # letters; 43 out of 62 are 256 random bits
LETTERS = string.ascii_letters + string.digits  # nothing at which a double click would stop
FORM = re.compile(rf"msl_([A-Za-z0-9]{{{PREFIX}}})_([A-Za-z0-9]{{{SECRET}}})")


class Scope(models.TextChoices):
    READ = "read", _("Read published records")
    NAMES = "names", _("Find suspects by their names")
    PROPOSE = "propose", _("Propose incidents, as drafts")


def new_key():
    """A prefix and a secret that nobody had before."""
    return tuple("".join(secrets.choice(LETTERS) for _n in range(n)) for n in (PREFIX, SECRET))


def digest_of(prefix, secret):
    """What is kept of a key. Without the pepper, which the database lacks, nobody makes it."""
    text = f"musaala.key:{prefix}:{secret}"
    return hmac.digest(settings.KEY_PEPPER.encode(), text.encode(), "sha256").hex()


def expiry():
    return (timezone.now() + EXPIRES_AFTER).replace(microsecond=0)  # as a form sends it back


def reading_alone():
    return [Scope.READ.value]


class KeyQuerySet(models.QuerySet):
    def waiting(self):
        """For a second administrator."""
        return self._valid().filter(approved_at=None)

    def in_force(self):
        return self._valid().filter(approved_at__isnull=False)

    def expired(self):
        return self.filter(revoked_at=None, expires_at__lte=timezone.now())

    def revoked(self):
        return self.filter(revoked_at__isnull=False)

    def _valid(self):
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


# A second administrator approved this key, and no other, whatever way it is written.
# `widened_by` says in Python which fields would reach further.
ONLY_NARROWS = pgtrigger.Trigger(
    name="only_narrows",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.Before,
    declare=[("mine", f"boolean := current_user = '{WEB_ROLE}'"), ("refused", "text")],
    func="""
        IF TG_OP = 'INSERT' THEN
            IF mine AND (
                NEW.made_by_id IS DISTINCT FROM viewer_person() OR NEW.approved_by_id IS NOT NULL
            ) THEN
                refused := 'Who makes a key is who is signed in, and another approves it.';
            END IF;
        ELSIF (NEW.id, NEW.organisation_id, NEW.prefix, NEW.digest, NEW.made_at, NEW.made_by_id)
            IS DISTINCT FROM
            (OLD.id, OLD.organisation_id, OLD.prefix, OLD.digest, OLD.made_at, OLD.made_by_id)
        THEN
            refused := 'Whose key it is does not change.';
        ELSIF NOT NEW.scopes <@ OLD.scopes
            OR tlp_rank(NEW.clearance) > tlp_rank(OLD.clearance)
            OR NEW.expires_at > OLD.expires_at
            OR NEW.rate > OLD.rate
            OR NEW.burst > OLD.burst
            OR OLD.networks <> '{}' AND (NEW.networks = '{}' OR EXISTS (
                SELECT FROM unnest(NEW.networks) AS one
                WHERE NOT one <<= ANY (OLD.networks)
            ))
        THEN
            refused := 'A key is never widened: make a new one.';
        ELSIF OLD.approved_at IS NOT NULL AND (NEW.approved_at, NEW.approved_by_id)
            IS DISTINCT FROM (OLD.approved_at, OLD.approved_by_id)
        THEN
            refused := 'A key is approved once.';
        ELSIF OLD.revoked_at IS NOT NULL
            AND (NEW.revoked_at, NEW.revoked_by_id, NEW.revoked_reason)
            IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by_id, OLD.revoked_reason)
        THEN
            refused := 'A revoked key stays revoked.';
        ELSIF mine AND (
            NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id
            AND NEW.approved_by_id IS DISTINCT FROM viewer_person()
            OR NEW.revoked_by_id IS DISTINCT FROM OLD.revoked_by_id
            AND NEW.revoked_by_id IS DISTINCT FROM viewer_person()
        ) THEN
            refused := 'Who approves or revokes a key is who is signed in.';
        END IF;
        IF refused IS NOT NULL THEN
            RAISE insufficient_privilege USING MESSAGE = refused;
        END IF;
        RETURN NEW;
    """,
)


@pghistory.track(exclude=["digest", "last_used_at"])
class Key(models.Model):
    """One key of one organisation. It works when a second administrator has approved it.

    Its state is asked for at every request and never kept: what is revoked here is refused
    there at once. `docs/adr/0023-keys.md` gives the reasons.
    """

    WEB_RIGHTS = "SELECT, INSERT, UPDATE"
    ROLE_RIGHTS = {ADMINISTRATOR: ("view", "add", "change"), AUDITOR: ("view",)}

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="keys", verbose_name=_("organisation")
    )
    label = models.CharField(
        _("label"), max_length=80, help_text=_("What it is for: “nightly mirror”, say.")
    )
    prefix = models.CharField(_("prefix"), max_length=PREFIX, unique=True, editable=False)
    digest = models.CharField(_("digest"), max_length=64, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=8, choices=Scope),
        default=reading_alone,
        verbose_name=_("scopes"),
    )
    clearance = models.CharField(
        _("clearance"),
        max_length=16,
        choices=[(marking.value, marking.label) for marking in CLEARANCES],
        default=Marking.GREEN,
        help_text=_("The highest marking it reads, where the organisation allows it. Never RED."),
    )
    expires_at = models.DateTimeField(_("expires"), default=expiry)
    networks = ArrayField(
        NetworkField(),
        default=list,
        blank=True,
        verbose_name=_("networks"),
        help_text=_("It works from these addresses alone. Empty: from anywhere."),
    )
    rate = models.PositiveIntegerField(
        _("requests a minute"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(6000)],
    )
    burst = models.PositiveIntegerField(
        _("requests at once"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(6000)],
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    made_by = signature(_("made by"))
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)
    approved_by = signature(_("approved by"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    revoked_by = signature(_("revoked by"), null=True, blank=True)
    revoked_reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    objects = KeyQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__name", "label", "id"]
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values) & Q(scopes__len__gt=0),
                name="key_scopes_are_known",
                violation_error_message=_("Choose scopes: read, names, propose."),
            ),
            models.CheckConstraint(
                condition=~Q(scopes__contains=[Scope.NAMES]) | Q(scopes__contains=[Scope.READ]),
                name="key_names_only_with_read",
                violation_error_message=_("Only who reads records finds names: add “read”."),
            ),
            models.CheckConstraint(
                condition=Q(clearance__in=CLEARANCES),
                name="key_clearance_is_never_red",
                violation_error_message=_(
                    "A key is cleared up to TLP:AMBER+STRICT: RED names persons, and it is none."
                ),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at"))
                & Q(expires_at__lte=F("made_at") + LONGEST),
                name="key_expires_within_a_year",
                violation_error_message=_("A key expires later than today and within 365 days."),
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | (
                    Q(approved_at__isnull=False, approved_by__isnull=False)
                    & ~Q(approved_by=F("made_by"))
                ),
                name="key_approved_by_another",
                violation_error_message=_(
                    "A key is approved by another administrator than the one who made it."
                ),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None, revoked_reason="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_reason="")),
                name="key_revoked_with_reason",
                violation_error_message=_("Say why the key is revoked."),
            ),
            models.CheckConstraint(
                condition=Q(rate__range=(1, 6000), burst__range=(1, 6000)),
                name="key_rate_is_bounded",
                violation_error_message=_("From 1 to 6,000 requests a minute, and at once."),
            ),
        ]
        triggers = [ONLY_NARROWS]

    def __str__(self):
        return f"{self.label} (msl_{self.prefix}_…)"

    def is_secret(self, secret):
        """In the time it takes for any other."""
        return hmac.compare_digest(self.digest, digest_of(self.prefix, secret))

    def works_at(self, moment, address):
        """Whether it opens anything at that moment for a client at that address, if known."""
        return (
            self.approved_at is not None
            and self.revoked_at is None
            and self.expires_at > moment
            and self.organisation.is_active
            and (not self.networks or lies_in(address, self.networks))
        )

    def widened_by(self, values):
        """Names of those fields that would reach further than the key does now."""
        before, named = type(self).objects.get(pk=self.pk), self._meta.get_field
        ranks = [choice for choice, _label in named("clearance").choices]
        wider = {
            "scopes": lambda new, old: not set(new) <= set(old),
            "clearance": lambda new, old: ranks.index(new) > ranks.index(old),
            "networks": lambda new, old: not within(new, old),
            **dict.fromkeys(("expires_at", "rate", "burst"), lambda new, old: new > old),
        }
        return [
            name
            for name, is_wider in wider.items()
            if name in values and is_wider(values[name], getattr(before, name))
        ]
