"""Who sees to an item, by when, and until when it is put off: written by a monitor."""

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records.rights import REVIEW
from records.viewer import Viewer
from reports.models import QueueNote
from reports.models.queue_note import BY_LABEL


class Unreadable(Exception):
    """The sentence why an item is not given to somebody."""


def monitors(organisation_id):
    """Those of an organisation to whom items can be given."""
    people = get_user_model().objects.with_perm(
        REVIEW, backend="django.contrib.auth.backends.ModelBackend"
    )
    return people.filter(organisation=organisation_id).order_by("username")


def plan(by, item, *, person, next_action_on, snoozed_until, reason, seen):
    """Write down what is planned for an item, in place of what was.

    seen: `item.changed` as it was shown: what changed since ends the snooze at once.

    Raises:
        Unreadable: the person it is given to may not read its record.
    """
    if person is not None and person != by and not _reads(person, item):
        raise Unreadable(
            _("%(person)s may not read this record: choose somebody else.") % {"person": person}
        )
    snoozed = bool(snoozed_until)
    key = {
        "organisation_id": by.organisation_id,
        "kind": item.kind,
        "record_kind": item.record_kind,
        "row_id": item.row_id,
    }
    planned = {
        "person": person,
        "next_action_on": next_action_on,
        "snoozed_until": snoozed_until,
        "reason": reason if snoozed else "",
        "seen": seen if snoozed else None,
        "updated_by": by,
        "updated_at": timezone.now(),
    }
    QueueNote.objects.visible_to(Viewer.of(by)).update_or_create(defaults=planned, **key)


def _reads(person, item):
    rows = BY_LABEL[item.record_kind].objects.visible_to(Viewer.of(person))
    return rows.filter(pk=item.row_id).exists()
