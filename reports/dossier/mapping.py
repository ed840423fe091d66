"""The small map: governorates, the place that was attacked, and where it was launched from."""

from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext as _

from incidents.outlines import Projection, outlines

WIDTH = 320
SMALLEST = 4  # pixels: a circle that is to be seen


@dataclass(frozen=True)
class Mark:
    """A place with a point. radius: pixels within which the point is right."""

    role: str
    label: str
    place: str
    x: float
    y: float
    radius: float
    metres: int


@dataclass(frozen=True)
class Map:
    """in_words: what the picture shows, for whoever does not see it."""

    view_box: str
    outlines: list  # pairs of a path and whether it is the incident's governorate
    marks: list
    in_words: str


@cache
def _projected():
    projection = Projection(width=WIDTH, margin=6)
    return projection, [(outline.code, projection.path(outline)) for outline in outlines()]


def drawn(incident, further_places):
    """The Map of an incident and its further places, as far as they have points in Iraq."""
    projection, paths = _projected()
    governorate = incident.place.governorate or incident.place
    places = [("place", _("Attacked"), incident.place)]
    places += [(row.role, row.get_role_display(), row.place) for row in further_places]
    marks = [
        mark
        for role, label, place in places
        if place.latitude is not None and (mark := _mark(projection, role, label, place))
    ]
    return Map(
        projection.view_box,
        [(path, code == governorate.iso_code) for code, path in paths],
        marks,
        " ".join(_in_words(places)),
    )


def _mark(projection, role, label, place):
    x, y = projection.point(place.latitude, place.longitude)
    if not (0 <= x <= projection.width and 0 <= y <= projection.height):
        return None
    radius = max(projection.length(place.point_radius_m), SMALLEST)
    return Mark(role, str(label), str(place), x, y, radius, place.point_radius_m)


def _in_words(places):
    for _role, label, place in places:
        said = {"label": label, "place": place}
        if place.latitude is None:
            yield _("%(label)s: %(place)s, whose point is not known.") % said
            continue
        said |= {
            "point": f"{place.latitude:.3f}, {place.longitude:.3f}",
            "distance": _distance(place.point_radius_m),
        }
        yield _("%(label)s: %(place)s, at %(point)s, right within %(distance)s.") % said


def _distance(metres):
    if metres < 1000:
        return _("%(n)s m") % {"n": metres}
    return _("%(n)s km") % {"n": f"{metres / 1000:g}"}
