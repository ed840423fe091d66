"""An event of the history in words: what was done, and what it made different."""

from dataclasses import dataclass
from functools import cache

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.dates import describe
from records.differences import (
    Difference,
    compared,
    content_fields,
    text_of,
    wanted_by,
)
from records.labels import isolated, span_title
from records.models import Organisation, Part, ReviewStatus, User

STATE = {
    "review_status",
    "withdrawn_reason",
    "to_countersign",
}  # told as what was done, not as a difference
MOVES = {
    (ReviewStatus.SUBMITTED, ReviewStatus.DRAFT): gettext_lazy("Returned to its author"),
    (ReviewStatus.WITHDRAWN, ReviewStatus.DRAFT): gettext_lazy("Reinstated as a draft"),
    ReviewStatus.DRAFT: gettext_lazy("Made a draft"),
    ReviewStatus.SUBMITTED: gettext_lazy("Submitted for review"),
    ReviewStatus.PUBLISHED: gettext_lazy("Published"),
    ReviewStatus.WITHDRAWN: gettext_lazy("Withdrawn"),
}
PART_ACTIONS = {
    "insert": gettext_lazy("%(part)s added: %(label)s"),
    "update": gettext_lazy("%(part)s changed: %(label)s"),
    "delete": gettext_lazy("%(part)s removed: %(label)s"),
}


@dataclass(frozen=True)
class Change:
    """One row: what was done to it, and field by field what that changed.

    whole: it came or went, so the differences are simply all it says.
    """

    action: str
    differences: tuple[Difference, ...]
    whole: bool


def told(events, labels):
    """How to tell each of an act's events, given the event before it, or None.

    Says to `labels` what it wants, and returns functions to call when they are loaded. Each
    gives a Change, or None for an event that changed nothing that anybody wrote.
    """
    return [_telling(before, event, labels) for before, event in events]


def _telling(before, event, labels):
    for row in filter(None, (before, event)):
        for line in lines_of(event.pgh_tracked_model):
            for field in line.fields:
                pointed = wanted_by(field, getattr(row, field.attname))
                if pointed:
                    labels.want(*pointed)
        for model, keys in _asked_for(row):
            labels.want(model, keys)
    tell = _of_part if issubclass(event.pgh_tracked_model, Part) else _of_record
    return lambda: tell(before, event, labels)


def _of_record(before, event, labels):
    if event.pgh_label == "insert" or before is None:
        status = ReviewStatus(event.review_status).label
        first = (
            _("Recorded (%(status)s)")
            if event.pgh_label == "insert"
            else _("Changed; from then on it says (%(status)s)")
        )
        return Change(first % {"status": status}, _differences(None, event, labels), whole=True)
    done = _review(before, event, labels)
    differences = _differences(before, event, labels)
    if not done and not differences:
        return None
    return Change("; ".join(done) or _("Changed"), differences, whole=False)


def _of_part(before, event, labels):
    model = event.pgh_tracked_model
    key = [model._meta.get_field(name) for name in model.KEY[1:]]
    label = [text_of(field, getattr(event, field.attname), labels) for field in key]
    action = PART_ACTIONS[event.pgh_label] % {
        "part": capfirst(model._meta.verbose_name),
        "label": isolated(" · ".join(filter(None, label))),
    }
    if event.pgh_label == "update" and before is not None:
        differences = _differences(before, event, labels)
        return Change(action, differences, whole=False) if differences else None
    told_already = set(model.KEY)
    old, new = (event, None) if event.pgh_label == "delete" else (None, event)
    return Change(action, _differences(old, new, labels, told_already), whole=True)


# What was done


def _review(before, event, labels):
    done = []
    move = (before.review_status, event.review_status)
    if move[0] != move[1]:
        done.append(str(MOVES.get(move) or MOVES[move[1]]))
    elif before.to_countersign and not event.to_countersign:
        done.append(_("Countersigned"))
    if event.to_countersign and not before.to_countersign:
        done.append(_("Awaits the signature of a second monitor"))
    if event.wider and event.wider != before.wider:
        done.append(
            _("Wider audience asked for: %(audience)s") % {"audience": _wider(event, labels)}
        )
    if before.wider and not event.wider:
        agreed = before.marking != event.marking or before.shared_with != event.shared_with
        agreed = agreed or before.readers != event.readers
        done.append(_("Wider audience agreed to") if agreed else _("Wider audience declined"))
    return done


def _asked_for(row):
    """The organisations and persons that a wider audience was asked for."""
    wider = getattr(row, "wider", None) or {}
    return [(Organisation, wider.get("shared_with", [])), (User, wider.get("readers", []))]


def _wider(event, labels):
    names = [labels.of(model, key) for model, keys in _asked_for(event) for key in keys]
    return ", ".join([event.wider.get("marking", ""), *names])


# What it made different


@dataclass(frozen=True)
class Line:
    """What is told in one line: a field, or the two or three that make a date."""

    label: str
    fields: tuple

    def text(self, row, labels):
        values = [getattr(row, field.attname) for field in self.fields]
        if len(values) == 1:
            return text_of(self.fields[0], values[0], labels)
        first, last = values[0], values[-2]
        return "" if first is None else str(describe(first, last, values[-1]))


@cache
def lines_of(model):
    fields = {field.name: field for field in content_fields(model) if field.name not in STATE}
    lines = []
    while fields:
        name = next(iter(fields))
        span = name.removesuffix("_from")
        together = [name]
        label = fields[name].verbose_name
        if span != name and {f"{span}_to", f"{span}_precision"} <= fields.keys():
            together += [f"{span}_to", f"{span}_precision"]
            label = span_title(model, span)
        elif f"{name}_precision" in fields:
            together.append(f"{name}_precision")
        lines.append(Line(label, tuple(fields.pop(one) for one in together)))
    return lines


def _differences(old, new, labels, left_out=()):
    model = (old or new).pgh_tracked_model
    whole = set(model.KEY[:1]) if issubclass(model, Part) else set()
    found = []
    for line in lines_of(model):
        if line.fields[0].name in whole | set(left_out):
            continue
        before, after = (line.text(row, labels) if row else "" for row in (old, new))
        if before != after:
            found.append(compared(capfirst(line.label), before, after))
    return tuple(found)
