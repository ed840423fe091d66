"""The outlines of Iraq's governorates, to draw a map without a server of tiles.

They are coarse: for drawing, and to propose a governorate for a point. What is counted is
counted by the governorate that a place names. Whose they are: docs/data.md#licences-and-credits.
"""

import itertools
import json
from dataclasses import dataclass
from functools import cache, cached_property
from math import cos, radians

from django.conf import settings
from django.utils.translation import get_language

from incidents.models.nearby import METRES_PER_DEGREE

FILE = settings.BASE_DIR / "static" / "musaala" / "governorates.geojson"


@dataclass(frozen=True)
class Outline:
    """A governorate's border, as closed rings of (longitude, latitude) in degrees."""

    code: str  # ISO 3166-2, as in Place.iso_code
    name: str
    name_ar: str
    rings: tuple[tuple[tuple[float, float], ...], ...]

    def __str__(self):
        return self.name_ar if (get_language() or "").startswith("ar") else self.name

    def holds(self, latitude, longitude):
        crossed = sum(crossings(ring, latitude, longitude) for ring in self.rings)
        return crossed % 2 == 1


@cache
def outlines():
    """All of them, by code. Halabja has none: it is drawn inside Sulaymaniyah."""
    drawn = json.loads(FILE.read_text(encoding="utf-8"))
    return [
        Outline(**feature["properties"], rings=rings_of(feature["geometry"]))
        for feature in drawn["features"]
    ]


def outline_at(latitude, longitude):
    """The Outline that a point lies in, or None. A border may be off by a few kilometres."""
    return next((outline for outline in outlines() if outline.holds(latitude, longitude)), None)


def rings_of(geometry):
    """The rings of a GeoJSON Polygon or MultiPolygon."""
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return tuple(tuple(map(tuple, ring)) for polygon in polygons for ring in polygon)


def crossings(ring, latitude, longitude):
    """How often a line from the point to the east crosses the ring."""
    return sum(
        (south > latitude) != (north > latitude)
        and longitude < west + (latitude - south) * (east - west) / (north - south)
        for (west, south), (east, north) in itertools.pairwise(ring)
    )


@dataclass(frozen=True)
class Projection:
    """From degrees to the pixels of a picture of all outlines, `width` wide.

    Equirectangular, true to scale at the middle latitude: over Iraq that is off by less
    than four per cent. `margin` pixels stay free on each side.
    """

    width: float = 600.0
    margin: float = 4.0

    @cached_property
    def bounds(self):
        """West, south, east and north of all outlines, in degrees."""
        points = [point for outline in outlines() for ring in outline.rings for point in ring]
        longitudes, latitudes = zip(*points, strict=True)
        return min(longitudes), min(latitudes), max(longitudes), max(latitudes)

    @cached_property
    def shrinking(self):
        """How long a degree of longitude is, in degrees of latitude."""
        _west, south, _east, north = self.bounds
        return cos(radians((south + north) / 2))

    @cached_property
    def scale(self):
        """Pixels per degree of latitude."""
        west, _south, east, _north = self.bounds
        return (self.width - 2 * self.margin) / ((east - west) * self.shrinking)

    @cached_property
    def height(self):
        _west, south, _east, north = self.bounds
        return round((north - south) * self.scale + 2 * self.margin, 1)

    @property
    def view_box(self):
        return f"0 0 {self.width:g} {self.height:g}"

    def point(self, latitude, longitude):
        """(x, y) of a point; one abroad may lie outside the picture."""
        west, _south, _east, north = self.bounds
        x = self.margin + (float(longitude) - west) * self.shrinking * self.scale
        y = self.margin + (north - float(latitude)) * self.scale
        return round(x, 1), round(y, 1)

    def length(self, metres):
        """Pixels that so many metres take."""
        return round(metres / METRES_PER_DEGREE * self.scale, 1)

    def path(self, outline):
        """The `d` of an SVG path."""
        return "".join(self._ring(ring) for ring in outline.rings)

    def _ring(self, ring):
        points = (self.point(latitude, longitude) for longitude, latitude in ring[:-1])
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"
