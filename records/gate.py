"""One gate: rows reach somebody through `visible_to(viewer)`, or not at all.

A queryset of marked rows remembers for whom it was gated. One that was gated for nobody
raises when it is evaluated, wherever it hides: in a count, a subquery, a prefetch, an
update. So to forget the gate is an error, not a leak. Row-level security in the database
is the second wall: records/walls.py.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Prefetch, Q
from django.db.models.query import prefetch_related_objects
from django.db.models.sql import Query

_lifted: ContextVar["Unrestricted | None"] = ContextVar("lifted", default=None)


class UngatedQuery(RuntimeError):
    """Rows were asked for without saying who is asking."""


@dataclass(frozen=True)
class Unrestricted:
    """Stands where a viewer stands, and sees every row."""

    reason: str
    published_only: bool = False

    def may_read(self):
        return Q(audience_published=True) if self.published_only else Q()

    def of_published(self):
        return Unrestricted(self.reason, published_only=True)

    def has(self, right):
        return True


@contextmanager
def unrestricted(reason):
    """No gate inside. For the operator's own commands; tests/test_gate.py lists the calls."""
    token = _lifted.set(Unrestricted(reason))
    try:
        yield
    finally:
        _lifted.reset(token)


@contextmanager
def gated():
    """Inside, every query is gated, also within `unrestricted`."""
    token = _lifted.set(None)
    try:
        yield
    finally:
        _lifted.reset(token)


class GatedQuery(Query):
    """A query that is compiled only when it is known for whom."""

    gate = None

    def passed(self):
        """The viewer, or Unrestricted, for whom the rows are.

        Raises:
            UngatedQuery: nobody said.
        """
        gate = self.gate or _lifted.get()
        if gate is None:
            raise UngatedQuery(
                f"Rows of {self.model.__name__} were asked for without visible_to(viewer)."
            )
        return gate

    def get_compiler(self, *args, **options):
        self.passed()
        return super().get_compiler(*args, **options)

    def chain(self, klass=None):
        if klass is not None:  # an update or a delete is made of it
            self.passed()
        return super().chain(klass)

    def combine(self, rhs, connector):
        same = self.gate == rhs.gate
        super().combine(rhs, connector)
        self.gate = self.gate if same else None

    def setup_joins(self, *args, **options):
        """A filter must not look through a relation at rows that nobody gated.

        What a visible row points at is visible too, and so are its `MEMBERS`. Everything
        else on the far side may be hidden, so it is filtered by a gated subquery instead.
        """
        info = super().setup_joins(*args, **options)
        if not (isinstance(self.gate, Unrestricted) or _lifted.get()):
            for step in info.path:
                if step.m2m and _may_hide(step):
                    raise UngatedQuery(
                        f"A filter on {step.from_opts.model.__name__} looks through "
                        f"“{step.join_field.name}” at rows that may be hidden. Filter by "
                        "the keys of a gated queryset instead."
                    )
        return info


def _may_hide(step):
    far = step.to_opts.model
    if not hasattr(far, "audience_rank"):
        return False
    members = getattr(step.from_opts.model, "MEMBERS", ())
    return step.join_field.name not in members


def right_needed(model):
    """The right that readers of these rows, or of their history, need beside the audience."""
    tracked = getattr(model, "pgh_tracked_model", None) or model
    return getattr(tracked, "RIGHT", None)


class GatedQuerySet(models.QuerySet):
    """Rows that carry an audience: see records/models/audience.py."""

    def __init__(self, model=None, query=None, using=None, hints=None):
        super().__init__(model, query or GatedQuery(model), using, hints)

    def visible_to(self, viewer):
        """Rows that the viewer may read: the one gate."""
        if self.query.gate == viewer:
            return self
        rows = self.filter(self.admitting(viewer))
        rows.query.gate = viewer
        return rows

    def admitting(self, viewer):
        """Condition on a row: it admits this viewer. The policies say the same in the database."""
        right = right_needed(self.model)
        if right and not viewer.has(right):
            return Q(pk__in=[])
        return viewer.may_read()

    def counted_for(self, viewer):
        """Rows that enter a count made for the viewer: published, with all they name."""
        return self.visible_to(viewer.of_published())

    def unrestricted(self, *, reason):
        """All rows, for work that shows them to nobody; tests/test_gate.py lists the calls."""
        rows = self._chain()
        rows.query.gate = Unrestricted(reason)
        return rows

    @property
    def viewer(self):
        """For whom these rows are. Raises UngatedQuery if nobody said."""
        return self.query.passed()

    def _prefetch_related_objects(self):
        lookups = _gated_lookups(self.model, self._prefetch_related_lookups, self.viewer)
        prefetch_related_objects(self._result_cache, *lookups)
        self._prefetch_done = True

    def _raw_delete(self, using):
        self.query.passed()
        return super()._raw_delete(using)


def _gated_lookups(model, lookups, viewer):
    """The lookups with each queryset gated by the viewer of the rows they belong to."""
    gated_lookups = {}
    for lookup in lookups:
        if isinstance(lookup, Prefetch):
            path, to_attr, rows = lookup.prefetch_through, lookup.to_attr, lookup.queryset
        else:
            path, to_attr, rows = lookup, None, None
        steps = path.split("__")
        for depth in range(1, len(steps)):
            shorter = "__".join(steps[:depth])
            gated_lookups.setdefault(shorter, _gated_lookup(model, shorter, None, None, viewer))
        gated_lookups[to_attr or path] = _gated_lookup(model, path, rows, to_attr, viewer)
    return gated_lookups.values()


def _gated_lookup(model, path, rows, to_attr, viewer):
    if rows is None:
        rows = _many_related(model, path)
    if isinstance(rows, GatedQuerySet):
        rows = rows.visible_to(viewer)
    own_name = to_attr if to_attr and to_attr != path.split("__")[-1] else None
    return Prefetch(path, rows, own_name)


def _many_related(model, path):
    """All rows that a path leads to, or None if it ends at a key, which points at a visible row."""
    for name in path.split("__"):
        try:
            relation = model._meta.get_field(name)
        except FieldDoesNotExist:  # the name some prefetch before gave to its rows
            return None
        model = relation.related_model
    return model._default_manager.all() if relation.one_to_many else None
