import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.dates import POINT_PRECISIONS, dated_constraint, order_constraint
from records.models import Record, RecordQuerySet, citation_of
from records.names import Named, NamedQuerySet, names_of


class GroupKind(models.TextChoices):
    MILITIA = "militia", _("Militia")
    FACADE = "facade", _("Facade")
    BRIGADE = "brigade", _("Brigade")
    UMBRELLA = "umbrella", _("Umbrella")
    STATE_ORGAN = "state_organ", _("State organ")
    COURT = "court", _("Court")
    STATE = "state", _("State")
    FOREIGN_SPONSOR = "foreign_sponsor", _("Foreign sponsor")
    COALITION = "coalition", _("Coalition")
    ARMED_GROUP = "armed_group", _("Other armed group")
    OTHER = "other", _("Other")


class GroupQuerySet(NamedQuerySet, RecordQuerySet):
    short_names = ("abbreviation",)

    def facades(self):
        return self.filter(kind=GroupKind.FACADE)


@pghistory.track(exclude=["normalised", "skeleton"])
class Group(Named, Record):
    """An armed group, or a state, organ or coalition that acts in this story."""

    abbreviation = models.CharField(_("abbreviation"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=GroupKind)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("ISO 3166-1 alpha-2, such as IQ.")
    )
    description = models.TextField(_("description"), blank=True)
    active_from = models.DateField(_("active from"), null=True, blank=True)
    active_from_precision = models.CharField(
        _("precision"), max_length=5, choices=POINT_PRECISIONS, blank=True
    )
    active_to = models.DateField(_("active to"), null=True, blank=True)
    active_to_precision = models.CharField(
        _("precision"), max_length=5, choices=POINT_PRECISIONS, blank=True
    )

    objects = GroupQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["name", "id"]
        verbose_name = pgettext_lazy("armed", "group")
        verbose_name_plural = pgettext_lazy("armed", "groups")
        indexes = Named.Meta.indexes
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=GroupKind.values),
                name="group_kind_is_known",
                violation_error_message=_("Choose one of the listed kinds of group."),
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex="^[A-Z]{2}$"),
                name="group_country_is_iso",
                violation_error_message=_("A country is two capital letters (ISO 3166-1)."),
            ),
            dated_constraint("active_from"),
            dated_constraint("active_to"),
            order_constraint("active_from", "active_to"),
        ]


GroupName = names_of(Group)
GroupCitation = citation_of(Group)
