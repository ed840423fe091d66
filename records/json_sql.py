"""JSON as PostgreSQL writes it: the expressions that compiled serializers are made of.

Each is text of type `json` when it is evaluated. Keys come in the order given, which
`jsonb` would not keep, and any number of them, which `json_build_object` would not take.
"""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Expression, FloatField, Func, TextField


class Object(Func):
    """Values under their keys. Keys are ours and hold no quotation mark."""

    output_field = TextField()

    def __init__(self, *values, keys):
        super().__init__(*values)
        self.keys = keys

    @classmethod
    def of(cls, values):
        return cls(*values.values(), keys=tuple(values))

    def as_sql(self, compiler, connection, **context):
        columns, parameters = [], []
        for key, value in zip(self.keys, self.source_expressions, strict=True):
            sql, given = compiler.compile(value)
            columns.append(f'{sql} AS "{key}"')
            parameters.extend(given)
        return f"(SELECT row_to_json(o) FROM (SELECT {', '.join(columns)}) AS o)", parameters


class IfKnown(Func):
    """`value`, or null where all of `columns` are."""

    output_field = TextField()

    def __init__(self, value, *columns):
        super().__init__(value, *columns)

    def as_sql(self, compiler, connection, **context):
        (value, parameters), *columns = map(compiler.compile, self.source_expressions)
        known = " OR ".join(f"{sql} IS NOT NULL" for sql, _given in columns)
        given = [each for _sql, parameters in columns for each in parameters]
        return f"CASE WHEN {known} THEN {value} END", [*given, *parameters]


class Array(Func):
    """One JSON value for each row of a queryset of one column, in its order."""

    function = "array_to_json"
    output_field = TextField()

    def __init__(self, rows):
        super().__init__(ArraySubquery(rows))


class Joined(Func):
    """Single JSON values that are not null, and then those of a queryset, as one array."""

    output_field = TextField()

    def __init__(self, *values):
        super().__init__(*values[:-1], ArraySubquery(values[-1]))

    def as_sql(self, compiler, connection, **context):
        *singles, (rows, last) = map(compiler.compile, self.source_expressions)
        first = ", ".join(f"({sql})" for sql, _given in singles)
        kept = f"ARRAY(SELECT v FROM unnest(ARRAY[{first}]) AS v WHERE v IS NOT NULL)"
        parameters = [each for _sql, given in singles for each in given]
        return f"array_to_json({kept} || {rows})", [*parameters, *last]


class Moment(Func):
    """A timestamp in UTC, to the microsecond."""

    template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    output_field = TextField()


class Clock(Func):
    """A time of day as ISO 8601 has it: six digits of a second's fraction, or none."""

    template = (
        "rpad(%(expressions)s::text, CASE WHEN extract(second FROM %(expressions)s) = "
        "trunc(extract(second FROM %(expressions)s)) THEN 8 ELSE 15 END, '0')"
    )
    output_field = TextField()


class Text(Func):
    template = "%(expressions)s::text"
    output_field = TextField()


class Number(Func):
    """A decimal as the shortest text that means the same double."""

    template = "%(expressions)s::float8"
    output_field = FloatField()


class Later(Expression):
    """A parameter that is named now and given at each execution."""

    def __init__(self, name, cast=""):
        super().__init__(output_field=TextField())
        self.name = name
        self.cast = cast

    def as_sql(self, compiler, connection):
        return f"%s::{self.cast}" if self.cast else "%s", [self]


class Among(Func):
    """Whether a column is one of the values of an array."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()
