import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from records.models import Record, RecordQuerySet, citation_of
from records.names import Named, NamedQuerySet, names_of


class PlaceKind(models.TextChoices):
    COUNTRY = "country", _("Country")
    GOVERNORATE = "governorate", _("Governorate")
    DISTRICT = "district", _("District")
    CITY = "city", _("City")
    TOWN = "town", _("Town")
    VILLAGE = "village", _("Village")
    RURAL_AREA = "rural_area", _("Rural area")
    RESIDENTIAL = "residential", _("Residential area")
    PUBLIC_SQUARE = "public_square", _("Public square")
    ROAD = "road", _("Road")
    MILITARY_BASE = "military_base", _("Military base")
    AIRPORT_AND_BASE = "airport_and_base", _("Airport and base")
    DIPLOMATIC = "diplomatic", _("Diplomatic mission")
    GOVERNMENT = "government", _("Government building")
    INDUSTRIAL = "industrial", _("Industrial site")
    BORDER = "border", _("Border crossing")
    OTHER = "other", _("Other")


class PlaceQuerySet(NamedQuerySet, RecordQuerySet):
    def governorates(self):
        return self.filter(kind=PlaceKind.GOVERNORATE)

    def within(self, governorate):
        """The governorate itself and the places in it."""
        return self.filter(Q(pk=governorate.pk) | Q(governorate=governorate))

    def may_lie_in(self, area):
        """Places whose point, within its radius, may lie in an Area."""
        return self.alias(apart_m=area.apart_m()).filter(area.may_hold())


def governorate_of(path=""):
    """The id of the governorate a place lies in, or is, as an expression on `path`."""
    return Coalesce(
        f"{path}governorate_id",
        models.Case(
            models.When(**{f"{path}kind": PlaceKind.GOVERNORATE}, then=f"{path}id"), default=None
        ),
    )


def with_place(rows, path="place"):
    """`rows` with a place and its governorate joined on, without their outlines.

    An outline is some hundred kilobytes, and a list would fetch it once for each row.
    """
    return rows.select_related(f"{path}__governorate").defer(
        f"{path}__outline", f"{path}__governorate__outline"
    )


def with_governorate(places):
    """The same of rows of places themselves."""
    return places.select_related("governorate").defer("outline", "governorate__outline")


@pghistory.track(exclude=["normalised", "skeleton"])
class Place(Named, Record):
    """A governorate, or a site within one, or a place abroad."""

    kind = models.CharField(_("kind"), max_length=20, choices=PlaceKind)
    governorate = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sites",
        limit_choices_to={"kind": PlaceKind.GOVERNORATE},
        verbose_name=_("governorate"),
    )
    district = models.CharField(_("district"), max_length=100, blank=True)
    country = models.CharField(
        _("country"), max_length=2, default="IQ", help_text=_("ISO 3166-1 alpha-2, such as IQ.")
    )
    iso_code = models.CharField(
        _("ISO 3166-2 code"), max_length=6, unique=True, null=True, blank=True
    )
    ocha_pcode = models.CharField(_("OCHA p-code"), max_length=10, blank=True)
    ocha_pcode_verified = models.BooleanField(_("p-code verified"), default=False)
    seat = models.CharField(_("seat of the governorate"), max_length=100, blank=True)
    region = models.CharField(_("region"), max_length=20, blank=True)
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    point_radius_m = models.PositiveIntegerField(
        _("radius of uncertainty, metres"), null=True, blank=True
    )
    point_source = models.CharField(_("origin of the point"), max_length=30, blank=True)
    outline = models.JSONField(
        _("outline"), null=True, blank=True, help_text=_("GeoJSON Polygon or MultiPolygon.")
    )

    objects = PlaceQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["name", "id"]
        verbose_name = _("place")
        verbose_name_plural = _("places")
        indexes = Named.Meta.indexes
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=PlaceKind.values),
                name="place_kind_is_known",
                violation_error_message=_("Choose one of the listed kinds of place."),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[PlaceKind.GOVERNORATE, PlaceKind.COUNTRY])
                | Q(governorate__isnull=True),
                name="place_governorate_is_in_none",
                violation_error_message=_("A governorate or country lies in no governorate."),
            ),
            models.CheckConstraint(
                condition=Q(iso_code__isnull=True) | Q(kind=PlaceKind.GOVERNORATE),
                name="place_iso_code_only_for_governorate",
                violation_error_message=_("Only a governorate has an ISO 3166-2 code."),
            ),
            models.CheckConstraint(
                condition=Q(
                    latitude__isnull=True, longitude__isnull=True, point_radius_m__isnull=True
                )
                | Q(latitude__isnull=False, longitude__isnull=False, point_radius_m__isnull=False),
                name="place_point_is_whole",
                violation_error_message=_(
                    "A point needs latitude, longitude and the radius within which it is right."
                ),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="place_point_is_on_earth",
                violation_error_message=_(
                    "Latitude lies between -90 and 90, longitude between -180 and 180 degrees."
                ),
            ),
        ]


PlaceName = names_of(Place)
PlaceCitation = citation_of(Place)
