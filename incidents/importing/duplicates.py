"""Rows that say what a record here says already, as far as the importer may see it.

What is alike is said by incidents/likeness.py. A file is compared with attacks of its kinds
alone, and not by its titles, which are mostly made of the same columns.
"""

from collections import defaultdict
from datetime import date

from django.db.models import Q

from incidents.likeness import WIDEST, Sketch, Where, compared, point_of
from incidents.models import ImportRow, Incident, RowState
from incidents.models.place import governorate_of
from records.dates import Precision, days_from


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
            near |= set(_each_day(days_from(first, -1), days_from(last, 1)))
            wide |= set(_each_day(days_from(first, -WIDEST), days_from(last, 1)))
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
            where = Where(place, governorate, point_of(latitude, longitude))
            known = Sketch(first, last, kind, where)
            if known.days <= WIDEST:
                for day in _each_day(days_from(first, -1), days_from(last, 1)):
                    self.by_day[kind, day].append((pk, known))

    def of(self, draft, where):
        """(state, key of the incident) of a row, or (RowState.NEW, None).

        where: (key of the place or None, key of the governorate or None, point or None).
        """
        if same := self.by_origin.get(draft["origin"]):
            return RowState.DUPLICATE, same
        if _is_tight(draft):
            first, last = _days(draft)
            asked = Sketch(first, last, draft["incident"]["kind"], Where(*where))
            for day in _each_day(first, last):
                for pk, known in self.by_day[asked.kind, day]:
                    if (alike := compared(asked, known)) and alike.is_likely:
                        return RowState.LIKELY, pk
        return RowState.NEW, None


def _days(draft):
    said = draft["incident"]
    return date.fromisoformat(said["occurred_from"]), date.fromisoformat(said["occurred_to"])


def _is_tight(draft):
    first, last = _days(draft)
    return (last - first).days <= WIDEST


def _each_day(first, last):
    return (days_from(first, n) for n in range((last - first).days + 1))
