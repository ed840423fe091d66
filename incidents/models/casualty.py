import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident
from incidents.models.response import Response
from records.models import Assertion, citation_of


class CasualtyStatus(models.TextChoices):
    KILLED = "killed", _("Killed")
    DIED_INDIRECTLY = "died_indirectly", _("Died indirectly")
    WOUNDED = "wounded", _("Wounded")
    MISSING = "missing", _("Missing")


class Side(models.TextChoices):
    CIVILIANS = "civilians", _("Civilians")
    COALITION = "coalition", _("Coalition")
    IRAQI_FORCES = "iraqi_forces", _("Iraqi forces")
    OTHER_FORCES = "other_forces", _("Other foreign forces")
    MILITIAS = "militias", _("Militias")
    UNKNOWN = "unknown", _("Not known")


class CasualtyCategory(models.TextChoices):
    CIVILIAN = "civilian", _("Civilian")
    CIVILIAN_WOMAN = "civilian_woman", _("Civilian, woman")
    CIVILIAN_CHILD = "civilian_child", _("Civilian, child")
    CIVILIAN_PROTESTER = "civilian_protester", _("Protester")
    CIVILIAN_ACTIVIST = "civilian_activist", _("Activist")
    CIVILIAN_ANALYST = "civilian_analyst", _("Analyst or scholar")
    CIVILIAN_CONTRACTOR = "civilian_contractor", _("Civilian contractor")
    JOURNALIST = "journalist", _("Journalist")
    EMBASSY_STAFF = "embassy_staff", _("Embassy staff")
    COALITION_MILITARY = "coalition_military", _("Coalition military")
    COALITION_MIXED = "coalition_mixed", _("Coalition, military and civilian")
    IRAQI_SECURITY_FORCES = "iraqi_security_forces", _("Iraqi security forces")
    FOREIGN_MILITARY = "foreign_military", _("Other foreign military")
    MILITIA_MEMBER = "militia_member", _("Militia member")
    NAMED_COMMANDER = "named_commander", _("Commander")
    UNSPECIFIED = "unspecified", _("Not specified")

    @property
    def side(self):
        return _SIDES.get(self, Side.CIVILIANS)


_SIDES = {
    CasualtyCategory.COALITION_MILITARY: Side.COALITION,
    CasualtyCategory.COALITION_MIXED: Side.COALITION,
    CasualtyCategory.IRAQI_SECURITY_FORCES: Side.IRAQI_FORCES,
    CasualtyCategory.FOREIGN_MILITARY: Side.OTHER_FORCES,
    CasualtyCategory.MILITIA_MEMBER: Side.MILITIAS,
    CasualtyCategory.NAMED_COMMANDER: Side.MILITIAS,
    CasualtyCategory.UNSPECIFIED: Side.UNKNOWN,
}


@pghistory.track()
class CasualtyFigure(Assertion):
    """How many people, low to high, of one category met one fate. Unknown is NULL, not 0."""

    incident = models.ForeignKey(
        Incident,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="casualties",
        verbose_name=_("incident"),
    )
    response = models.ForeignKey(
        Response,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="casualties",
        verbose_name=_("response"),
    )
    status = models.CharField(_("fate"), max_length=15, choices=CasualtyStatus)
    category = models.CharField(
        _("category"),
        max_length=25,
        choices=CasualtyCategory,
        default=CasualtyCategory.UNSPECIFIED,
    )
    nationality = models.CharField(
        _("nationality"), max_length=2, blank=True, help_text=_("ISO 3166-1 alpha-2, such as IQ.")
    )
    low = models.PositiveIntegerField(_("low"), null=True, blank=True)
    high = models.PositiveIntegerField(_("high"), null=True, blank=True)

    class Meta(Assertion.Meta):
        ordering = ["id"]
        verbose_name = _("casualty figure")
        verbose_name_plural = _("casualty figures")
        constraints = [
            *Assertion.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=CasualtyStatus.values)
                & Q(category__in=CasualtyCategory.values),
                name="casualtyfigure_kinds_are_known",
                violation_error_message=_("Fate and category come from their lists."),
            ),
            models.CheckConstraint(
                condition=Q(incident__isnull=False, response__isnull=True)
                | Q(incident__isnull=True, response__isnull=False),
                name="casualtyfigure_of_incident_or_response",
                violation_error_message=_("A figure belongs to one incident or to one response."),
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")),
                name="casualtyfigure_low_to_high",
                violation_error_message=_("The low figure is above the high one."),
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=False) | Q(high__isnull=False),
                name="casualtyfigure_has_a_number",
                violation_error_message=_(
                    "Give a low or a high figure. If nobody knows, leave the whole figure out."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.get_status_display()}: {self.low}–{self.high}"

    @property
    def side(self):
        return CasualtyCategory(self.category).side


CasualtyFigureCitation = citation_of(CasualtyFigure)
