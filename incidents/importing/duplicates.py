"""Rows that say what a record here says already, as far as the importer may see it."""

from collections import defaultdict
from datetime import date, timedelta
from math import cos, radians

from django.db.models import Q

from incidents.models import ImportRow, Incident, RowState
from incidents.models.place import governorate_of
from records.dates import Precision

DAY = timedelta(1)
WIDEST = 8  # days: dates that are known less well are like too many others
NEAR_KM = 5
KM_PER_DEGREE = 111.2


class Likeness:
    """The incidents that rows of one slice may repeat. Two queries, however many rows.

    Strictly by what the viewer may see: a hidden incident must not be found out by
    importing what one suspects it to say.
    """

    def __init__(self, viewer, run, drafts):
        self.seen = Incident.objects.visible_to(viewer)
        origins = {draft["origin"] for draft in drafts if draft["origin"]}
        self.by_origin = self._by_origin(origins) if origins else {}
        self.by_day = defaultdict(list)
        self._load(viewer, run, drafts)

    def _by_origin(self, origins):
        found = self.seen.from_origins(origins).order_by("-pk").values_list("origin", "pk")
        return dict(found)  # of several the oldest

    def _load(self, viewer, run, drafts):
        tight = [draft for draft in drafts if _is_tight(draft)]
        if not tight:
            return
        near, wide = set(), set()
        for draft in tight:
            first, last = _days(draft)
            near |= set(_each_day(first - DAY, last + DAY))
            wide |= set(_each_day(first - WIDEST * DAY, last + DAY))
        made_here = ImportRow.objects.visible_to(viewer).filter(run=run, state=RowState.IMPORTED)
        rows = (
            self.seen.filter(
                Q(occurred_precision=Precision.DAY, occurred_from__in=near)
                | Q(
                    occurred_precision__in=[Precision.ABOUT, Precision.SPAN],
                    occurred_from__in=wide,
                ),
                kind__in={draft["incident"]["kind"] for draft in tight},
            )
            .exclude(review_status="withdrawn")
            .exclude(pk__in=made_here.values("incident"))
            .order_by("pk")
            .values_list(
                *("pk", "kind", "occurred_from", "occurred_to", "place_id"),
                *(governorate_of("place__"), "place__latitude", "place__longitude"),
            )
        )
        for pk, kind, first, last, place, governorate, latitude, longitude in rows:
            point = None if latitude is None else (float(latitude), float(longitude))
            if last - first <= WIDEST * DAY:
                for day in _each_day(first - DAY, last + DAY):
                    self.by_day[kind, day].append((pk, place, governorate, point))

    def of(self, draft, where):
        """(state, key of the incident) of a row, or (RowState.NEW, None).

        where: (key of the place or None, key of the governorate or None, point or None).
        """
        if same := self.by_origin.get(draft["origin"]):
            return RowState.DUPLICATE, same
        if _is_tight(draft):
            first, last = _days(draft)
            for day in _each_day(first, last):
                for pk, *there in self.by_day[draft["incident"]["kind"], day]:
                    if _are_near(where, there):
                        return RowState.LIKELY, pk
        return RowState.NEW, None


def _days(draft):
    said = draft["incident"]
    return date.fromisoformat(said["occurred_from"]), date.fromisoformat(said["occurred_to"])


def _is_tight(draft):
    first, last = _days(draft)
    return last - first <= WIDEST * DAY


def _each_day(first, last):
    return (first + n * DAY for n in range((last - first).days + 1))


def _are_near(one, other):
    place, governorate, point = one
    other_place, other_governorate, other_point = other
    if place is not None and place == other_place:
        return True
    if point and other_point and not _is_governorate(one) and not _is_governorate(other):
        north = (point[0] - other_point[0]) * KM_PER_DEGREE
        east = (point[1] - other_point[1]) * KM_PER_DEGREE * cos(radians(point[0]))
        return north * north + east * east <= NEAR_KM * NEAR_KM
    return governorate is not None and governorate == other_governorate


def _is_governorate(where):
    """One of them is known to its governorate alone, so any place in that may be meant."""
    return where[0] is not None and where[0] == where[1]
