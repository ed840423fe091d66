import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from militias.models.group import Group
from records.dates import POINT_PRECISIONS, dated_constraint, order_constraint
from records.models import Assertion, RecordQuerySet, at_least, citation_of


class RelationKind(models.TextChoices):
    """Read as a sentence: `from_group` is a ... `to_group`."""

    FACADE_OF = "facade_of", _("facade of")
    BRIGADE_OF = "brigade_of", _("brigade of")
    MEMBER_OF = "member_of", _("member of")
    PART_OF = "part_of", _("part of")
    ORGAN_OF = "organ_of", _("organ of")
    SPLINTER_OF = "splinter_of", _("splinter of")
    COMMANDS = "commands", _("commands")
    SPONSORS = "sponsors", _("sponsors")
    COORDINATES_WITH = "coordinates_with", _("coordinates with")


class RelationQuerySet(RecordQuerySet):
    def in_force_on(self, day):
        """Relations that held on `day`. An unknown beginning or end does not exclude."""
        return self.filter(
            Q(since__isnull=True) | Q(since__lte=day), Q(until__isnull=True) | Q(until__gte=day)
        )

    def held_with(self, confidence):
        """Relations asserted at least this surely."""
        return self.filter(confidence__in=at_least(confidence))


@pghistory.track()
class Relation(Assertion):
    """A dated, graded, sourced statement about two groups. It never merges them."""

    kind = models.CharField(_("kind"), max_length=20, choices=RelationKind)
    from_group = models.ForeignKey(
        Group, models.PROTECT, related_name="relations", verbose_name=_("from group")
    )
    to_group = models.ForeignKey(
        Group, models.PROTECT, related_name="relations_to", verbose_name=_("to group")
    )
    since = models.DateField(_("since"), null=True, blank=True)
    since_precision = models.CharField(
        _("precision"), max_length=5, choices=POINT_PRECISIONS, blank=True
    )
    until = models.DateField(_("until"), null=True, blank=True)
    until_precision = models.CharField(
        _("precision"), max_length=5, choices=POINT_PRECISIONS, blank=True
    )

    objects = RelationQuerySet.as_manager()

    class Meta(Assertion.Meta):
        ordering = ["from_group__name", "kind", "id"]
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            *Assertion.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=RelationKind.values),
                name="relation_kind_is_known",
                violation_error_message=_("Choose one of the listed kinds of relation."),
            ),
            models.CheckConstraint(
                condition=~Q(from_group=F("to_group")),
                name="relation_between_two_groups",
                violation_error_message=_("A group has no relation to itself."),
            ),
            dated_constraint("since"),
            dated_constraint("until"),
            order_constraint("since", "until"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.get_confidence_display()})"


RelationCitation = citation_of(Relation)
