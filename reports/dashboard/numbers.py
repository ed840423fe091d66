"""What the figures of a page need from the database, each part asked for once."""

from functools import cached_property
from typing import NamedTuple

from django.db.models import Q

from incidents.models import Place, PlaceKind
from militias.models import Group, GroupKind
from records.names import label
from reports.accountability import Report, counts_by, labelled
from reports.grouping import BOTH, GROUPINGS, NONE
from reports.held import held_by_authority, reasons
from reports.people import people

NO_ARMED_GROUPS = {GroupKind.COURT, GroupKind.STATE_ORGAN}


class Spot(NamedTuple):
    """A place as figures name and draw it."""

    pk: int
    reference: str
    name: str
    name_ar: str
    kind: str
    iso_code: str | None
    latitude: float | None
    longitude: float | None

    @property
    def label(self):
        return label(self.name, self.name_ar)


class Named(NamedTuple):
    pk: int
    reference: str
    name: str
    name_ar: str
    kind: str

    @property
    def label(self):
        return label(self.name, self.name_ar)


class Numbers:
    """Numbers of one Asked, by the groupings that its figures name. Nothing is asked twice.

    Makes at most one query for the counts and one for the roll-up, and one each for people,
    groups, places, arrests and reasons, however many incidents there are.
    """

    def __init__(self, asked, bys):
        self.asked = asked
        self.bys = list(dict.fromkeys(bys))

    @cached_property
    def _counted(self):
        return counts_by(self.asked.incidents, self.asked.question, self.bys)

    @property
    def total(self):
        return self._counted[0]

    @cached_property
    def people(self):
        return people(self.asked.incidents, self.asked.question)

    @cached_property
    def held(self):
        return held_by_authority(self.asked.incidents, self.asked.question)

    @cached_property
    def reasons(self):
        return reasons(self.asked.incidents, self.asked.question)

    @cached_property
    def groups(self):
        """{key: Named} of all groups the viewer may see."""
        rows = Group.objects.counted_for(self.asked.viewer).order_by("name")
        return {str(row[0]): Named(*row) for row in rows.values_list(*Named._fields)}

    @cached_property
    def spots(self):
        """{key: Spot} of all governorates, and of the sites that are counted."""
        keys = [key for by in ("governorate", "place") for key in self._keys(by)]
        rows = (
            Place.objects.counted_for(self.asked.viewer)
            .filter(Q(kind=PlaceKind.GOVERNORATE) | Q(pk__in=keys))
            .order_by("name")
        )
        return {str(row[0]): Spot(*row) for row in rows.values_list(*Spot._fields)}

    def _keys(self, by):
        return [key for key in self._counted[1].get(by, {}) if key]

    def rows(self, by):
        """The ReportRows of a grouping, as the report orders them."""
        counts, grouping = self._counted[1][by], GROUPINGS[by]
        return list(labelled(counts, grouping, self._labels(by, grouping)))

    def _labels(self, by, grouping):
        if by in ("governorate", "place"):
            return {
                key: (self.spots[key].label, self.spots[key].reference) for key in self._keys(by)
            }
        if by == "claimant_root":
            return {key: self._both(key) for key in self._keys(by)}
        if by in ("root_group", "attributed_group", "authority", "claimant"):
            return {
                key: (self.groups[key].label, self.groups[key].reference) for key in self._keys(by)
            }
        return grouping.labels(self._keys(by), self.asked.viewer)

    def _both(self, key):
        written = [NONE if part == NONE else self.groups[part].reference for part in key.split(".")]
        return key, BOTH.join(written)

    @property
    def report(self):
        """What the headline and the sentence on people are made from."""
        return Report(self.asked.question, None, self.total, (), self.people)

    # What the filter bar offers

    def governorates(self):
        return [spot for spot in self.spots.values() if spot.kind == PlaceKind.GOVERNORATE]

    def sites(self):
        return [spot for spot in self.spots.values() if spot.kind != PlaceKind.GOVERNORATE]

    def armed_groups(self):
        return [group for group in self.groups.values() if group.kind not in NO_ARMED_GROUPS]
