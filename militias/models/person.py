import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from militias.models.group import Group
from records.dates import POINT_PRECISIONS, dated_constraint, order_constraint
from records.models import PART_AUDIENCE, Part, Record, RecordQuerySet, citation_of
from records.names import Named, NamedQuerySet, names_of


class PersonQuerySet(NamedQuerySet, RecordQuerySet):
    pass


@pghistory.track(exclude=["normalised", "skeleton"])
class Person(Named, Record):
    """A public figure. Suspects are never persons: they are known by a code alone."""

    public_role = models.CharField(_("public role"), max_length=200, blank=True)
    died_on = models.DateField(_("died on"), null=True, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["name", "id"]
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        indexes = Named.Meta.indexes


@pghistory.track()
class Affiliation(Part):
    """A public figure belongs to a group, whatever the post."""

    KEY = ("person", "group")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="affiliations", verbose_name=_("person")
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="affiliated",
        verbose_name=pgettext_lazy("armed", "group"),
    )

    class Meta(Part.Meta):
        ordering = ["id"]
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            *Part.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "group", *PART_AUDIENCE],
                name="affiliation_once",
                violation_error_message=_("This affiliation is already recorded."),
            ),
        ]

    def __str__(self):
        return str(self.group_id)


@pghistory.track()
class Position(Part):
    """A post a public figure held in a group, between two days as far as they are known."""

    KEY = ("person", "group", "title")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="positions", verbose_name=_("person")
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="positions",
        verbose_name=pgettext_lazy("armed", "group"),
    )
    title = models.CharField(pgettext_lazy("post", "title"), max_length=200)
    since = models.DateField(_("since"), null=True, blank=True)
    since_precision = models.CharField(
        _("precision"), max_length=5, choices=POINT_PRECISIONS, blank=True
    )
    until = models.DateField(_("until"), null=True, blank=True)
    until_precision = models.CharField(
        _("precision"), max_length=5, choices=POINT_PRECISIONS, blank=True
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(Part.Meta):
        ordering = ["since", "id"]
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [
            *Part.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "group", "title", "since", *PART_AUDIENCE],
                name="position_once",
                nulls_distinct=False,
                violation_error_message=_("This position is already recorded."),
            ),
            dated_constraint("since"),
            dated_constraint("until"),
            order_constraint("since", "until"),
        ]

    def __str__(self):
        return self.title


PersonName = names_of(Person)
PersonCitation = citation_of(Person)
