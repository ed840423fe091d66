"""HXL tags: what a column means, for programs that know the standard (https://hxlstandard.org).

A serializer declares those of its fields in `Meta.hxl`, a field that becomes several columns
those of its parts in `hxl`. What every record has is tagged here.
"""

from functools import lru_cache

from rest_framework.serializers import DateField, Serializer

from records.shapes import Shape
from records.tables import columns_of
from records.viewer import PUBLIC

EVERY_RECORD = {
    "reference": "#meta+id",
    "origin_id": "#meta+id+origin",
    "kind": "#meta+type",
    "name": "#meta+name+i_en",
    "name_ar": "#meta+name+i_ar",
    "title": "#meta+title+i_en",
    "title_ar": "#meta+title+i_ar",
    "summary": "#description+i_en",
    "summary_ar": "#description+i_ar",
    "description": "#description+i_en",
    "description_ar": "#description+i_ar",
    "note": "#description+note",
    "country": "#country+code+v_iso2",
    "asserted_by": "#meta+source+name",
    "confidence": "#meta+confidence",
    "basis": "#meta+basis",
    "certainty": "#meta+certainty",
    "sources": "#meta+source+id",
    "marking": "#meta+marking",
    "review_status": "#meta+status",
    "updated_at": "#date+updated",
    "address": "#meta+url",
    "archived_address": "#meta+url+archived",
    "language": "#meta+lang",
    "publisher": "#org+name+publisher",
    "reliability": "#meta+reliability",
    "court": "#org+name+court",
    "court_ar": "#org+name+court+i_ar",
    "nationality": "#country+code+v_iso2+nationality",
    "statement_text": "#description+statement",
    "confidence_stated": "#meta+confidence+stated",
}


def tags_of(view, names):
    """The tag of each of these columns of a view, or "" where it has none.

    Where two columns of the noun would have one tag, all but the first carry what they
    stand in as well: `#date+start+asserted`, and `#meta+id+provision+instrument` where that
    is not enough. That does not depend on what is left out.
    """
    known = _tags(view)
    return [known.get(name, "") for name in names]


@lru_cache
def _tags(view):
    tags, taken = {}, set()
    for shape in (Shape(), Shape(flat=True)):
        for column in columns_of(view, PUBLIC, shape):
            tag = _declared(view.serializer(shape), column.name)
            if tag and column.name not in tags:
                for within in column.name.split("."):
                    tag += f"+{within}" if tag in taken else ""
                tags[column.name] = tag
                taken.add(tag)
    return tags


def _declared(serializer, name):
    declared = getattr(getattr(serializer, "Meta", None), "hxl", {})
    if name in declared:
        return declared[name]
    key, _dot, rest = name.partition(".")
    field = serializer.fields[key]
    if not rest:
        day = isinstance(field, DateField) and f"#date+{name.removesuffix('_on')}"
        return EVERY_RECORD.get(name) or day or ""
    if isinstance(field, Serializer):
        return _declared(field, rest)
    return getattr(field, "hxl", {}).get(rest, "")
