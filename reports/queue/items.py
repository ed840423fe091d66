"""The items of the queue: counted by kind, and listed by urgency a page at a time.

One query each, made of the gated querysets of reports/queue/rules.py: the same rows are
counted and listed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models import F
from django.utils.translation import get_language

from records.dates import days_from
from records.rights import REVIEW
from reports.models import QueueKind, QueueNote
from reports.queue import cases
from reports.queue.listed import COLUMNS
from reports.queue.rules import everything
from reports.sql import sql_of

PAGE = 25
NOTED = (
    "person_id",
    "username",
    "first_name",
    "last_name",
    "next_action_on",
    "snoozed_until",
    "reason",
    "updated_at",
)


@dataclass(frozen=True)
class Item:
    """Something to do: a record, why it is in the queue, and what is planned for it.

    yours: it is for the viewer: given to him, or to nobody and he may clear it.
    changed: when what it rests on was changed last; a snooze holds as long as that stays.
    """

    kind: QueueKind
    record_kind: str
    row_id: int
    title: str
    target: int | None
    about: str
    first_on: date
    last_on: date
    precision: str
    due_on: date | None
    changed: datetime
    editor: int | None
    author: int | None
    person_id: int | None
    username: str | None
    first_name: str | None
    last_name: str | None
    next_action_on: date | None
    snoozed_until: date | None
    reason: str | None
    updated_at: datetime | None
    snoozed: bool
    may: bool
    yours: bool
    due: bool
    place: int

    @property
    def person(self):
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.username

    @property
    def planned(self):
        """Tells the plan of this moment from any other; empty where there is none."""
        return self.updated_at.isoformat() if self.updated_at else ""

    @property
    def position(self):
        """Where it stands in the order."""
        return (int(not self.due), self.place, self.last_on, self.record_kind, self.row_id)

    @property
    def key(self):
        """Its position as text, for an address."""
        return "~".join(map(str, self.position))


@dataclass(frozen=True)
class Wanted:
    """Which items somebody wants to see.

    whose: all, yours, mine or unassigned. after: the `position` of the item before the page.
    """

    kind: str = ""
    whose: str = "all"
    due: bool = False
    snoozed: bool = False
    after: tuple | None = None


WHOSE = {
    "all": "true",
    "yours": "yours",
    "mine": "person_id = %(me)s",
    "unassigned": "person_id IS NULL",
}
BY_A_SECOND_PERSON = (QueueKind.TO_REVIEW, QueueKind.TO_COUNTERSIGN, QueueKind.TO_AGREE)
_SECOND_PERSON = f"({', '.join(repr(kind.value) for kind in BY_A_SECOND_PERSON)})"
_NOTE = ("kind", "record_kind", "row_id", *NOTED)
_UNSHOWN = ("seen", "pk", "updated_by")
_PLACES = " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(QueueKind.values))

_LISTED = f"""
    {{tables}},
    {cases.DERIVED},
    item ({", ".join(COLUMNS)}) AS MATERIALIZED (
        SELECT DISTINCT ON (kind, record_kind, row_id) * FROM ({{rules}})
        AS found ({", ".join(COLUMNS)})
        ORDER BY kind, record_kind, row_id, last_on DESC
    ),
    note ({", ".join(_NOTE)}, {", ".join(_UNSHOWN)}) AS MATERIALIZED ({{notes}}),
    allowed AS (
        SELECT item.*, {", ".join(f"note.{name}" for name in NOTED)},
            coalesce(snoozed_until > %(day)s AND note.seen = item.changed, false) AS snoozed,
            CASE
                WHEN kind = 'draft_left' THEN author IS NOT DISTINCT FROM %(me)s
                WHEN kind IN {_SECOND_PERSON}
                THEN %(monitor)s AND editor IS DISTINCT FROM %(me)s
                ELSE %(monitor)s
            END AS may
        FROM item LEFT JOIN note USING (kind, record_kind, row_id)
    ),
    listed AS MATERIALIZED (
        SELECT allowed.*,
            coalesce(person_id = %(me)s, may) AS yours,
            coalesce(least(next_action_on, due_on) <= %(day)s, false) AS due,
            CASE kind {_PLACES} END AS place
        FROM allowed
    )
"""


class Counted(NamedTuple):
    """What the queue holds, in numbers.

    kinds: {kind: (items of the list, snoozed of those, yours, all open)}, of kinds with any.
    gone: keys of what the viewer planned for items that wait no longer. His own plans alone: he
    saw the item, which may tell of a record that others who read this one may not read.
    """

    kinds: dict
    gone: list


def counted(asked, wanted):
    """Counts by kind, and plans without an item, as `Counted`. One query."""
    where = _condition(wanted)
    *kinds, (_none, *_numbers, gone) = _rows(
        asked,
        f"""SELECT kind, count(*) FILTER (WHERE NOT snoozed AND {where}),
            count(*) FILTER (WHERE snoozed AND {where}),
            count(*) FILTER (WHERE NOT snoozed AND yours),
            count(*) FILTER (WHERE NOT snoozed), NULL::bigint[]
        FROM listed GROUP BY kind
        UNION ALL
        SELECT NULL, 0, 0, 0, 0, coalesce(array_agg(pk ORDER BY pk), ARRAY[]::bigint[])
        FROM note LEFT JOIN item USING (kind, record_kind, row_id)
        WHERE item.kind IS NULL AND updated_by = %(me)s
        AND (person_id IS NOT NULL OR coalesce(next_action_on, snoozed_until) IS NOT NULL)
        ORDER BY kind NULLS LAST""",
    )
    return Counted({QueueKind(kind): numbers for kind, *numbers, _none in kinds}, gone)


def counts(asked, wanted):
    return counted(asked, wanted).kinds


def yours(asked):
    """How many items are the viewer's to clear. One query."""
    return _rows(asked, "SELECT count(*) FROM listed WHERE yours AND NOT snoozed")[0][0]


def page_of(asked, wanted):
    """(items of a page, whether there are more), the most urgent first."""
    where = [_condition(wanted), "snoozed" if wanted.snoozed else "NOT snoozed"]
    given = {}
    if wanted.kind:
        where.append("kind = %(kind)s")
        given["kind"] = wanted.kind
    if wanted.after:
        names = ("after_due", "after_place", "after_day", "after_kind", "after_row")
        given |= dict(zip(names, wanted.after, strict=True))
        where.append(
            "((NOT due)::int, place, last_on, record_kind, row_id) > (%(after_due)s, "
            "%(after_place)s, %(after_day)s::date, %(after_kind)s, %(after_row)s)"
        )
    rows = _items(asked, " AND ".join(where), given)
    return rows[:PAGE], len(rows) > PAGE


def item_of(asked, kind, record_kind, row_id):
    """The item, snoozed or not, or None: its rule does not hold, or he may not see it."""
    given = {"kind": kind, "record_kind": record_kind, "row": row_id}
    where = "kind = %(kind)s AND record_kind = %(record_kind)s AND row_id = %(row)s"
    return next(iter(_items(asked, where, given)), None)


def _items(asked, where, given):
    rows = _rows(
        asked,
        f"""SELECT {", ".join(Item.__dataclass_fields__)} FROM listed WHERE {where}
        ORDER BY NOT due, place, last_on, record_kind, row_id LIMIT {PAGE + 1}""",
        **given,
    )
    return [Item(QueueKind(kind), *values) for kind, *values in rows]


def _condition(wanted):
    return f"({WHOSE[wanted.whose]} AND {'due' if wanted.due else 'true'})"


def _rows(asked, select, **given):
    head, parameters = _head(asked, get_language())
    viewer = asked.viewer
    me = {
        "day": asked.day,
        "quiet_since": asked.quiet_since,
        "soon": days_from(asked.day, cases.HEARINGS_AHEAD),
        "me": viewer.person_id,
        "monitor": viewer.has(REVIEW),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {head} {select}", {**parameters, **me, **given})
        return cursor.fetchall()


@lru_cache(maxsize=64)
def _head(asked, _language):
    """(sql, parameters by name): to make it of querysets takes longer than to ask it."""
    notes = QueueNote.objects.visible_to(asked.viewer).annotate(
        username=F("person__username"),
        first_name=F("person__first_name"),
        last_name=F("person__last_name"),
    )
    tables = {name: sql_of(rows) for name, rows in cases.tables(asked).items()}
    rules = [sql_of(rows) for rows in everything(asked)]
    note, note_values = sql_of(notes.values_list(*_NOTE, *_UNSHOWN))
    heads = ", ".join(f"{name} AS MATERIALIZED ({sql})" for name, (sql, _more) in tables.items())
    found = " UNION ALL ".join([*(sql for sql, _more in rules), *cases.RULES])
    sql = _LISTED.replace("{tables}", heads).replace("{rules}", found).replace("{notes}", note)
    values = [value for _sql, more in [*tables.values(), *rules] for value in more]
    return _named(sql, [*values, *note_values])


def _named(sql, values):
    """The placeholders of compiled querysets as names, among those that are named already."""
    pieces = sql.split("%s")
    named = "".join(f"{piece}%(p{place})s" for place, piece in enumerate(pieces[:-1]))
    return named + pieces[-1], {f"p{place}": value for place, value in enumerate(values)}
