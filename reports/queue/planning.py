"""Who sees to an item, by when, and until when it is put off: written by a monitor."""

from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records.models import User
from records.rights import REVIEW
from records.viewer import Viewer
from reports.models import QueueNote
from reports.models.queue_note import BY_LABEL


class Plan(NamedTuple):
    """What somebody plans for an item.

    seen: `item.changed` as it was shown: what changed since ends the snooze at once.
    """

    person: User | None
    next_action_on: date | None
    snoozed_until: date | None
    reason: str
    seen: datetime


class Unreadable(Exception):
    """The sentence why an item is not given to somebody."""


def monitors(organisation_id):
    """Those of an organisation to whom items can be given."""
    people = User.objects.with_perm(REVIEW, backend="django.contrib.auth.backends.ModelBackend")
    return people.filter(organisation=organisation_id).order_by("username")


def keep(by, item, plan):
    """Write down what is planned for an item, in place of what was.

    Raises:
        Unreadable: the person it is given to may not read its record.
    """
    if plan.person not in (None, by) and not _reads(plan.person, item):
        raise Unreadable(
            _("%(person)s may not read this record: choose somebody else.")
            % {"person": plan.person}
        )
    snoozed = bool(plan.snoozed_until)
    key = {
        "organisation_id": by.organisation_id,
        "kind": item.kind,
        "record_kind": item.record_kind,
        "row_id": item.row_id,
    }
    planned = {
        "person": plan.person,
        "next_action_on": plan.next_action_on,
        "snoozed_until": plan.snoozed_until,
        "reason": plan.reason if snoozed else "",
        "seen": plan.seen if snoozed else None,
        "updated_by": by,
        "updated_at": timezone.now(),
    }
    QueueNote.objects.visible_to(Viewer.of(by)).update_or_create(defaults=planned, **key)


def _reads(person, item):
    rows = BY_LABEL[item.record_kind].objects.visible_to(Viewer.of(person))
    return rows.filter(pk=item.row_id).exists()
