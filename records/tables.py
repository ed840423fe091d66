"""Records as tables: one row for each, its columns compiled from the serializer of the view.

An object inside a record becomes columns such as `occurred.from` and `place.name`. A list
is one column: the references of what it lists, separated by spaces, or, where that has
none, its JSON. So the serializers stay the one declaration, for tables too. Why:
docs/adr/0028-exports.md.
"""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    CharField,
    Expression,
    FloatField,
    Func,
    IntegerField,
    TextField,
)

from records.compiling import At
from records.json_sql import Array, Clock, IfKnown, Joined, Moment, Object, Text

# What a spreadsheet takes for the beginning of a formula, the wide forms of East Asia included.
FORMULA = "=+-@\t\r\n＝＋－＠"


def defused(text):
    """The text, made harmless where a spreadsheet would take it for a formula.

    `Cell` says the same in SQL.
    """
    return f"'{text}" if text and text[0] in FORMULA else text


@dataclass(frozen=True)
class Column:
    """name: with dots. value: its expression, empty where all of `known` are."""

    name: str
    value: Expression
    known: tuple[Expression, ...] = ()

    def plain(self):
        """The value as it is, in JSON."""
        return IfKnown(self.value, *self.known) if self.known else self.value


class References(Func):
    """The references that a queryset of one column gives, in its order."""

    template = "array_to_string(%(expressions)s, ' ')"
    output_field = TextField()

    def __init__(self, rows):
        super().__init__(ArraySubquery(rows))


class InTable(At):
    def array(self, rows, value):
        said = value(self.among(rows))
        if isinstance(said, Object) and "reference" in said.keys:
            reference = said.get_source_expressions()[said.keys.index("reference")]
            return References(self.nested(rows, lambda _at: reference))
        return super().array(rows, value)


def columns_of(view, viewer, shape):
    """The columns that `view` shows of its rows in this shape, in the serializer's order."""
    lookups = view.queryset._prefetch_related_lookups
    at = InTable(view.queryset.model, viewer, shape, lookups=lookups)
    return list(_columns("", at.object(view.serializer(shape))))


def _columns(name, value, known=()):
    match value:
        case Object():
            for key, inner in zip(value.keys, value.get_source_expressions(), strict=True):
                yield from _columns(f"{name}.{key}" if name else key, inner, known)
        case IfKnown():
            inner, *columns = value.get_source_expressions()
            yield from _columns(name, inner, tuple(columns))
        case Array() | Joined():
            yield Column(name, Text(value), known)
        case _:
            yield Column(name, value, known)


class Cell(Func):
    """A column as text: truth in words, and nothing that a spreadsheet would calculate.

    defuse: see `defused`. Not for a file that can say itself that a cell is a text.
    """

    output_field = TextField()

    def __init__(self, column, *, defuse=False):
        super().__init__(column.value, *column.known)
        self.defuse = defuse

    @property
    def kind(self):
        """What the cell holds, once it is known where: `number`, `truth` or `text`."""
        field = self.get_source_expressions()[0].output_field
        if isinstance(field, BooleanField):
            return "truth"
        return "number" if isinstance(field, (IntegerField, FloatField)) else "text"

    def as_sql(self, compiler, connection, **context):
        value, *known = self.get_source_expressions()
        sql, given = compiler.compile(value)
        parameters = list(given)
        if isinstance(value.output_field, BooleanField):
            sql = f"({sql})::text"
        elif self.defuse and _is_free_text(value):
            sql = f"CASE WHEN ascii({sql}) IN {_BEGINNINGS} THEN '''' || {sql} ELSE {sql} END"
            parameters = parameters * 3
        if not known:
            return sql, parameters
        known = [compiler.compile(each) for each in known]
        said = " OR ".join(f"{column} IS NOT NULL" for column, _given in known)
        before = [each for _column, given in known for each in given]
        return f"CASE WHEN {said} THEN {sql} END", [*before, *parameters]


# `ascii` is the code point of the first letter, and does not copy the text to find it.
_BEGINNINGS = f"({', '.join(str(ord(sign)) for sign in FORMULA)})"


def _is_free_text(value):
    """Whether people wrote it. What is chosen or worked out begins with no such sign."""
    field = value.output_field
    written = isinstance(field, (TextField, CharField)) and not field.choices
    return written and not isinstance(value, (Clock, Moment, References, Text))
