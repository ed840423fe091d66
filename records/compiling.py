"""Serializers compiled to SQL: PostgreSQL writes the JSON, and its text goes out untouched.

The serializers stay the one declaration of what is public. They are walked once, and
what comes out is kept: an expression that can be added to any gated rows (`as_json`), or
a whole statement that is given keys (`texts`). A field that is more than a column says
its SQL in `as_json(at)`, beside its `to_representation`. Both say the same:
tests/test_compiled.py. Why: docs/adr/0024-compiled-answers.md.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, OuterRef, Prefetch
from rest_framework import serializers

from records.gate import GatedQuerySet
from records.json_sql import Among, Array, Clock, IfKnown, Later, Object, Text
from records.models import Record
from records.prepared import rows_of
from records.shapes import WHOLE
from records.viewer import Viewer

# What a column comes out as. A field that is none of these has `as_json`.
COLUMNS = {
    serializers.BooleanField: F,
    serializers.CharField: F,
    serializers.ChoiceField: F,
    serializers.DateField: F,
    serializers.DictField: F,
    serializers.IntegerField: F,
    serializers.TimeField: lambda column: Clock(F(column)),
    serializers.URLField: F,
}


class NotCompiled(TypeError):
    """A serializer's field has no SQL."""


@dataclass(frozen=True)
class At:
    """Where an object stands in a query.

    model: of the row it shows. path: the keys that lead there from the rows of the query.
    lookups: the prefetches of these rows, which may say what is nested and in what order.
    """

    model: type
    viewer: object
    shape: object
    path: str = ""
    lookups: tuple = ()
    inside: str = ""  # the name of the field whose objects these are

    def column(self, name):
        """A column of the row."""
        self._field(name, "concrete")
        return F(f"{self.path}{name}")

    def columns(self, *names):
        return [self.column(name) for name in names]

    def over(self, key):
        """The row that a key points at."""
        field = self._field(key, "many_to_one")
        path = f"{self.path}{key}__"
        return replace(self, model=field.related_model, path=path, lookups=())

    def rows(self, relation):
        """The rows that belong to this one and that the viewer may read, in their order."""
        far = self._field(relation, "one_to_many")
        rows = far.related_model._default_manager.all()
        for lookup in self.lookups:
            if isinstance(lookup, Prefetch) and lookup.prefetch_to == relation:
                rows = rows if lookup.queryset is None else lookup.queryset
        if isinstance(rows, GatedQuerySet):
            rows = rows.visible_to(self.viewer)
        return rows.filter(**{far.field.name: OuterRef(f"{self.path}pk")})

    def array(self, rows, value):
        """`value(at)` of each of the rows."""
        return Array(self.nested(rows, value))

    def among(self, rows):
        """Where an object of one of the rows of a query of its own stands."""
        return replace(self, model=rows.model, path="", lookups=rows._prefetch_related_lookups)

    def nested(self, rows, value):
        at = self.among(rows)
        rows = rows.prefetch_related(None).select_related(None).defer(None)
        return rows.values_list(value(at))

    def object(self, serializer):
        """What a serializer shows of the row."""
        fields = serializer.fields.items()
        return Object.of({name: self._value(field) for name, field in fields if self.shows(field)})

    def names(self, serializer):
        """The names of the fields that an answer of this shape has, and of those inside them."""
        for name, field in serializer.fields.items():
            if self.shows(field):
                yield name
                inner = getattr(getattr(field, "child", field), "fields", {})
                if not (self.shape.flat and isinstance(field, serializers.Serializer)):
                    yield from (f"{name}.{each}" for each in inner)

    def shows(self, field):
        """Whether the shape asked for has this field."""
        name = f"{self.inside}.{field.field_name}" if self.inside else field.field_name
        flat = self.shape.flat and (self._holds_records(field) or self._of_another(field))
        return self.shape.has(name) and not flat

    def _of_another(self, field):
        """Whether it is a column of a record that a key leads to, and not its reference."""
        if isinstance(field, serializers.BaseSerializer):
            return False
        *keys, name = field.source_attrs or [""]
        return (bool(keys) and name != "reference") or self._is_key(name)

    def _holds_records(self, field):
        if isinstance(field, serializers.ListSerializer):
            return issubclass(self._field(field.source, "one_to_many").related_model, Record)
        return getattr(field, "holds_records", False)

    def _value(self, field):
        *keys, name = field.source_attrs or [""]
        at = self
        for key in keys:
            at = at.over(key)
        if isinstance(field, serializers.ListSerializer):
            child = field.child
            return at.array(at.rows(name), lambda inner: inner._inside(field).object(child))
        if isinstance(field, serializers.Serializer):
            return at._one(field, name)
        if say := getattr(field, "as_json", None):
            at = at._inside(field)
            return say(at.over(name) if at._is_key(name) else at)
        if type(field) in COLUMNS:
            return COLUMNS[type(field)](at.column(name).name)
        raise NotCompiled(
            f"“{field.field_name}” of {type(field.parent).__name__} is a {type(field).__name__}, "
            "which says no SQL. Give it a method as_json(at), as the fields of records/api.py have."
        )

    def _one(self, field, key):
        far = self.over(key)
        if self.shape.flat:
            return far.column("reference")
        shown = far._inside(field).object(field)
        key = self._field(key, "many_to_one")
        return IfKnown(shown, F(f"{self.path}{key.attname}")) if key.null else shown

    def _inside(self, field):
        return replace(self, inside=f"{self.inside}.{field.field_name}".lstrip("."))

    def _is_key(self, name):
        return any(field.name == name and field.many_to_one for field in self.model._meta.fields)

    def _field(self, name, of_kind):
        try:
            field = self.model._meta.get_field(name)
        except FieldDoesNotExist:
            field = None
        if not getattr(field, of_kind, False):
            raise NotCompiled(
                f"{self.model.__name__} has no “{name}” that SQL could read for a serializer. "
                "A value that Python works out needs a field with a method as_json(at)."
            )
        return field


@lru_cache
def names(view, shape):
    """What can be asked for by `fields` and `omit`."""
    at = At(view.queryset.model, None, shape)
    return tuple(at.names(view.serializer(shape)))


def as_json(view, viewer, shape=WHOLE):
    """An expression: the text of what `view` shows of one of its rows.

    To be added to rows of its model that are gated for the same viewer:
    `rows.annotate(text=as_json(view, rows.viewer))`.
    """
    at = At(view.queryset.model, viewer, shape, lookups=view.queryset._prefetch_related_lookups)
    return Text(at.object(view.serializer(shape)))


def texts(view, viewer, keys, shape=WHOLE, by="pk"):
    """What `view` shows of the rows with these keys that the viewer may read: {key: text}.

    Makes one query, compiled once for all viewers of a kind.
    """
    keys = list(keys)
    if not keys:
        return {}
    sql, parameters = _statement(view, _somebody_like(viewer), shape, by)
    given = [
        (keys if each.name == KEYS else getattr(viewer, each.name))
        if isinstance(each, Later)
        else each
        for each in parameters
    ]
    return dict(rows_of(sql, given, keep=shape.is_usual))


@lru_cache(maxsize=512)
def _statement(view, viewer, shape, by):
    rows = view.queryset.visible_to(viewer).prefetch_related(None).select_related(None)
    rows = rows.defer(None).order_by().filter(Among(F(by), LATER_KEYS))
    rows = rows.values_list(by, as_json(view, viewer, shape))
    return rows.query.sql_with_params()


def forget():
    """Compile anew, because what was compiled changed."""
    _statement.cache_clear()


def _somebody_like(viewer):
    """A viewer of the same kind, about whom the rest is said when the statement is executed."""
    if not isinstance(viewer, Viewer):
        return viewer
    said = {name: LATER[name] for name in LATER if getattr(viewer, name) is not None}
    return replace(viewer, **said)


KEYS = "keys"
LATER_KEYS = Later(KEYS)
LATER = {name: Later(name, cast="bigint") for name in ("person_id", "organisation_id", "clearance")}
