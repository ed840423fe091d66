"""The queue as its readers see it: whose, and which items."""

from dataclasses import replace
from datetime import date

from records.rights import READ, REVIEW
from records.viewer import Viewer
from reports.queue.asked import Asked
from reports.queue.items import Wanted, page_of
from tests.factories import UserFactory

TODAY = date(2026, 11, 22)
MONITOR = [READ, REVIEW]


def monitor(**values):
    return UserFactory(**{"is_staff": True, "rights": MONITOR, **values})


def asked(person=None, day=TODAY, **more):
    return Asked(Viewer.of(person or monitor()), day, **more)


def items(question, **wanted):
    """Every item of a list, page by page."""
    found, more, wanted = [], True, Wanted(**wanted)
    while more:
        rows, more = page_of(question, wanted)
        found += rows
        wanted = replace(wanted, after=rows[-1].position) if more else wanted
    return found


def kinds_of(record, **question):
    """Why a record is in the queue."""
    key = (record._meta.label_lower, record.pk)
    found = items(asked(**question))
    return {item.kind.value for item in found if (item.record_kind, item.row_id) == key}
