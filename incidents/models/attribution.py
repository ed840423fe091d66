import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.models.claim import made_by
from incidents.models.incident import Incident
from militias.models import Group, Person
from records.models import Assertion, Confidence, RecordQuerySet, at_least, citation_of


class Stance(models.TextChoices):
    ATTRIBUTES = "attributes", _("says who did it")
    DENIES = "denies", _("denies that it was")
    CANNOT_SAY = "cannot_say", _("says it does not know who")


class AttributionQuerySet(RecordQuerySet):
    def naming(self):
        """Those that say who did it: denials and confessions of ignorance left out."""
        return self.filter(stance=Stance.ATTRIBUTES)

    def naming_group(self, group):
        """Attributions to this group, given as a row or its key."""
        return self.naming().filter(group=group)

    def made_by(self, day):
        return self.filter(made_by(day))

    def held_with(self, confidence):
        """Attributions asserted at least this surely."""
        return self.filter(confidence__in=at_least(confidence))

    def prevailing_first(self):
        """Highest confidence, then newest: docs/methodology.md#which-attribution-is-shown."""
        return self.order_by(
            models.Case(
                *(
                    models.When(confidence=value, then=place)
                    for place, value in enumerate(Confidence.values)
                ),
                output_field=models.IntegerField(),
            ),
            F("asserted_to").desc(nulls_last=True),
            "id",
        )


@pghistory.track()
class Attribution(Assertion):
    """Somebody other than the claimant says who did it. States are groups of kind state."""

    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="attributions", verbose_name=_("incident")
    )
    stance = models.CharField(_("stance"), max_length=10, choices=Stance, default=Stance.ATTRIBUTES)
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attributions",
        verbose_name=_("group or state"),
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attributions",
        verbose_name=_("public figure"),
    )

    objects = AttributionQuerySet.as_manager()

    class Meta(Assertion.Meta):
        ordering = [F("asserted_from").asc(nulls_last=True), "id"]
        verbose_name = _("attribution")
        verbose_name_plural = _("attributions")
        constraints = [
            *Assertion.Meta.constraints,
            models.CheckConstraint(
                condition=Q(stance__in=Stance.values),
                name="attribution_stance_is_known",
                violation_error_message=_("An attribution names, denies or cannot say."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(stance=Stance.CANNOT_SAY, group__isnull=True, person__isnull=True)
                    | (
                        ~Q(stance=Stance.CANNOT_SAY)
                        & (
                            Q(group__isnull=False, person__isnull=True)
                            | Q(group__isnull=True, person__isnull=False)
                        )
                    )
                ),
                name="attribution_names_one",
                violation_error_message=_(
                    "Name one group, state or person; nobody if the assertor cannot say."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(asserted_by=""),
                name="attribution_has_author",
                violation_error_message=_("Say who attributes the attack."),
            ),
        ]

    def __str__(self):
        return f"{self.asserted_by} {self.get_stance_display()}"


AttributionCitation = citation_of(Attribution)
