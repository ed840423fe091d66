"""What a likely duplicate of an incident is: one rule, for forms and for imported files.

Candidates lie on the same days, one more or less, and near, or have like words. The score
says how much two descriptions agree, from 0 to 1. docs/methodology.md#duplicates.
"""

from dataclasses import dataclass, field
from datetime import date
from math import cos, radians, sqrt
from typing import NamedTuple

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from rapidfuzz import fuzz

from incidents.models import Incident, with_place
from incidents.models.nearby import METRES_PER_DEGREE
from incidents.models.place import governorate_of
from records.dates import days_from
from records.models import ReviewStatus
from records.names import SIMILAR_ENOUGH, fold_all, folded

WIDEST = 8  # days: dates that are known less well are like too many others
LONGEST = 31  # days: beyond a month, dates say nothing
NEAR_KM = 5
KM_PER_DEGREE = METRES_PER_DEGREE / 1000
LIKE_WORDS = 0.75  # of two titles: a word may differ
LIKELY = 0.745  # the same kind, near, a day apart; or all else alike, and of another kind
MOST = 200  # candidates that are ranked
SHOWN = 4


class Where(NamedTuple):
    """Keys of the place and its governorate, and the point in degrees, as far as known."""

    place: int | None = None
    governorate: int | None = None
    point: tuple[float, float] | None = None

    @property
    def only_governorate(self):
        """It is known to its governorate alone, so any place in that may be meant."""
        return self.place is not None and self.place == self.governorate


class Sketch(NamedTuple):
    """As much of an incident as is known of it while somebody writes. titles: folded."""

    first: date
    last: date
    kind: str = ""
    where: Where = Where()
    titles: tuple[str, ...] = ()

    @property
    def days(self):
        return (self.last - self.first).days


class Alike(NamedTuple):
    """How much two sketches agree: score from 0 to 1, and in what, in words."""

    score: float
    reasons: tuple[str | Promise, ...]

    @property
    def is_likely(self):
        return self.score >= LIKELY


@dataclass(frozen=True)
class Candidate:
    incident: Incident
    alike: Alike = field(repr=False)


def compared(one, other):
    """How much two sketches agree, or None: they are not of one time, or not near and unlike."""
    time, place, words = _in_time(one, other), _in_place(one, other), _in_words(one, other)
    if time is None or not (place or words):
        return None
    kind = (0.25, _("same kind")) if one.kind and one.kind == other.kind else None
    found = [part for part in (time, place, kind, words) if part]
    return Alike(sum(weight for weight, _said in found), tuple(said for _weight, said in found))


def _in_time(one, other):
    apart = max((other.first - one.last).days, (one.first - other.last).days)
    if apart > 1 or max(one.days, other.days) > LONGEST:
        return None
    if max(one.days, other.days) > WIDEST:
        return 0.1, _("dates overlap")
    if apart == 1:
        return 0.25, _("a day apart")
    return 0.3, (_("dates overlap") if one.days or other.days else _("same day"))


def _in_place(one, other):
    here, there = one.where, other.where
    if here.place is not None and here.place == there.place and not here.only_governorate:
        return 0.3, _("same place")
    if here.point and there.point and not (here.only_governorate or there.only_governorate):
        km = kilometres(here.point, there.point)
        return (0.3 - 0.05 * km / NEAR_KM, away(km)) if km <= NEAR_KM else None
    if here.governorate is not None and here.governorate == there.governorate:
        return 0.25, _("same governorate")
    return None


def away(km):
    """So many kilometres, in words."""
    if km < 1:
        return _("less than 1 km away")
    return ngettext("%(km)d km away", "%(km)d km away", round(km)) % {"km": round(km)}


def kilometres(one, other):
    """Between two points that are not far from each other."""
    north = (one[0] - other[0]) * KM_PER_DEGREE
    east = (one[1] - other[1]) * KM_PER_DEGREE * cos(radians(one[0]))
    return sqrt(north * north + east * east)


def _in_words(one, other):
    ratio = max(
        (fuzz.token_sort_ratio(mine, its) for mine in one.titles for its in other.titles),
        default=0,
    )
    return (0.15 * ratio / 100, _("like title")) if ratio >= 100 * LIKE_WORDS else None


def folded_titles(*titles):
    """Titles as a Sketch has them. One query, if there are any."""
    said = [title for title in titles if title]
    return tuple(filter(None, fold_all(said).values())) if said else ()


def likely_duplicates(sketch, viewer, *, besides=None):
    """What the viewer may see that is like the sketch, the most alike first. Two queries.

    A hidden incident is none: nothing here tells of it, nor how many there are.
    besides: the key of an incident that is left out, such as the one being edited.
    """
    if sketch.days > LONGEST:
        return []
    found = []
    rows = _candidates(sketch, viewer).exclude(pk=besides)
    for row in rows.values_list(*COLUMNS)[:MOST]:
        if alike := compared(sketch, _sketch_of(row)):
            found.append((alike, row[0]))
    found.sort(key=lambda each: (-each[0].score, each[1]))
    rows = with_place(Incident.objects.visible_to(viewer)).in_bulk([pk for _a, pk in found[:SHOWN]])
    return [Candidate(rows[pk], alike) for alike, pk in found[:SHOWN] if pk in rows]


COLUMNS = (
    *("pk", "kind", "occurred_from", "occurred_to", "folded_title", "folded_title_ar"),
    *("place_id", "governorate_of_place", "place__latitude", "place__longitude"),
)


def where_is(place):
    governorate = place.pk if place.kind == "governorate" else place.governorate_id
    return Where(place.pk, governorate, point_of(place.latitude, place.longitude))


def point_of(latitude, longitude):
    return None if latitude is None else (float(latitude), float(longitude))


def _sketch_of(row):
    """Of a row with `COLUMNS`, in their order."""
    _pk, kind, first, last, title, title_ar, place, governorate, *degrees = row
    where = Where(place, governorate, point_of(*degrees))
    return Sketch(first, last, kind, where, tuple(filter(None, (title, title_ar))))


def _candidates(sketch, viewer):
    """Rows that overlap in time, found by an index, and of these the near and the like.

    PostgreSQL uses no index for a trigram behind row-level security, whose operators might
    tell of hidden rows. The days of two months are few enough to look at each.
    """
    rows = (
        Incident.objects.visible_to(viewer)
        .exclude(review_status=ReviewStatus.WITHDRAWN)
        .filter(
            occurred_from__range=(days_from(sketch.first, -LONGEST - 1), days_from(sketch.last, 1)),
            occurred_to__gte=days_from(sketch.first, -1),
        )
        .annotate(
            governorate_of_place=governorate_of("place__"),
            folded_title=folded(F("title")),
            folded_title_ar=folded(F("title_ar")),
        )
    )
    alike = _near(sketch.where)
    for at, title in enumerate(sketch.titles):
        for name in ("folded_title", "folded_title_ar"):
            likeness = f"likeness_{at}_{name}"
            rows = rows.alias(**{likeness: TrigramWordSimilarity(Value(title), name)})
            alike |= Q(**{f"{likeness}__gte": SIMILAR_ENOUGH})
    same_kind = Case(When(kind=sketch.kind, then=0), default=1, output_field=IntegerField())
    return rows.filter(alike).order_by(same_kind, "pk")


def _near(where):
    near = Q(pk__in=[])
    if where.place is not None:
        near |= Q(place=where.place)
    if where.governorate is not None:
        near |= Q(place__governorate=where.governorate) | Q(place=where.governorate)
    if where.point:
        latitude, longitude = where.point
        high = NEAR_KM / KM_PER_DEGREE
        wide = high / max(cos(radians(latitude)), 0.01)
        near |= Q(
            place__latitude__range=(latitude - high, latitude + high),
            place__longitude__range=(longitude - wide, longitude + wide),
        )
    return near
