"""Every change a viewer may know of, in the order of commits: docs/adr/0026-the-feed.md."""

import json
from dataclasses import dataclass
from datetime import UTC
from itertools import chain

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Func, OuterRef, Q, Subquery, Value
from django.db.models.fields.tuple_lookups import Tuple
from django.utils.translation import gettext_lazy as _

from incidents.models import FormerReference, Incident
from partners.cursors import Position, StartOver, version_of
from partners.models import Change, Sight
from records.compiling import texts
from records.shapes import FLAT


class ChangeKind(models.TextChoices):
    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    REMOVED = "removed", _("Removed")


class RemovalReason(models.TextChoices):
    WITHDRAWN = "withdrawn", _("Withdrawn")
    MERGED = "merged", _("Merged into another incident")
    UNAVAILABLE = "unavailable", _("Not available any more")


@dataclass(frozen=True)
class Page:
    """entries: JSON texts. position: behind the last of them. more: whether to ask on at once."""

    entries: list[str]
    position: Position
    more: bool


def read(viewer, views, position, size):
    """What comes after a position, or all from the beginning without one.

    views: the view of the API by its noun. Makes at most five queries, and one for each
    noun among the entries.

    Raises:
        StartOver: the change at that position is not there any more.
    """
    changes = Change.objects.visible_to(viewer)
    if position is None:
        position = Position(begun_at=_newest(changes))
    elif position.number and not _is_there(changes, position):
        raise StartOver
    found = _following(changes, position, size + 1)
    rows = list(changes.told().filter(number__in=found[:size]).order_by("number"))
    if rows:
        position = Position(rows[-1].number, rows[-1].made_at, position.begun_at)
    return Page(_entries(rows, viewer, views), position, more=len(found) > size)


def _following(changes, position, most):
    """The numbers of the next changes for the viewer, in order.

    Of each sight he has, by its index: what he may not see is not passed over one by one.
    """
    told = (
        changes.told()
        .filter(_of_sight_after(position.number))
        .exclude(number__lte=position.begun_at, is_seen=False)
        .order_by("sight", "number")
        .values("number")
    )
    sights = Sight.objects.visible_to(changes.viewer).told()
    numbers = sights.annotate(numbers=ArraySubquery(told[:most])).values_list("numbers", flat=True)
    return sorted(chain.from_iterable(numbers))[:most]


def _of_sight_after(number):
    """Condition on a change. Said so that no index answers it but that of sights.

    With `sight = key AND number > …`, PostgreSQL may walk along the primary key, over all
    that the viewer may not see.
    """
    beyond = Func(
        Tuple("sight", "number"),
        Tuple(OuterRef("key"), Value(number)),
        arg_joiner=" > ",
        template="%(expressions)s",
        output_field=models.BooleanField(),
    )
    return Q(beyond, sight__lte=OuterRef("key"))


def _newest(changes):
    last = changes.filter(_of_sight_after(0)).order_by("-sight", "-number").values("number")
    sights = Sight.objects.visible_to(changes.viewer)
    newest = sights.annotate(newest=Subquery(last[:1])).values_list("newest", flat=True)
    return max(filter(None, newest), default=0)


def _is_there(changes, position):
    """Not so in a database that was restored to a day before: it counts anew from there."""
    return changes.filter(number=position.number, made_at=position.made_at).exists()


def _entries(rows, viewer, views):
    nouns = {view.queryset.model._meta.db_table: noun for noun, view in views.items()}
    texts_of = {}
    for table in sorted({row.record_table for row in rows}):
        keys = {row.record_id for row in rows if row.record_table == table}
        texts_of[table] = texts(views[nouns[table]], viewer, keys, FLAT)
    merged = _merged(rows, viewer)
    entries = (
        _entry(row, nouns[row.record_table], texts_of[row.record_table].get(row.record_id), merged)
        for row in rows
    )
    return [entry for entry in entries if entry]


def _merged(rows, viewer):
    """{reference: that of the incident it leads to}, where the viewer may read that one."""
    table = Incident._meta.db_table
    gone = {row.reference for row in rows if row.withdrawn and row.record_table == table}
    if not gone:
        return {}
    former = FormerReference.objects.visible_to(viewer).filter(reference__in=gone)
    return dict(former.values_list("reference", "incident__reference"))


def _entry(row, noun, text, merged):
    """What one change is to its reader now, or None: a later one tells it.

    text: the record as he may read it today, or None.
    merged: what it leads to, by reference.
    """
    of_part = bool(row.part_table)
    if text is not None and (row.is_seen or of_part):
        change = ChangeKind.UPDATED if row.was_seen or of_part else ChangeKind.CREATED
        return _written(row, noun, change, record=text)
    if text is None and row.was_seen and not (row.is_seen or of_part):
        if row.withdrawn and row.reference in merged:
            into = json.dumps(merged[row.reference])
            reason = json.dumps(RemovalReason.MERGED)
            return _written(row, noun, ChangeKind.REMOVED, reason=reason, merged_into=into)
        reason = RemovalReason.WITHDRAWN if row.withdrawn else RemovalReason.UNAVAILABLE
        return _written(row, noun, ChangeKind.REMOVED, reason=json.dumps(reason))
    return None


def _written(row, noun, change, **written):
    says = {
        "noun": noun,
        "reference": row.reference,
        "change": change,
        "version": version_of(row),
        "at": row.made_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    pairs = {name: json.dumps(value) for name, value in says.items()} | written
    return "{" + ", ".join(f'"{name}": {text}' for name, text in pairs.items()) + "}"
