import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from incidents.models.incident import Incident
from militias.models import Group
from records.models import Assertion, RecordQuerySet, at_least, citation_of


def made_by(day):
    """Condition: the statement was made by `day`, or nobody says when it was."""
    return Q(asserted_to__isnull=True) | Q(asserted_to__lte=day)


class ClaimQuerySet(RecordQuerySet):
    def naming_group(self, group):
        """Claims by this group, given as a row or its key."""
        return self.filter(group=group)

    def made_by(self, day):
        return self.filter(made_by(day))

    def held_with(self, confidence):
        """Claims at least this surely made by the group that is named."""
        return self.filter(confidence__in=at_least(confidence))


@pghistory.track()
class Claim(Assertion):
    """A group says that it did it. Says nothing about truth.

    Confidence is how sure it is that the group made the claim, not that it did the deed.
    """

    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="claims", verbose_name=_("incident")
    )
    group = models.ForeignKey(
        Group, models.PROTECT, related_name="claims", verbose_name=pgettext_lazy("armed", "group")
    )
    channel = models.CharField(_("channel"), max_length=100, blank=True)
    statement_text = models.TextField(_("text of the statement"), blank=True)
    address = models.URLField(_("address"), max_length=600, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta(Assertion.Meta):
        ordering = [F("asserted_from").asc(nulls_last=True), "id"]
        verbose_name = _("claim")
        verbose_name_plural = _("claims")

    def __str__(self):
        return self.channel or str(_("claim"))


ClaimCitation = citation_of(Claim)
