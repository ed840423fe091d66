"""Places of a file's rows: known ones by any of their names, or new ones where a point says."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from incidents.importing.problems import Problem
from incidents.models import Place, PlaceKind, PlaceName
from incidents.outlines import crossings, rings_of
from records.models.record import random_reference
from records.names import fold_all

_ARABIC = re.compile("[\u0600-\u06ff]")
_WORDS_FOR_GOVERNORATE = {"governorate", "governate", "province", "muhafazat", "محافظه"}
_WORDS_FOR_SETTLEMENT = {"city", "town", "village"}
POINT_DIGITS = 3  # of degrees: points as near as a hundred metres are one
STORED_DIGITS = 5
NAME_LENGTH = Place._meta.get_field("name").max_length


@dataclass(frozen=True)
class Known:
    """A place that the viewer may see. governorate: its key, or its own if it is one."""

    pk: int
    governorate: int | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class Asked:
    """What a row says of its place."""

    text: str
    governorate: str
    point: tuple[float, float] | None


class PlaceFinder:
    """Finds the places of the rows of one slice. Three queries, however many rows.

    Raises Problem for rows whose place is not known; nothing tells of hidden places.
    """

    def __init__(self, viewer, mapping, asked):
        self.viewer, self.mapping = viewer, mapping
        texts = {each.text for each in asked} | {each.governorate for each in asked}
        self.folded = fold_all(sorted(texts - {""}))
        self.known, self.by_code, self.by_point = {}, {}, {}
        self.by_name = defaultdict(set)
        self.references, self.names = {}, {}
        self._load()

    def _load(self):
        places = Place.objects.visible_to(self.viewer).exclude(kind=PlaceKind.COUNTRY)
        for (
            pk,
            reference,
            kind,
            within,
            code,
            name,
            latitude,
            longitude,
            shown,
        ) in places.values_list(
            *("pk", "reference", "kind", "governorate_id", "iso_code", "normalised"),
            *("latitude", "longitude", "name"),
        ):
            self.names[pk] = shown
            governorate = pk if kind == PlaceKind.GOVERNORATE else within
            point = (None, None) if latitude is None else (float(latitude), float(longitude))
            self.known[pk] = Known(pk, governorate, *point)
            self.references[reference] = pk
            for part in _names_in(name):
                self.by_name[part].add(pk)
            if code:
                self.by_code[code] = pk
            if latitude is not None and kind != PlaceKind.GOVERNORATE:
                self.by_point.setdefault(_near(*point), pk)
        others = PlaceName.objects.visible_to(self.viewer)
        for bearer, name in others.values_list("bearer_id", "normalised"):
            if bearer in self.known:
                self.by_name[name].add(bearer)

    def find(self, asked):
        """A Known place, or None: it is new, as `new_place` says.

        Raises:
            Problem: no place, or none that is known.
        """
        chosen = self.mapping.values.get("place", {}).get(asked.text)
        if chosen in self.references:
            return self.known[self.references[chosen]]
        governorate = self._governorate(asked.governorate)
        named = self._named(asked, governorate)
        if named is not None:
            return named
        if asked.point and not asked.text and (near := self.by_point.get(_near(*asked.point))):
            return self.known[near]
        if asked.point and self.mapping.new_places:
            return None
        if asked.text:
            raise Problem("place_unknown", "place", asked.text)
        if governorate is not None:
            return self.known[governorate]
        if asked.governorate:
            raise Problem("governorate_unknown", "governorate", asked.governorate)
        raise Problem("place_unknown_here" if asked.point else "place_missing", "place")

    def _governorate(self, text):
        """The key of the governorate that a text names, by ISO code or any name, or None."""
        if not text:
            return None
        if text.upper() in self.by_code:
            return self.by_code[text.upper()]
        bare = self._without(_WORDS_FOR_GOVERNORATE, text)
        return next(
            (pk for pk in sorted(self.by_name.get(bare, ())) if self.known[pk].governorate == pk),
            None,
        )

    def _without(self, words, text):
        """The text folded, less words that say what kind of place it is."""
        return " ".join(word for word in self.folded.get(text, "").split() if word not in words)

    def _named(self, asked, governorate):
        if not asked.text:
            return None
        if asked.text.upper() in self.by_code:
            return self.known[self.by_code[asked.text.upper()]]
        keys = self.by_name.get(self.folded.get(asked.text, ""))
        if keys is None and (named := self._governorate(asked.text)):
            return self.known[named]
        if keys is None:
            keys = self.by_name.get(self._without(_WORDS_FOR_SETTLEMENT, asked.text), ())
        found = [self.known[pk] for pk in keys]
        inside = [place for place in found if place.governorate == governorate]
        found = inside or found
        sites = [place for place in found if place.pk != place.governorate]
        found = sites if len(sites) == 1 else found
        if len(found) > 1:
            raise Problem("place_ambiguous", "place", asked.text)
        return found[0] if found else None

    def new_place(self, asked, run):
        """The columns of a place that is not known yet, the same for all its rows."""
        latitude, longitude = (round(number, STORED_DIGITS) for number in asked.point)
        name = asked.text[:NAME_LENGTH] or f"{latitude}, {longitude}"
        said = f"{self.folded.get(asked.text, '')} {_near(latitude, longitude)}"
        return {
            "reference": random_reference(),
            "origin_id": f"place:{sha256(said.encode()).hexdigest()[:16]}@{run.reference}",
            "name": name,
            "kind": PlaceKind.OTHER,
            "governorate_id": self._governorate(asked.governorate)
            or self._containing(latitude, longitude),
            "latitude": latitude,
            "longitude": longitude,
            "point_radius_m": self.mapping.radius_m,
            "point_source": "import",
        }

    def _containing(self, latitude, longitude):
        return next(
            (
                pk
                for pk, rings in self._outlines
                if sum(crossings(ring, latitude, longitude) for ring in rings) % 2
            ),
            None,
        )

    @cached_property
    def _outlines(self):
        """(key, rings) of each governorate whose outline is known."""
        rows = Place.objects.visible_to(self.viewer).governorates().exclude(outline__isnull=True)
        return [(pk, rings_of(outline)) for pk, outline in rows.values_list("pk", "outline")]


def _names_in(normalised):
    """English and Arabic label stand in one text: each of them, and both."""
    at = _ARABIC.search(normalised)
    halves = {normalised[: at.start()].strip(), normalised[at.start() :]} if at else set()
    return {normalised.strip(), *halves} - {""}


def _near(latitude, longitude):
    return round(latitude, POINT_DIGITS), round(longitude, POINT_DIGITS)
