"""Which militia stands behind a group, on a given day.

A facade or brigade is folded into the group it is a facade or brigade of, along the
relations in force that day and held at least as surely as the reader asks. Several
roots are possible: the sources contradict each other.
Definition: docs/methodology.md#roll-up.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from militias.models import Relation, RelationKind

FOLDED_INTO = [RelationKind.FACADE_OF, RelationKind.BRIGADE_OF]


@dataclass(frozen=True)
class Stretch:
    """From `since` to `until`, both included, `member` is folded into `root`. Ids."""

    member: int
    root: int
    since: date
    until: date


def stretches(question):
    """The roots of every group that is ever folded into another.

    Returns a list of Stretch. On days that none of its stretches covers, a group is its
    own root. Makes one query.
    """
    parents = _parents(question)
    return [
        Stretch(member, root, since, until)
        for member in sorted(parents)
        for since, until in _intervals(member, parents)
        for root in sorted(_roots(member, parents, since))
    ]


def climbs(question):
    """When every group is folded into each of those above it, not into the topmost alone.

    Returns a list of Stretch, whose root is any group above the member. Makes one query.
    """
    parents = _parents(question)
    return [
        Stretch(member, above, since, until)
        for member in sorted(parents)
        for since, until in _intervals(member, parents)
        for above in sorted(_above(member, parents, since).keys() - {member})
    ]


def folded_into(question, group):
    """When which groups are folded into this one, directly or through others.

    Returns a list of Stretch, whose root is `group`, the id of any group: a brigade that is
    itself folded into a militia has facades of its own. Makes one query.
    """
    parents = _parents(question)
    return [
        Stretch(member, group, since, until)
        for member in sorted(parents.keys() - {group})
        for since, until in _intervals(member, parents)
        if group in _above(member, parents, since)
    ]


def _parents(question):
    """(parent, since, until) of each relation climbed, by the id of its member."""
    relations = (
        Relation.objects.counted_for(question.viewer)
        .filter(kind__in=FOLDED_INTO)
        .held_with(question.min_confidence)
        .values_list("from_group", "to_group", "since", "until")
    )
    parents = defaultdict(list)
    for member, parent, since, until in relations:
        parents[member].append((parent, since or date.min, until or date.max))
    return parents


def _intervals(member, parents):
    """Days cut wherever a relation above `member` begins or ends."""
    beginnings = {date.min}
    for above in _all_above(member, parents):
        for _parent, since, until in parents.get(above, ()):
            beginnings.add(since)
            if until < date.max:
                beginnings.add(until + timedelta(days=1))
    ordered = sorted(beginnings)
    endings = [day - timedelta(days=1) for day in ordered[1:]] + [date.max]
    return zip(ordered, endings, strict=True)


def _all_above(member, parents):
    found, to_visit = set(), [member]
    while to_visit:
        group = to_visit.pop()
        if group not in found:
            found.add(group)
            to_visit += [parent for parent, _since, _until in parents.get(group, ())]
    return found


def _above(member, parents, day):
    """{group: its parents that day}, for the member and all that stands above it."""
    found, to_visit = {}, [member]
    while to_visit:
        group = to_visit.pop()
        if group not in found:
            found[group] = [
                parent for parent, since, until in parents.get(group, ()) if since <= day <= until
            ]
            to_visit += found[group]
    return found


def _roots(member, parents, day):
    """The tops of the climb that day: none where the relations go in a circle."""
    return {group for group, above in _above(member, parents, day).items() if not above}
