"""Which fields of a record an answer has: `fields`, `omit` and `nested` of a request."""

from dataclasses import dataclass, replace
from difflib import get_close_matches

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from records.parameters import FLAGS, nearest


@dataclass(frozen=True)
class Shape:
    """Fields are named as in the answer, those of an object inside it `claims.group`.

    detail: as at the record's own address, where a list may show less.
    flat: other records stand there by their reference alone, and lists of them are left out.
    fields: these alone, or None: all. omit: not these.
    """

    detail: bool = False
    flat: bool = False
    fields: frozenset[str] | None = None
    omit: frozenset[str] = frozenset()

    @property
    def is_usual(self):
        """Not picked by a reader: one of the few that are asked for again and again."""
        return self.fields is None and not self.omit

    def has(self, name):
        return name not in self.omit and (self.fields is None or self._is_asked_for(name))

    def _is_asked_for(self, name):
        """It was named itself, what it stands in was, or something in it."""
        parts = name.split(".")
        named = {".".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
        inside = f"{name}."
        return bool(named & self.fields) or any(each.startswith(inside) for each in self.fields)


WHOLE = Shape()
DETAIL = Shape(detail=True)
FLAT = Shape(flat=True)

PARAMETERS = {
    "fields": _("These fields alone, separated by commas; inside an object, such as claims.group."),
    "omit": _("All fields but these, named likewise."),
    "nested": _("With false, other records by their reference alone, and no lists of records."),
}
DESCRIBED = [
    OpenApiParameter(name, bool if name == "nested" else str, description=str(said))
    for name, said in PARAMETERS.items()
]


def shape_asked(parameters, least, names):
    """The shape that a request's parameters ask for.

    least: the shape if they ask for none. names: those of all fields that a shape has.

    Raises:
        ValidationError: a parameter is malformed, or names a field that is not there.
    """
    nested = parameters.get("nested", "true")
    if nested not in FLAGS:
        raise ValidationError({"nested": [_("Give true or false.")]})
    shape = replace(least, flat=not FLAGS[nested])
    asked = {
        name: frozenset(word.strip() for word in parameters[name].split(","))
        for name in ("fields", "omit")
        if name in parameters
    }
    errors = {
        parameter: [message for name in sorted(unknown) for message in _refusal(name, names(shape))]
        for parameter, words in asked.items()
        if (unknown := words - set(names(shape)))
    }
    if errors:
        raise ValidationError(errors)
    return replace(shape, **asked)


def _refusal(name, names):
    """That there is no such field, and the nearest there is, or those it could have meant."""
    message = _("There is no field “%(name)s” here.") % {"name": name}
    if not get_close_matches(name, names, n=1):
        around = name.rpartition(".")[0]
        beside = [each for each in names if each.rpartition(".")[0] == around]
        names = beside or [each for each in names if "." not in each]
    return [message, nearest(name, names)]
