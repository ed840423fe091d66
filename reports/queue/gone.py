"""What was planned for an item that waits no longer: told until it is put away."""

from typing import NamedTuple

from django.db.models import Value
from django.utils import timezone

from records.viewer import Viewer
from reports.models import QueueNote
from reports.models.queue_note import BY_LABEL
from reports.queue.items import PAGE, Wanted, counted
from reports.queue.listed import title_of


class Gone(NamedTuple):
    """A plan without an item, and what its record is called."""

    plan: QueueNote
    title: str


def gone(viewer, keys):
    """The plans with these keys, as many as a page holds. Two queries, or none for none."""
    if not keys:
        return []
    rows = QueueNote.objects.visible_to(viewer).filter(pk__in=keys[:PAGE])
    plans = list(rows.select_related("person"))
    titles = _titles(viewer, plans)
    named = ((plan, titles.get((plan.record_kind, plan.row_id))) for plan in plans)
    return [Gone(plan, title) for plan, title in named if title is not None]


def _titles(viewer, plans):
    wanted = {}
    for plan in plans:
        wanted.setdefault(plan.record_kind, []).append(plan.row_id)
    asked = [
        BY_LABEL[label]
        .objects.visible_to(viewer)
        .filter(pk__in=keys)
        .order_by()
        .values_list(Value(label), "pk", title_of(BY_LABEL[label]))
        for label, keys in wanted.items()
    ]
    together = asked[0].union(*asked[1:], all=True) if asked[1:] else asked[0]
    return {(label, key): title for label, key, title in together}


def put_away(by, asked, keys):
    """Forget these plans, and say how many: what came back meanwhile keeps its own."""
    keys = set(keys) & set(counted(asked, Wanted()).gone)
    plans = QueueNote.objects.visible_to(Viewer.of(by)).filter(pk__in=keys)
    return plans.update(
        person=None,
        next_action_on=None,
        snoozed_until=None,
        reason="",
        seen=None,
        updated_by=by,
        updated_at=timezone.now(),
    )
