"""Who sees to an item, by when, and until when it is put off: written by a monitor."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction
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
    planned: `item.planned` as it was shown: whoever sent this saw that plan and no other.
    """

    person: User | None
    next_action_on: date | None
    snoozed_until: date | None
    reason: str
    seen: datetime
    planned: str


class Moved(Exception):
    """Somebody else changed the plan since it was seen: as a sentence."""


class Unreadable(Exception):
    """The sentence why an item is not given to somebody."""


def monitors(organisation_id):
    """Those of an organisation to whom items can be given."""
    people = User.objects.with_perm(REVIEW, backend="django.contrib.auth.backends.ModelBackend")
    return people.filter(organisation=organisation_id).order_by("username")


def keep(by, item, plan):
    """Write down what is planned for an item, in place of what was.

    Raises:
        Moved: what was there is not what he saw.
        Unreadable: the person it is given to may not read its record.
    """
    if plan.person not in (None, by) and not _reads(plan.person, item):
        raise Unreadable(
            _("%(person)s may not read this record: choose somebody else.")
            % {"person": plan.person}
        )
    notes = QueueNote.objects.visible_to(Viewer.of(by))
    key = {
        "organisation_id": by.organisation_id,
        "kind": item.kind,
        "record_kind": item.record_kind,
        "row_id": item.row_id,
    }
    there = notes.select_for_update(of=("self",)).filter(**key).first()
    if plan.planned != (there.updated_at.isoformat() if there else ""):
        raise Moved(_moved(there))
    snoozed = bool(plan.snoozed_until)
    planned = {
        "person": plan.person,
        "next_action_on": plan.next_action_on,
        "snoozed_until": plan.snoozed_until,
        "reason": plan.reason if snoozed else "",
        "seen": plan.seen if snoozed else None,
        "updated_by": by,
        "updated_at": timezone.now(),
    }
    if there is None:
        _enter(QueueNote(**key, **planned), notes.filter(**key))
    else:
        notes.filter(pk=there.pk).update(**planned)


def _enter(note, same):
    try:
        with transaction.atomic():
            note.save(force_insert=True)
    except IntegrityError as clash:
        if first := same.first():  # somebody else's, of this very moment
            raise Moved(_moved(first)) from clash
        raise


def _moved(note):
    """What somebody else planned meanwhile."""
    said = [_("given to %(person)s") % {"person": note.person}] if note and note.person else []
    if note and note.next_action_on:
        said.append(_("next action on %(day)s") % {"day": note.next_action_on})
    if note and note.snoozed_until:
        told = {"day": note.snoozed_until, "reason": note.reason}
        said.append(_("snoozed until %(day)s: %(reason)s") % told)
    return _("Somebody else changed the plan meanwhile. It is now: %(plan)s.") % {
        "plan": "; ".join(map(str, said)) or _("nothing planned")
    }


def _reads(person, item):
    rows = BY_LABEL[item.record_kind].objects.visible_to(Viewer.of(person))
    return rows.filter(pk=item.row_id).exists()
