"""What became of a record and its parts: who changed what, when and why.

Read from the rows that triggers wrote. A viewer learns of an event if he may read the
record as it is now, and what the event holds besides. So what was restricted once, and is
not today, stays unknown to him, and what is restricted today is so in its past as well.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import BinaryField, OuterRef, Q, Subquery, Value
from django.db.models.fields.json import KT

from records.history_words import told
from records.labels import Labels
from records.models import Part, User

PAGE = 50  # events
AT_ONCE = timedelta(seconds=1)  # between two writes of one command
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NoSuchPage(ValueError):
    """What should say where a page begins does not."""


@dataclass(frozen=True)
class Act:
    """What one request, or one command, did to a record. `request` is empty for a command."""

    at: datetime
    person: str
    reason: str
    request: str
    changes: tuple


@dataclass(frozen=True)
class Page:
    """Newest first. `older` says where the next page begins; empty on the last."""

    acts: tuple[Act, ...]
    older: str


@dataclass(frozen=True)
class Trail:
    """The events of a record itself, or of one kind of its parts, by the key to the record."""

    model: type
    key: str = "pgh_obj"

    @property
    def event(self):
        return self.model.pgh_event_model

    @property
    def of_part(self):
        return self.key != "pgh_obj"

    def events(self, record, viewer):
        """A part that is hidden today is hidden in its past; one that was removed is not."""
        events = self.event.objects.visible_to(viewer).filter(**{f"{self.key}_id": record.pk})
        if not self.of_part:
            return events
        parts = self.model._default_manager.visible_to(viewer)
        there = parts.filter(**{f"{self.key}_id": record.pk}).values("pk")
        removed = events.filter(pgh_label="delete").values("pgh_obj_id")
        return events.filter(Q(pgh_obj_id__in=there) | Q(pgh_obj_id__in=removed))

    def loaded(self, record, viewer, keys):
        """The events with these keys, and that before each. Makes two queries.

        Returns a dictionary from the key to a pair of the event before, or None, and it.
        """
        all_of_it = self.events(record, viewer)
        before = all_of_it.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
        before = Subquery(before.order_by("-pgh_id").values("pgh_id")[:1])
        events = all_of_it.filter(pgh_id__in=keys).annotate(before=before).in_bulk()
        earlier = all_of_it.in_bulk({event.before for event in events.values()} - {None})
        return {key: (earlier.get(event.before), event) for key, event in events.items()}


def trails_of(model):
    """Where the history of a kind of record is written. Sealed tables are in nobody's."""
    keys = [
        relation.field
        for relation in model._meta.related_objects
        if issubclass(relation.related_model, Part)
        and relation.field.name == relation.related_model.KEY[0]
        and not any(isinstance(field, BinaryField) for field in relation.related_model._meta.fields)
    ]
    return [Trail(model), *(Trail(key.model, key.name) for key in keys)]


def history_of(record, viewer, before=""):
    """One page of the history of a record that the viewer may read.

    before: what the page before gave as `older`.

    Raises:
        NoSuchPage: `before` is malformed.

    Makes one query for the page, two for each kind of part on it, and one for each kind of
    row that is named: as many for fifty events as for five.
    """
    return _history(trails_of(type(record)), record, viewer, before)


def last_acts(record, viewer, most):
    """The newest acts on the record itself, without those on its parts alone.

    Makes four queries, and one for each kind of row that is named.
    """
    return _history([Trail(type(record))], record, viewer, "").acts[:most]


def _history(trails, record, viewer, before):
    lines, older = _page(trails, record, viewer, before)
    loaded = {
        at: trail.loaded(record, viewer, {line.key for line in lines if line.trail == at})
        for at, trail in enumerate(trails)
        if any(line.trail == at for line in lines)
    }
    acts = [[loaded[line.trail][line.key] for line in act] for act in _acts(lines)]
    labels = Labels(viewer)
    for act in acts:
        labels.want(User, [_context(event).get("user") for _before, event in act])
    tellings = [told(act, labels) for act in acts]
    labels.load()
    shown = (
        _act(act, tuple(change() for change in changes), labels)
        for act, changes in zip(acts, tellings, strict=True)
    )
    return Page(tuple(act for act in shown if act.changes), older)


def _context(event):
    return event.pgh_context or {}


def _withdrawn_because(events):
    """A withdrawal has its reason on the record, also when nobody gave the request one."""
    for before, event in events:
        reason = getattr(event, "withdrawn_reason", "")
        if reason and (before is None or before.withdrawn_reason != reason):
            return reason
    return ""


def _act(events, changes, labels):
    last = max((event for _before, event in events), key=lambda event: event.pgh_created_at)
    context = _context(last)
    return Act(
        last.pgh_created_at,
        labels.person(context.get("user")),
        context.get("reason") or _withdrawn_because(events),
        context.get("request", ""),
        tuple(change for change in changes if change),
    )


# Which events are on a page


@dataclass(frozen=True)
class _Line:
    at: datetime
    trail: int
    key: int
    request: str | None

    @property
    def address(self):
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}.{self.trail}.{self.key}"


def _page(trails, record, viewer, before):
    """The lines of a page, newest first, and where the next one begins."""
    start = _start(before)
    written = [
        _earlier(trail.events(record, viewer), at, start)
        .order_by()
        .annotate(trail=Value(at), request=KT("pgh_context__request"))
        .values_list("pgh_created_at", "trail", "pgh_id", "request")
        for at, trail in enumerate(trails)
    ]
    together = written[0].union(*written[1:], all=True) if written[1:] else written[0]
    newest = together.order_by("-pgh_created_at", "-trail", "-pgh_id")[: PAGE + 1]
    lines = [_Line(*values) for values in newest]
    if len(lines) <= PAGE:
        return lines, ""
    *lines, next_one = lines
    if next_one.request:  # what one request did stands on one page, if that holds it
        lines = [line for line in lines if line.request != next_one.request] or lines
    return lines, lines[-1].address


def _start(before):
    if not before:
        return None
    if not re.fullmatch(r"[0-9]{1,16}\.[0-9]{1,3}\.[0-9]{1,18}", before):
        raise NoSuchPage(before)
    moment, trail, key = map(int, before.split("."))
    return EPOCH + timedelta(microseconds=moment), trail, key


def _earlier(events, at, start):
    if start is None:
        return events
    moment, trail, key = start
    if at > trail:
        return events.filter(pgh_created_at__lt=moment)
    same = Q(pgh_created_at=moment)
    if at == trail:
        same &= Q(pgh_id__lt=key)
    return events.filter(Q(pgh_created_at__lt=moment) | same)


def _acts(lines):
    """The lines in lists: what one request did, or a command in one go."""
    acts = []
    for line in lines:
        last = acts[-1][-1] if acts else None
        if last and line.request == last.request and (line.request or last.at - line.at < AT_ONCE):
            acts[-1].append(line)
        else:
            acts.append([line])
    for act in acts:
        act.sort(key=lambda line: (line.trail, line.key))
    return acts
