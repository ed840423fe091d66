import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from militias.models.group import Group
from records.models import Assertion, citation_of


class Decision(models.TextChoices):
    UNDECIDED = "undecided", _("Not decided")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


@pghistory.track()
class CandidateLink(Assertion):
    """A name one source gives to a group and that is also, or like, another group's.

    It proposes; a person decides. Whatever is decided, the two groups stay two: an
    accepted link leads somebody to enter a Relation with its own sources.
    """

    name = models.CharField(_("name as written"), max_length=200)
    given_to = models.ForeignKey(
        Group, models.PROTECT, related_name="names_in_question", verbose_name=_("given to")
    )
    may_be = models.ForeignKey(
        Group, models.PROTECT, related_name="possible_names", verbose_name=_("may be")
    )
    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision, default=Decision.UNDECIDED
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decision_reason = models.TextField(_("reason for the decision"), blank=True)

    class Meta(Assertion.Meta):
        ordering = ["name", "id"]
        verbose_name = _("candidate link")
        verbose_name_plural = _("candidate links")
        constraints = [
            *Assertion.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(given_to=F("may_be")),
                name="candidatelink_between_two_groups",
                violation_error_message=_("The name is already this group's: there is no doubt."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(decision=Decision.UNDECIDED, decided_on__isnull=True)
                    | (
                        Q(decision__in=[Decision.ACCEPTED, Decision.REJECTED])
                        & Q(decided_on__isnull=False)
                        & ~Q(decision_reason="")
                    )
                ),
                name="candidatelink_decided_with_day_and_reason",
                violation_error_message=_("A decision needs its day and its reason."),
            ),
        ]

    def __str__(self):
        return self.name


CandidateLinkCitation = citation_of(CandidateLink)
