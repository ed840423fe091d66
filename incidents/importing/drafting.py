"""One row of a file -> what its incident will say, or everything that is wrong with it."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from incidents.importing import days
from incidents.importing.limits import CELL_LENGTH
from incidents.importing.mappings import BLANK, OTHERWISE, VOCABULARIES
from incidents.importing.places import Asked
from incidents.importing.problems import Problem
from incidents.models import Incident
from records.addresses import key_of
from records.dates import Precision
from records.models import Source
from records.models.record import random_reference

TEXTS = ("title", "title_ar", "summary", "summary_ar", "target_name", "time_stated", "series")
ORIGIN_LENGTH = 65  # with `@` and the reference of the import as long as an origin_id may be
TITLE_LENGTH = Incident._meta.get_field("title").max_length
_is_address = URLValidator(schemes=["http", "https"])


@dataclass
class Draft:
    """What a row says, without its place: that is looked up for many rows at once.

    problems: what is wrong with it. If anything is, `said` says nothing.
    """

    asked: Asked
    problems: list
    origin: str
    source: dict | None
    said: dict


class Drafter:
    """Reads rows as one mapping says. `date_format` has been found out before."""

    def __init__(self, run, mapping, today):
        self.run, self.mapping, self.today = run, mapping, today
        self.at = {name: run.header.index(column) for name, column in mapping.columns.items()}
        self.kept = [(column, run.header.index(column)) for column in mapping.kept]
        self.only = [
            (run.header.index(column), {text.casefold() for text in texts})
            for column, texts in mapping.only.items()
        ]

    def left_out(self, cells):
        return any(_at(cells, position).casefold() not in texts for position, texts in self.only)

    def draft(self, cells):
        problems = []

        def asked(read, *arguments):
            try:
                return read(*arguments)
            except Problem as problem:
                problems.append(problem)
                return None

        asked(self._whole, cells)
        texts = {name: asked(self._text, cells, name) for name in TEXTS}
        span = asked(self._span, cells)
        values = {name: asked(self._value, cells, name) for name in VOCABULARIES}
        point = asked(self._point, cells)
        origin = asked(self._origin, cells)
        source = asked(self._source, cells)
        note = asked(self._note, cells)
        place = Asked(self._cell(cells, "place"), self._cell(cells, "governorate"), point)
        if problems:
            return Draft(place, problems, origin, source, {})
        first, last, precision = span
        said = {name: text for name, text in texts.items() if text} | values
        if len(said.get("title", "")) > TITLE_LENGTH:
            said["summary"], said["title"] = said["title"], f"{said['title'][: TITLE_LENGTH - 1]}…"
        said |= {
            "reference": random_reference(),
            "occurred_from": first.isoformat(),
            "occurred_to": last.isoformat(),
            "occurred_precision": precision,
            "note": note,
        }
        if origin:
            said["origin_id"] = f"{origin}@{self.run.reference}"
        return Draft(place, [], origin, source, said)

    def _cell(self, cells, name):
        return _at(cells, self.at[name]) if name in self.at else BLANK

    def _whole(self, cells):
        if len(cells) > len(self.run.header):
            raise Problem("too_many_cells")
        if any(len(cell) > CELL_LENGTH for cell in cells):
            raise Problem("too_long")

    def _text(self, cells, name):
        text = self._cell(cells, name)
        _refuse_formula(text, name)
        longest = Incident._meta.get_field(name).max_length
        if longest and len(text) > longest:
            if name == "title" and "summary" not in self.at:  # which then says the whole
                return text
            raise Problem("too_long", name, text)
        return text

    def _note(self, cells):
        lines = [(column, _at(cells, at)) for column, at in self.kept]
        return "\n".join(f"{column}: {text}" for column, text in lines if text)

    # When

    def _span(self, cells):
        text = self._cell(cells, "date")
        if text:
            found = self._day(text, "date")
        elif "year" in self.at and self._cell(cells, "year"):
            found = self._from_parts(cells)
        else:
            raise Problem("date_missing", "date")
        day, precision = found
        first, last, precision = days.span(day, self._precision(cells) or precision)
        if to := self._cell(cells, "date_to"):
            first, last, precision = self._until(to, first, last, precision)
        if first > self.today:
            raise Problem("date_future", "date", text)
        return first, last, precision

    def _day(self, text, name):
        found = days.parse(text, self.mapping.date_format)
        if found is None:
            written = days.is_written_as(text, self.mapping.date_format)
            raise Problem("date_impossible" if written else "date_unread", name, text)
        return found

    def _from_parts(self, cells):
        given = [self._cell(cells, name) for name in ("year", "month", "day")]
        year, month, day = (text.removesuffix(".0") for text in given)
        if not all(text.lstrip("-").isdecimal() or not text for text in (year, month, day)):
            raise Problem("date_impossible", "year", "-".join(given))
        found = days.dated(int(year), month, day)
        if found is None:
            raise Problem("date_impossible", "year", "-".join(given))
        return found

    def _precision(self, cells):
        text = self._cell(cells, "precision").removesuffix(".0")
        if not text:
            return None
        meaning = self.mapping.values.get("precision", {}).get(text, text)
        if meaning not in days.PRECISIONS:
            raise Problem("value_unknown", "precision", text)
        return meaning

    def _until(self, text, first, last, precision):
        _day, ends, _precision = days.span(*self._day(text, "date_to"))
        if ends < first:
            raise Problem("date_order", "date_to", text)
        if ends <= last:
            return first, last, precision
        width = Precision.SPAN if self.mapping.lasting else Precision.ABOUT
        return days.between(first, ends, width)

    # What

    def _value(self, cells, name):
        text = self._cell(cells, name)
        vocabulary = VOCABULARIES[name]
        meaning = self.mapping.values.get(name, {}).get(text)
        if meaning is None and text:
            plain = text.casefold().replace(" ", "_")
            meaning = plain if plain in vocabulary.values else _labelled(vocabulary, text)
        if not text and meaning is None:
            meaning = self.mapping.otherwise.get(name) or OTHERWISE.get(name)
        meaning = meaning or self.mapping.otherwise.get(name)
        if meaning in vocabulary.values:
            return meaning
        raise Problem("value_unknown" if text else "kind_missing", name, text)

    # Where

    def _point(self, cells):
        given = [self._degrees(cells, name) for name in ("latitude", "longitude")]
        if given.count(None) == 1:
            raise Problem("point_half", "latitude")
        return None if given[0] is None else tuple(given)

    def _degrees(self, cells, name):
        text = self._cell(cells, name)
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            raise Problem("number_unread", name, text) from None
        if not abs(number) <= (90 if name == "latitude" else 180):
            raise Problem("not_on_earth", name, text)
        return number

    # Where from

    def _origin(self, cells):
        text = self._cell(cells, "origin").removesuffix(".0")
        if not text:
            return ""
        _refuse_formula(text, "origin")
        origin = f"{self.mapping.dataset or 'file'}:{text}"
        if len(origin) > ORIGIN_LENGTH or "@" in origin:
            raise Problem("too_long", "origin", text)
        return origin

    def _source(self, cells):
        """The columns of the source that a row names beside the file, or None."""
        given = {
            name: self._cell(cells, f"source_{name}") for name in ("publisher", "title", "address")
        }
        if not any(given.values()):
            return None
        for name, text in given.items():
            _refuse_formula(text, f"source_{name}")
            longest = Source._meta.get_field(name).max_length
            if len(text) > longest:
                if name == "address":
                    raise Problem("too_long", "source_address", text)
                given[name] = f"{text[: longest - 1]}…"
        if given["address"]:
            try:
                _is_address(given["address"])
            except ValidationError:
                raise Problem("address_unread", "source_address", given["address"]) from None
        given["publisher"] = given["publisher"] or self.run.publisher
        digest = sha256("\0".join(given.values()).encode()).hexdigest()[:16]
        origin = f"source:{digest}@{self.run.reference}"
        key = key_of(given["address"])
        return {"reference": random_reference(), "origin_id": origin, "address_key": key, **given}


def _at(cells, position):
    return cells[position] if position < len(cells) else BLANK


def _labelled(vocabulary, text):
    labels = {label.casefold(): value for value, label in vocabulary.choices}
    return labels.get(text.casefold())


def _refuse_formula(text, name):
    if text.startswith("="):
        raise Problem("formula", name, text)


def title_of(kind, place, first, precision):
    """A title for a row that has none, as the starter data has them."""
    return f"{kind}, {place}, {_said(first, precision)}"[:TITLE_LENGTH]


def _said(first, precision):
    day = date.fromisoformat(first)
    match precision:
        case Precision.YEAR:
            return f"{day:%Y}"
        case Precision.MONTH:
            return f"{day:%Y-%m}"
        case Precision.DAY:
            return f"{day}"
        case _:
            return f"about {day}"
