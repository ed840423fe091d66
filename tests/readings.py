"""Who may read which row, in plain Python: what docs/security.md says, restated without SQL.

`shown_by_rule` is the third word between the two walls: each is held to it by itself. It
reads the columns of rows as they are stored; that these are right is held elsewhere
(tests/test_audience.py).
"""

from dataclasses import dataclass
from functools import partial

from django.apps import apps
from django.db import connection
from pghistory.models import Event

from incidents.models import Import, ImportMapping, ImportRow, Incident, Merge, MergedRow
from legal.models import NameReading
from partners.models import Change, Proposal, Release, Sight
from records.models import AuditEntry, Download
from records.models.audience import Marked
from records.rights import AUDIT
from records.viewer import NOTHING, viewing
from reports.models import Digest, HandedOver, QueueNote, SavedView
from reports.models.queue_note import BY_LABEL
from tests.direct_sql import EVENTS, sql

RANKS = ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"]
AMBER = RANKS.index("TLP:AMBER")


@dataclass
class Stored:
    """Every row of every table, past all walls: {table: {key: {column: value}}}."""

    rows: dict

    @classmethod
    def now(cls):
        return cls({model: _stored(model) for model in READ_BY})

    def of(self, model):
        return self.rows[model]


def _stored(model):
    key = model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
        columns = [column.name for column in cursor.description]
        rows = [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]
    return {row[key]: row for row in rows}


def shown_by_rule(model, viewer, stored):
    """The keys of the rows that the viewer may read, in order."""
    admits = READ_BY[model]
    return sorted(key for key, row in stored.of(model).items() if admits(row, viewer, stored))


# Rules


def _admitted(row, viewer, columns="audience"):
    rank, organisations, readers = (
        row[f"{columns}_{name}"] for name in ("rank", "organisations", "readers")
    )
    return (
        rank is not None
        and rank <= viewer.clearance
        and (organisations is None or viewer.organisation_id in organisations)
        and (readers is None or viewer.person_id in readers)
    )


def _of_marked(right, row, viewer, stored):
    published = row["audience_published"] or viewer.drafts
    return published and _admitted(row, viewer) and (right is None or viewer.has(right))


def _of_event(event, row, viewer, stored):
    """It then and the row today; a part that is gone, with what it belonged to."""
    model = event.pgh_tracked_model
    if not _of_marked(model.RIGHT, row, viewer, stored):
        return False
    there = _is_read(model, row["pgh_obj_id"], viewer, stored)
    key = getattr(model, "KEY", None)
    if not key:
        return there
    whole = model._meta.get_field(key[0])
    if not _is_read(whole.related_model, row[whole.column], viewer, stored):
        return False
    return there or row["pgh_obj_id"] not in stored.of(model)


def _is_read(model, key, viewer, stored):
    row = stored.of(model).get(key)
    return row is not None and READ_BY[model](row, viewer, stored)


def _of_own_desk(row, viewer, stored):
    own = viewer.organisation_id is not None and row["owner_id"] == viewer.organisation_id
    return own and viewer.drafts and RANKS.index(row["marking"]) <= viewer.clearance


def _of_saved_view(row, viewer, stored):
    own = viewer.organisation_id is not None and row["owner_id"] == viewer.organisation_id
    return own and viewer.drafts and viewer.clearance > NOTHING


def _of_import_row(row, viewer, stored):
    made = row["incident_id"]
    seen = made is None or _is_read(Incident, made, viewer, stored)
    return seen and _is_read(Import, row["run_id"], viewer, stored)


def _of_merge(row, viewer, stored):
    both = (row["kept_id"], row["merged_id"])
    return all(_is_read(Incident, key, viewer, stored) for key in both)


def _of_handed_over(row, viewer, stored):
    rank = RANKS.index(row["marking"])
    for_all = rank < AMBER
    return (
        viewer.drafts
        and rank <= viewer.clearance
        and (for_all or row["owner_id"] == viewer.organisation_id)
    )


def _of_queue_note(row, viewer, stored):
    own = viewer.organisation_id is not None and row["organisation_id"] == viewer.organisation_id
    model = BY_LABEL[row["record_kind"]]
    return own and viewer.drafts and _is_read(model, row["row_id"], viewer, stored)


def _of_reading(row, viewer, stored):
    of_person = row["person_id"] is not None and row["person_id"] == viewer.person_id
    of_key = row["key"] is not None and row["key"] == viewer.key_id
    return of_person or of_key or viewer.has(AUDIT)


def _of_change(row, viewer, stored):
    return any(_admitted(row, viewer, columns) for columns in ("before", "after"))


def _of_entry(row, viewer, stored):
    own = row["person_id"] is not None and row["person_id"] == viewer.person_id
    return own or viewer.has(AUDIT)


def _of_digest(row, viewer, stored):
    return row["person_id"] == viewer.person_id


def _of_release(row, viewer, stored):
    return RANKS.index(row["marking"]) <= viewer.clearance


def _of_proposal(row, viewer, stored):
    """Keys of one organisation are told apart by the first wall alone."""
    own = viewer.organisation_id is not None and row["organisation_id"] == viewer.organisation_id
    return own and row["person_id"] == viewer.person_id


def _of_nobody(row, viewer, stored):
    return False


MARKED = [
    model
    for model in apps.get_models()
    if issubclass(model, Marked) and not hasattr(model, "pgh_tracked_model")
]
READ_BY = {
    **{model: partial(_of_marked, model.RIGHT) for model in MARKED},
    **dict.fromkeys((Import, ImportMapping), _of_own_desk),
    SavedView: _of_saved_view,
    ImportRow: _of_import_row,
    Merge: _of_merge,
    MergedRow: _of_nobody,
    HandedOver: _of_handed_over,
    QueueNote: _of_queue_note,
    **dict.fromkeys((NameReading, Download), _of_reading),
    **dict.fromkeys((Change, Sight), _of_change),
    AuditEntry: _of_entry,
    Digest: _of_digest,
    Release: _of_release,
    Proposal: _of_proposal,
}
# Of what has no audience, an event is read by who may read what it says.
READ_BY |= {
    event: partial(_of_event, event) if event in EVENTS else READ_BY[event.pgh_tracked_model]
    for event in apps.get_models()
    if issubclass(event, Event) and getattr(event, "pgh_tracked_model", None) in READ_BY
}


# Walls


def shown_by_database(model, viewer):
    """What the second wall shows by itself."""
    key = model._meta.pk.column
    with viewing(viewer):
        sql("SELECT set_config('musaala.maintenance', 'on', true)")  # which is the owner's alone
        shown = sql(f'SELECT {key} FROM "{model._meta.db_table}" ORDER BY 1')
    return [key for (key,) in shown]


def shown_by_gate(model, viewer):
    """What the first wall shows by itself: asked as the owner, whom no policy binds."""
    return sorted(model.objects.visible_to(viewer).values_list("pk", flat=True))
