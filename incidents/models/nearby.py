"""Which places may lie near a point or in a box, on the globe, without PostGIS.

A point is right within its radius, so a place matches when its circle may touch: near is
"may be near". Distances are great circles on a sphere (haversine), which here errs by
less than half a per cent. The range of latitudes is asked first: a plain comparison, which
an index can answer.
"""

from dataclasses import dataclass

from django.db.models import ExpressionWrapper, F, FloatField, Q, Value
from django.db.models.functions import ASin, Cast, Cos, Greatest, Least, Power, Radians, Sin, Sqrt

EARTH_RADIUS_M = 6_371_008.8  # mean, IUGG
METRES_PER_DEGREE = 111_195.0  # of latitude, on that sphere
USUAL_RADIUS_M = 50_000  # few places are known less closely


@dataclass(frozen=True)
class Area:
    """All within `reach_m` of a box between two meridians and two parallels, in degrees.

    A point with a reach is a box without width. West is never east of east.
    """

    west: float
    south: float
    east: float
    north: float
    reach_m: float = 0.0

    def may_hold(self):
        """Condition on places with the column `apart_m`."""
        spread = (self.reach_m + USUAL_RADIUS_M) / METRES_PER_DEGREE
        latitudes = Q(latitude__gte=self.south - spread, latitude__lte=self.north + spread)
        known_closely = latitudes | Q(point_radius_m__gt=USUAL_RADIUS_M)
        return known_closely & Q(apart_m__lte=F("point_radius_m") + self.reach_m)

    def apart_m(self):
        """Metres between a place's point and the nearest point of the box, as an expression."""
        latitude, longitude = _degrees("latitude"), _degrees("longitude")
        nearest_latitude = _within(latitude, self.south, self.north)
        nearest_longitude = _within(longitude, self.west, self.east)
        chord = _half_sine(latitude - nearest_latitude) + (
            Cos(Radians(latitude))
            * Cos(Radians(nearest_latitude))
            * _half_sine(longitude - nearest_longitude)
        )
        angle = ASin(Sqrt(Least(chord, Value(1.0))))
        return ExpressionWrapper(angle * (2 * EARTH_RADIUS_M), output_field=FloatField())


def _degrees(column):
    return Cast(column, FloatField())


def _within(degrees, low, high):
    return Greatest(Value(low), Least(degrees, Value(high)), output_field=FloatField())


def _half_sine(degrees):
    half = ExpressionWrapper(degrees / 2.0, output_field=FloatField())
    return Power(Sin(Radians(half)), Value(2.0))
