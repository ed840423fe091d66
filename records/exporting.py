"""Everything that matches, out: PostgreSQL writes the lines, and they are passed on as they come.

A statement is made of gated rows while the request is answered, and executed when its
answer is consumed: by then the request's transaction is over, so it opens its own, for the
same viewer. One statement sees one state of the database, however long it takes.
"""

import csv
import io
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import F, Func, TextField, Value

from records.compiling import as_json
from records.hxl import tags_of
from records.json_sql import IfKnown, Number, Object, Text
from records.tables import Cell, columns_of
from records.viewer import viewing

BLOCK = 64 * 1024  # bytes that are passed on at once
LONGEST = "60s"  # for which the database works on one export
# A line as it is: JSON escapes both signs, so that nothing in it is ever quoted.
AS_IT_IS = r"FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01'"


@dataclass(frozen=True)
class Statement:
    """What PostgreSQL is to copy out, and what stands around its lines.

    between: stands before each line but the first.
    """

    sql: str
    parameters: tuple
    options: str
    before: bytes = b""
    between: bytes = b""
    after: bytes = b""

    @classmethod
    def of(cls, rows, *columns, options, **around):
        sql, parameters = rows.values_list(*columns).query.sql_with_params()
        return cls(sql, parameters, options, **around)


def copied(statement, *, split=False):
    """The lines of a statement, or its rows, as the connection is allowed to see them.

    split: each as the texts of its cells, None where there is nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST}'; SET LOCAL datestyle = ISO")
        sql = f"COPY ({statement.sql}) TO STDOUT ({statement.options})"
        with cursor.copy(sql, statement.parameters) as lines:
            yield from lines.rows() if split else lines


def streamed(viewer, statement):
    """The export in blocks, read as this viewer when it is asked for.

    If reading fails midway, so does this: the answer then lacks its end, and whoever
    receives it can tell that it is not whole.
    """
    block, between = bytearray(statement.before), b""
    with viewing(viewer):
        for line in copied(statement):
            block += between
            block += line
            between = statement.between
            if len(block) >= BLOCK:
                yield bytes(block)
                block.clear()
    block += statement.after
    yield bytes(block)


# The formats. Each takes gated rows, in their order, and the view whose shape they have


@dataclass(frozen=True)
class Table(Statement):
    """A statement of a table.

    names: of its columns. kinds: what their cells hold, as `Cell.kind` says.
    """

    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def table(view, rows, shape, *, more=(), defuse=False, **around):
    """The rows as a table, with more columns than those of the view."""
    columns = [*columns_of(view, rows.viewer, shape), *more]
    query = rows.values_list(*(Cell(column, defuse=defuse) for column in columns)).query
    sql, parameters = query.sql_with_params()
    names = tuple(column.name for column in columns)
    kinds = tuple(cell.kind for cell in _cells_of(query))
    return Table(sql, parameters, names=names, kinds=kinds, **around)


def _cells_of(query):
    return [each for each in query.annotation_select.values() if isinstance(each, Cell)]


def as_csv(view, rows, shape, *, hxl=False, more=()):
    """RFC 4180, in UTF-8; lines end with a line feed."""
    made = table(view, rows, shape, more=more, defuse=True, options="FORMAT csv")
    head = io.StringIO()
    writer = csv.writer(head, lineterminator="\n")
    writer.writerow(made.names)
    if hxl:
        writer.writerow(tags_of(view, made.names))
    return replace(made, before=head.getvalue().encode())


def as_ndjson(view, rows, shape):
    """One record a line, as the list shows it."""
    return Statement.of(rows, as_json(view, rows.viewer, shape), options=AS_IT_IS)


def as_geojson(view, rows, shape):
    """A FeatureCollection (RFC 7946); the properties are the columns of the table."""
    at = f"{view.point_at}__" if view.point_at else ""
    longitude, latitude = F(f"{at}longitude"), F(f"{at}latitude")
    point = Object.of({"type": Value("Point"), "coordinates": _Pair(longitude, latitude)})
    columns = columns_of(view, rows.viewer, shape)
    feature = Object.of(
        {
            "type": Value("Feature"),
            "id": F("reference"),
            "geometry": IfKnown(point, latitude),
            "properties": Object.of({column.name: column.plain() for column in columns}),
        }
    )
    return Statement.of(
        rows,
        Text(feature),
        options=AS_IT_IS,
        before=b'{"type":"FeatureCollection","features":[\n',
        between=b",",
        after=b"]}\n",
    )


class _Pair(Func):
    function = "json_build_array"
    output_field = TextField()

    def __init__(self, *numbers):
        super().__init__(*map(Number, numbers))
