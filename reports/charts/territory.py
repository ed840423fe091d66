"""Maps of Iraq: attacks by governorate, as shades, and by site, as circles. North is up in any
language: a map is not mirrored."""

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from incidents.outlines import Projection, outlines
from reports.charts.sides import Sides, shortened

PROJECTION = Projection(width=460)
SHADES = 5
LARGEST = 26  # radius of the circle with most attacks


@dataclass(frozen=True)
class Area:
    """A governorate. `label_x` and `label_y` are inside it."""

    path: str
    label: str
    count: int
    shade: int
    address: str
    x: float
    y: float


@dataclass(frozen=True)
class Circle:
    label: str
    count: int
    address: str
    x: float
    y: float
    radius: float
    named: bool

    @property
    def before(self):
        """Whether the name stands before the circle: beyond it there is no room."""
        return self.x > PROJECTION.width * 0.62

    @property
    def label_x(self):
        gap = self.radius + 5
        return round(self.x - gap if self.before else self.x + gap, 1)


@dataclass(frozen=True)
class TerritoryMap:
    template = "reports/charts/map.svg"
    areas: tuple[Area, ...]
    circles: tuple[Circle, ...]
    sides: Sides
    width: float
    height: float


def governorate_map(counted):
    """Governorates shaded by their attacks. counted: {ISO code: (label, count, address)}."""
    return _map(counted, ())


def site_map(counted, sites, most_named=6):
    """Sites as circles whose area is in proportion to their attacks, on pale governorates.

    counted: as for `governorate_map`; only the labels are drawn from.
    sites: (label, count, address, latitude, longitude), the largest first.
    """
    most = max((count for _label, count, *_rest in sites), default=0)
    circles = []
    for label, count, address, latitude, longitude in sites:
        x, y = PROJECTION.point(latitude, longitude)
        inside = 0 <= x <= PROJECTION.width and 0 <= y <= PROJECTION.height
        apart = all(
            abs(x - other.x) > 120 or abs(y - other.y) > 18 for other in circles if other.named
        )
        named = inside and apart and sum(circle.named for circle in circles) < most_named
        if inside:
            radius = round(max(3.0, LARGEST * sqrt(count / most)), 1)
            circles.append(Circle(shortened(label, 22), count, address, x, y, radius, named))
    pale = {code: (label, 0, address) for code, (label, _count, address) in counted.items()}
    return _map(pale, tuple(circles))


def _map(counted, circles):
    most = max((count for _label, count, _address in counted.values()), default=0)
    areas = []
    for outline in outlines():
        label, count, address = counted.get(outline.code, (str(outline), 0, ""))
        shade = -(-count * SHADES // most) if most else 0
        areas.append(
            Area(PROJECTION.path(outline), str(label), count, shade, address, *_middle(outline))
        )
    sides = Sides(PROJECTION.width, mirrored=False)
    return TerritoryMap(tuple(areas), circles, sides, PROJECTION.width, PROJECTION.height)


def _middle(outline):
    """The centre of mass of the largest ring, on the picture."""
    ring = max(outline.rings, key=len)
    points = [PROJECTION.point(latitude, longitude) for longitude, latitude in ring]
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in pairwise(points):
        cross = x1 * y2 - x2 * y1
        area, x, y = area + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return round(x / (3 * area), 1), round(y / (3 * area), 1)
