import pghistory
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from incidents.models.merged_into import MERGED_INTO_THE_LAST
from incidents.models.place import Place
from records.dates import describe, precision_field, span_constraint
from records.models import (
    PART_AUDIENCE,
    Part,
    Record,
    RecordQuerySet,
    ReviewStatus,
    citation_of,
)


class IncidentKind(models.TextChoices):
    ROCKET_ATTACK = "rocket_attack", _("Rocket attack")
    DRONE_ATTACK = "drone_attack", _("Drone attack")
    MISSILE_ATTACK = "missile_attack", _("Missile attack")
    MORTAR_ATTACK = "mortar_attack", _("Mortar attack")
    ROADSIDE_BOMB = "roadside_bomb", _("Roadside bomb")
    BOMBING = "bombing", _("Other bombing")
    ASSASSINATION = "assassination", _("Assassination")
    SHOOTING = "shooting", _("Shooting")
    MASS_SHOOTING = "mass_shooting", _("Mass shooting")
    ABDUCTION = "abduction", _("Abduction")
    ABDUCTION_AND_KILLING = "abduction_and_killing", _("Abduction and killing")
    AMBUSH = "ambush", _("Ambush")
    STORMING = "storming", _("Storming of premises")
    ARSON = "arson", _("Arson")
    OTHER = "other", _("Other")


class IncidentOutcome(models.TextChoices):
    COMPLETED = "completed", _("Completed")
    ATTEMPTED = "attempted", _("Attempted")
    INTERCEPTED = "intercepted", _("Intercepted")
    FOILED = "foiled", _("Foiled")


class Weapon(models.TextChoices):
    ROCKET_107 = "rocket_107", _("Rocket, 107 mm")
    ROCKET_107_OR_UNSTATED = "rocket_107_or_unstated", _("Katyusha, 107 mm or not stated")
    ROCKET_122 = "rocket_122", _("Rocket, 122 mm")
    ROCKET_122_OR_UNSTATED = "rocket_122_or_unstated", _("Rocket, 122 mm or not stated")
    ROCKET = "rocket", _("Rocket, calibre not stated")
    ONE_WAY_DRONE = "one_way_drone", _("One-way attack drone")
    MISSILE = "missile", _("Missile")
    MORTAR = "mortar", _("Mortar")
    IED = "ied", _("Improvised explosive device")
    SMALL_ARMS = "small_arms", _("Small arms")
    SMALL_ARMS_AND_FIRE = "small_arms_and_fire", _("Small arms and arson")
    ARSON_AND_CROWD = "arson_and_crowd", _("Crowd and arson")
    ARMED_ABDUCTION = "armed_abduction", _("Armed abduction")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class TargetKind(models.TextChoices):
    COALITION_OR_IRAQI_BASE = "coalition_or_iraqi_base", _("Coalition or Iraqi base")
    DIPLOMATIC = "diplomatic", _("Diplomatic mission")
    SUPPLY_CONVOY = "supply_convoy", _("Supply convoy")
    CIVIL_AIRPORT = "civil_airport", _("Civil airport")
    GOVERNMENT = "government", _("Government")
    COMMERCIAL = "commercial", _("Business")
    JOURNALIST = "journalist", _("Journalist")
    CIVILIAN_ACTIVIST = "civilian_activist", _("Activist")
    CIVILIAN_ANALYST = "civilian_analyst", _("Analyst or scholar")
    CIVILIANS = "civilians", _("Civilians")
    SECURITY_FORCES = "security_forces", _("Security forces")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


def origin_part():
    """The identifier in the data set, of an identifier of origin that an import gave.

    An import writes `ucdp:300380@` and its own reference, so that the column is unique
    and yet no refusal tells that a hidden record has the same row.
    """
    return Func(
        F("origin_id"), Value("@"), Value(1), function="split_part", output_field=models.TextField()
    )


class IncidentQuerySet(RecordQuerySet):
    def since(self, day):
        """Incidents that may have happened on or after `day`."""
        return self.filter(occurred_to__gte=day)

    def until(self, day):
        """Incidents that may have happened on or before `day`."""
        return self.filter(occurred_from__lte=day)

    def begun_by(self, day):
        """Incidents that had certainly begun by the end of `day`.

        A span of days has begun on its first; of any other precision only the last
        possible day is sure.
        """
        return self.filter(
            Q(occurred_to__lte=day) | Q(occurred_precision="span", occurred_from__lte=day)
        )

    def from_origins(self, origins):
        """Incidents that some import made from these rows of data sets: `ucdp:300380`."""
        return self.annotate(origin=origin_part()).filter(origin__in=origins)

    def in_governorate(self, governorate):
        return self.filter(place__in=Place.objects.visible_to(self.viewer).within(governorate))

    def may_lie_in(self, area):
        """Incidents whose place may lie in an Area."""
        return self.filter(place__in=Place.objects.visible_to(self.viewer).may_lie_in(area))


@pghistory.track()
class Incident(Record):
    """One attack: one kind, one place, one span of time."""

    title = models.CharField(_("title"), max_length=200)
    title_ar = models.CharField(_("Arabic title"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=25, choices=IncidentKind)
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=IncidentOutcome, default=IncidentOutcome.COMPLETED
    )
    occurred_from = models.DateField(_("first possible day"))
    occurred_to = models.DateField(_("last possible day"))
    occurred_precision = precision_field(verbose_name=_("precision"), default="day")
    time_from = models.TimeField(_("local time, from"), null=True, blank=True)
    time_to = models.TimeField(_("local time, to"), null=True, blank=True)
    time_stated = models.CharField(
        _("local time as stated"), max_length=60, blank=True, help_text=_("Such as “before dawn”.")
    )
    timezone = models.CharField(_("time zone"), max_length=40, default="Asia/Baghdad")
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="incidents", verbose_name=_("place")
    )
    weapon = models.CharField(_("weapon"), max_length=25, choices=Weapon, default=Weapon.UNKNOWN)
    weapons_low = models.PositiveIntegerField(_("number of weapons, low"), null=True, blank=True)
    weapons_high = models.PositiveIntegerField(_("number of weapons, high"), null=True, blank=True)
    weapons_note = models.CharField(_("note on weapons"), max_length=200, blank=True)
    target_kind = models.CharField(
        _("target kind"), max_length=25, choices=TargetKind, default=TargetKind.UNKNOWN
    )
    target_name = models.CharField(_("target"), max_length=200, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    summary_ar = models.TextField(_("Arabic summary"), blank=True)
    series = models.CharField(
        _("series"), max_length=100, blank=True, help_text=_("The campaign or wave it belongs to.")
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
        help_text=_("The incident that it turned out to be. Both were one attack."),
    )

    objects = IncidentQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["-occurred_from", "-id"]
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        indexes = [
            models.Index(F("occurred_from").desc(), F("id").desc(), name="incident_newest_first"),
            models.Index(fields=["occurred_to"], name="incident_occurred_to"),
            models.Index(origin_part(), name="incident_origin"),
        ]
        constraints = [
            *Record.Meta.constraints,
            span_constraint("occurred"),
            models.CheckConstraint(
                condition=Q(kind__in=IncidentKind.values)
                & Q(outcome__in=IncidentOutcome.values)
                & Q(weapon__in=Weapon.values)
                & Q(target_kind__in=TargetKind.values),
                name="incident_kinds_are_known",
                violation_error_message=_(
                    "Kind, outcome, weapon and target kind come from their lists."
                ),
            ),
            models.CheckConstraint(
                condition=Q(weapons_low__isnull=True)
                | Q(weapons_high__isnull=True)
                | Q(weapons_low__lte=F("weapons_high")),
                name="incident_weapons_low_to_high",
                violation_error_message=_("The low number of weapons is above the high one."),
            ),
            models.CheckConstraint(
                condition=Q(time_to__isnull=True) | Q(time_from__isnull=False),
                name="incident_time_has_beginning",
                violation_error_message=_("A closing time needs an opening time."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(review_status=ReviewStatus.WITHDRAWN),
                name="incident_merged_is_withdrawn",
                violation_error_message=_(
                    "An incident that was merged into another is withdrawn: undo the merge first."
                ),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="incident_not_merged_into_itself",
                violation_error_message=_("An incident is not merged into itself."),
            ),
        ]
        triggers = [*Record.Meta.triggers, MERGED_INTO_THE_LAST]

    def __str__(self):
        return self.title

    @property
    def occurred_on(self):
        return describe(self.occurred_from, self.occurred_to, self.occurred_precision)


class PlaceRole(models.TextChoices):
    LAUNCH = "launch", _("Launched from")
    IMPACT = "impact", _("Also hit")
    FOUND = "found", _("Weapons found")


@pghistory.track()
class IncidentPlace(Part):
    """A further place of an incident. The place that was attacked is on the incident."""

    KEY = ("incident", "place", "role")

    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="further_places", verbose_name=_("incident")
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("place"))
    role = models.CharField(_("role"), max_length=10, choices=PlaceRole)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(Part.Meta):
        ordering = ["id"]
        verbose_name = _("further place")
        verbose_name_plural = _("further places")
        constraints = [
            *Part.Meta.constraints,
            models.UniqueConstraint(
                fields=["incident", "place", "role", *PART_AUDIENCE],
                name="incidentplace_once_per_role",
                violation_error_message=_("This place already has this role here."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=PlaceRole.values),
                name="incidentplace_role_is_known",
                violation_error_message=_("Choose one of the listed roles."),
            ),
        ]

    def __str__(self):
        return self.get_role_display()


IncidentCitation = citation_of(Incident)
