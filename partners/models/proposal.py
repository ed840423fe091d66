import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from incidents.models import Incident
from records.models import Organisation, User


class ProposalQuerySet(models.QuerySet):
    def references(self):
        """The references of the records made by these proposals, as a subquery."""
        member = Func(F("members"), function="unnest", output_field=models.CharField())
        return self.annotate(member=member).values("member")


@pghistory.track()
class Proposal(models.Model):
    """One incident that somebody proposed over the API, and what was made with it.

    Who proposed it reads these records while they are drafts, and no other draft. A row is
    also the memory of the request that made it, so that to send it again makes nothing.
    """

    incident = models.OneToOneField(
        Incident, models.PROTECT, related_name="proposal", verbose_name=_("incident")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    person = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("user", "person"),
    )
    key_prefix = models.CharField(_("prefix of the key"), max_length=20, blank=True)
    members = ArrayField(
        models.CharField(max_length=14), verbose_name=_("references of what was made")
    )
    idempotency_key = models.CharField(max_length=255, blank=True)
    digest = models.CharField(_("SHA-256 of the body"), max_length=64)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    objects = ProposalQuerySet.as_manager()

    # Proposals of persons are read by that person; those of keys, by keys of the organisation.
    WALL = (
        "organisation_id = (SELECT viewer_organisation()) "
        "AND person_id IS NOT DISTINCT FROM (SELECT viewer_person())"
    )
    WEB_RIGHTS = "SELECT, INSERT, UPDATE"

    class Meta:
        ordering = ["-sent_at", "-id"]
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, key_prefix="")
                | Q(person__isnull=True) & ~Q(key_prefix=""),
                name="proposal_by_person_or_key",
                violation_error_message=_("A proposal is made by a person or by a key."),
            ),
            models.UniqueConstraint(
                fields=["person", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="proposal_once_by_person",
                violation_error_message=_("This person has used this Idempotency-Key."),
            ),
            models.UniqueConstraint(
                fields=["key_prefix", "idempotency_key"],
                condition=~Q(key_prefix="") & ~Q(idempotency_key=""),
                name="proposal_once_by_key",
                violation_error_message=_("This key has used this Idempotency-Key."),
            ),
        ]

    def __str__(self):
        return f"{self.sent_at:%Y-%m-%d %H:%M}"
