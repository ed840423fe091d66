"""The data dictionary of a release: what each column holds, in the words of its declaration.

The words are those of the serializer's field, of docs/fields.md or of the model; what a count
or a grade means is defined in docs/methodology.md alone, and the section is named.
"""

from dataclasses import dataclass

from django.core.exceptions import FieldDoesNotExist
from rest_framework.serializers import ListSerializer, Serializer

from records.api import NamesField
from records.codebook import FIELDS_PAGE, entry_of, sections
from records.shapes import WHOLE
from reports.ladder import Rung

METHODOLOGY = "docs/methodology.md#"
SECTIONS = {  # of docs/methodology.md, by the last word of a column's name
    "asserted": "as-of-a-day",
    "basis_kind": "arrest",
    "casualties": "casualties",
    "certainty": "confidence",
    "claims": "claim",
    "confidence": "confidence",
    "confidence_stated": "confidence",
    "contested": "arrest",
    "from": "dates",
    "marking": "markings",
    "outcome": "attack",
    "precision": "dates",
    "review_status": "review-status",
    "series": "attack",
    "sources": "sources-and-citations",
    "stance": "attribution",
    "to": "dates",
}
OBJECTS = {
    "from": "first possible day",
    "to": "last possible day",
    "precision": "how exactly it is known",
    "day": "day",
    "low": "lowest number given",
    "high": "highest number given",
    "latitude": "latitude in degrees, WGS 84",
    "longitude": "longitude in degrees, WGS 84",
    "radius_m": "radius in metres within which the point is right",
    "origin": "where the point comes from",
}
TYPES = {"number": "number", "truth": "true or false", "text": "text"}
OF_EVERY_RECORD = {
    "reference": "Names the record for good. It is random, and tells neither order nor number.",
    "review_status": "How far its review is. In a release all is published.",
    "updated_at": "When what it says was last changed, in UTC.",
}
LISTED = "references, separated by spaces, or JSON"


@dataclass(frozen=True)
class Entry:
    column: str
    type: str
    definition: str
    source: str


def entries(view, names, kinds):
    """One entry for each column of a table of the view."""
    return [_entry(view, name, kind) for name, kind in zip(names, kinds, strict=True)]


def _entry(view, name, kind):
    prefix, _dot, rung = name.partition(".")
    if prefix == "ladder":
        said = Rung(rung).label if rung in Rung.values else LADDER[rung]
        type_ = "day" if rung == "as_of" else "true or false"
        return Entry(name, type_, str(said), f"{METHODOLOGY}the-ladder")
    if name == STANDS:
        where = f"{METHODOLOGY}conviction-that-stands"
        return Entry(name, "true or false", "Whether it stands on the day of the release.", where)
    said, is_list = _described(view.serializer(WHOLE), view.queryset.model, name)
    section = SECTIONS.get(name.rpartition(".")[2])
    source = METHODOLOGY + section if section else ""
    return Entry(name, LISTED if is_list else TYPES[kind], said, source)


LADDER = {"as_of": "The day by which the ladder is asked: nothing dated after it counts."}
STANDS = "stands"


def _described(serializer, model, name):
    """What a column is, and whether it is a list."""
    key, _dot, rest = name.partition(".")
    field = serializer.fields[key]
    if not rest:
        is_list = isinstance(field, ListSerializer | NamesField)
        said = OF_EVERY_RECORD.get(key) or str(field.help_text or "") or _words(model, field)
        of_each = _first_line(getattr(field, "child", None)) if is_list else ""
        return ": ".join(filter(None, [said, of_each])), is_list
    said = key.replace("_", " ")
    if isinstance(field, Serializer):
        far = getattr(getattr(field, "Meta", None), "model", None)
        inner, is_list = _described(field, far, rest)
        return f"{said}: {inner}", is_list
    return f"{said}: {OBJECTS.get(rest, rest.replace('_', ' '))}", False


def _first_line(serializer):
    return (type(serializer).__doc__ or "").strip().partition("\n")[0]


def _words(model, field):
    """What docs/fields.md says of the column, with the words it chooses from, or its own label."""
    try:
        column = model._meta.get_field(field.source.rpartition(".")[2])
    except (AttributeError, FieldDoesNotExist):
        column = None
    if column is not None and (entry := entry_of(model, column.name)):
        heading, key = entry
        words = [str(value) for value, _label in column.choices or () if value]
        defined = sections(FIELDS_PAGE)[heading][key]
        return f"{defined} One of: {', '.join(words)}." if words else defined
    said = getattr(column, "help_text", "") or getattr(column, "verbose_name", "")
    return str(said or field.label or field.field_name.replace("_", " "))
