"""What one administrator asks for another person's sign-in, and what a second said to it."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.models.marking import Marking
from records.models.organisation import Organisation
from records.models.signature import signature
from records.web_role import WEB_ROLE

ASKED = [  # what a request can be about: the fields of a sign-in that reach further by it
    "is_active",
    "is_staff",
    "organisation",
    "clearance",
    "roles",
    "may_read_names",
    "new_password",
    "devices_away",
]
SWITCHES = ["is_active", "is_staff", "may_read_names", "new_password", "devices_away"]
COLUMNS = ["organisation_id" if name == "organisation" else name for name in ASKED]


class GrantQuerySet(models.QuerySet):
    def waiting(self):
        """For a second administrator."""
        return self.filter(agreed_at=None, declined_at=None)

    def agreed(self):
        return self.filter(agreed_at__isnull=False)

    def declined(self):
        return self.filter(declined_at__isnull=False)

    def waiting_for(self, person):
        """Those that this administrator may say yes or no to."""
        return self.waiting().exclude(asked_by=person).exclude(person=person)


def _columns(row, names):
    return "(" + ", ".join(f"{row}.{name}" for name in names) + ")"


_SAID = ["id", "person_id", *COLUMNS, "reason", "asked_by_id", "asked_at"]
_END = ["agreed_by_id", "agreed_at", "declined_by_id", "declined_at", "declined_reason"]

# The moment is the transaction's: what was agreed to in it may be done in it, and in no
# other (`agreed_now`).
TWO_ADMINISTRATORS = pgtrigger.Trigger(
    name="two_administrators",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.Before,
    declare=[("mine", f"boolean := current_user = '{WEB_ROLE}'"), ("refused", "text")],
    func=f"""
        IF TG_OP = 'INSERT' THEN
            IF mine AND (
                NEW.asked_by_id IS DISTINCT FROM viewer_person()
                OR NOT keeps_people(NEW.asked_by_id)
                OR NEW.agreed_at IS NOT NULL
                OR NEW.declined_at IS NOT NULL
            ) THEN
                refused := 'Who asks is the administrator who is signed in; another agrees.';
            END IF;
        ELSIF {_columns("NEW", _SAID)} IS DISTINCT FROM {_columns("OLD", _SAID)} THEN
            refused := 'What was asked for does not change: take it back and ask anew.';
        ELSIF OLD.agreed_at IS NOT NULL OR OLD.declined_at IS NOT NULL THEN
            IF {_columns("NEW", _END)} IS DISTINCT FROM {_columns("OLD", _END)} THEN
                refused := 'What was agreed to or declined stays so.';
            END IF;
        ELSIF mine AND NEW.agreed_by_id IS NOT NULL THEN
            NEW.agreed_at := transaction_timestamp();
            IF NEW.agreed_by_id IS DISTINCT FROM viewer_person()
                OR NOT keeps_people(NEW.agreed_by_id)
                OR NOT keeps_people(NEW.asked_by_id)
            THEN
                refused := 'Two administrators give a right: who asked, and who is signed in.';
            END IF;
        ELSIF mine AND NEW.declined_by_id IS DISTINCT FROM viewer_person() THEN
            refused := 'Who declines is who is signed in.';
        END IF;
        IF refused IS NOT NULL THEN
            RAISE insufficient_privilege USING MESSAGE = refused;
        END IF;
        RETURN NEW;
    """,
)


@pghistory.track()
class Grant(models.Model):
    """What widens a sign-in, or lets somebody take it over. Two administrators do that.

    Each field of `ASKED` that is set is asked for; the others stay as they are. What it
    is held by in the database: records/models/second_administrator.py. Why:
    docs/adr/0041-two-administrators.md.
    """

    WEB_RIGHTS = "SELECT, INSERT, UPDATE"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="grants",
        verbose_name=pgettext_lazy("user", "person"),
    )
    is_active = models.BooleanField(_("active"), default=False)
    is_staff = models.BooleanField(_("may open these pages"), default=False)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    clearance = models.CharField(
        _("clearance"), max_length=16, choices=Marking, blank=True, default=""
    )
    roles = ArrayField(
        models.IntegerField(), default=list, blank=True, verbose_name=_("roles")
    )  # keys of groups
    may_read_names = models.BooleanField(_("may read names of suspects"), default=False)
    new_password = models.BooleanField(_("a new password"), default=False)
    devices_away = models.BooleanField(
        _("authenticator and recovery codes taken away"), default=False
    )
    reason = models.CharField(_("reason"), max_length=200)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    asked_by = signature(_("asked by"))
    agreed_at = models.DateTimeField(_("agreed"), null=True, blank=True, editable=False)
    agreed_by = signature(_("agreed by"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True, editable=False)
    declined_by = signature(_("declined by"), null=True, blank=True)
    declined_reason = models.CharField(
        _("reason for declining"), max_length=200, blank=True, editable=False
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("request for a sign-in")
        verbose_name_plural = _("requests for sign-ins")
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(*[(name, True) for name in SWITCHES], _connector=Q.OR)
                | Q(organisation__isnull=False)
                | ~Q(clearance="")
                | Q(roles__len__gt=0),
                name="grant_asks_for_something",
                violation_error_message=_("Say what is asked for."),
            ),
            models.CheckConstraint(
                condition=Q(clearance__in=["", *Marking.values]),
                name="grant_clearance_is_tlp",
                violation_error_message=_("The clearance is one of the five TLP 2.0 labels."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="grant_has_a_reason",
                violation_error_message=_("Give the reason: another administrator reads it."),
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("person")),
                name="grant_for_another",
                violation_error_message=_("Nobody asks for rights of his own."),
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None, agreed_by=None)
                | (
                    Q(agreed_at__isnull=False, agreed_by__isnull=False)
                    & ~Q(agreed_by=F("asked_by"))
                    & ~Q(agreed_by=F("person"))
                ),
                name="grant_agreed_by_another",
                violation_error_message=_(
                    "Another administrator agrees than the one who asked and the one it concerns."
                ),
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None, declined_by=None, declined_reason="")
                | (
                    Q(declined_at__isnull=False, declined_by__isnull=False, agreed_at=None)
                    & ~Q(declined_reason="")
                ),
                name="grant_declined_with_reason",
                violation_error_message=_("Say why it is declined."),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(agreed_at=None, declined_at=None),
                name="grant_one_waits_per_person",
                violation_error_message=_("Something is asked for this person already."),
            ),
        ]
        triggers = [TWO_ADMINISTRATORS]

    def __str__(self):
        return f"{self.person_id}, {self.asked_at:%Y-%m-%d %H:%M}"
