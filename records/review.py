"""How a record changes its state: each transition in one transaction, with a row lock.

Whoever acts says which version he saw; if the record has moved on, nothing is done. What
he may do is said by records/review_rules.py. Text is edited elsewhere: in forms.
"""

from contextlib import contextmanager
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from records import review_rules as rules
from records.models import ReviewStatus
from records.viewer import Viewer, because


class Refused(Exception):
    """The sentence why not, for whoever asked."""

    def __init__(self, sentence, field=None):
        super().__init__(sentence)
        self.field = field


class Stale(Refused):
    """The record changed since the person saw it."""


class Audience(NamedTuple):
    """Who may read a record, as far as it is chosen by hand."""

    marking: str
    shared_with: list[int]
    readers: list[int]

    @classmethod
    def of(cls, record):
        return cls(record.marking, record.shared_with, record.readers)

    @classmethod
    def asked_for(cls, record):
        return cls(*(record.wider[name] for name in cls._fields))

    def put_on(self, record):
        record.marking, record.shared_with, record.readers = self


@contextmanager
def changing(why_not, person, record, version, reason):
    """The record, locked and as it is now, to be changed by a person who may. Saved after.

    Raises:
        record.DoesNotExist: there is none that he may read.
        Stale: it is not the version he saw.
        Refused: he may not, or another record stands against it.
    """
    kind = type(record)
    viewer = Viewer.of(person)
    try:
        with transaction.atomic():
            row = kind.objects.visible_to(viewer).select_for_update().get(pk=record.pk)
            if row.version != version:
                raise Stale(
                    _(
                        "Nothing was done: you saw version %(seen)s, and by now it is version "
                        "%(now)s. Look at it again."
                    )
                    % {"seen": version, "now": row.version}
                )
            if why := why_not(person, row):
                raise Refused(why)
            if reason:
                because(reason=reason)
            yield row
            row.save()
    except IntegrityError as clash:
        raise Refused(_in_words(clash, kind)) from clash
    record.refresh_from_db(from_queryset=kind.objects.visible_to(viewer))


def _in_words(clash, kind):
    """What the constraint says that another record stands against."""
    name = clash.__cause__.diag.constraint_name
    for constraint in kind._meta.constraints:
        if constraint.name == name:
            return constraint.get_violation_error_message()
    raise clash


def _given(reason):
    reason = reason.strip()
    if not reason:
        raise Refused(_("Give the reason: it is kept in the history."), "reason")
    return reason


# Review


def submit(person, record, *, version):
    """Draft to submitted: its author thinks it ready."""
    with changing(rules.why_not_submit, person, record, version, "") as row:
        row.review_status = ReviewStatus.SUBMITTED


def return_to_draft(person, record, *, version, reason):
    """Submitted to draft, with what is missing."""
    with changing(rules.why_not_return, person, record, version, _given(reason)) as row:
        row.review_status = ReviewStatus.DRAFT


def publish(person, record, *, version):
    """Submitted to published, by somebody else than edited it last."""
    with changing(rules.why_not_publish, person, record, version, "") as row:
        row.review_status = ReviewStatus.PUBLISHED
        row.to_countersign = False


def withdraw(person, record, *, version, reason):
    """Out of every count and out of partners' sight, but kept with its reason."""
    reason = _given(reason)
    with changing(rules.why_not_withdraw, person, record, version, reason) as row:
        row.review_status = ReviewStatus.WITHDRAWN
        row.withdrawn_reason = reason
        row.to_countersign = False
        row.wider = None


def reinstate(person, record, *, version, reason):
    """Withdrawn to draft: it goes through review again."""
    with changing(rules.why_not_reinstate, person, record, version, _given(reason)) as row:
        row.review_status = ReviewStatus.DRAFT
        row.withdrawn_reason = ""


def countersign(person, record, *, version):
    """A second monitor agrees to what another changed in a published record."""
    with changing(rules.why_not_countersign, person, record, version, "") as row:
        row.to_countersign = False


# Audience


def narrow(person, record, audience, *, version, reason=""):
    """Raise the marking, or let fewer read. One person alone, at once."""
    with changing(rules.why_not_narrow, person, record, version, reason.strip()) as row:
        _check(person, row, audience)
        if Audience.of(row) == audience:
            raise Refused(_("Nothing would change."), "marking")
        if rules.widens(row.owner_id, Audience.of(row), audience):
            raise Refused(WIDENS, "marking")
        audience.put_on(row)


WIDENS = _(
    "This would let more people read it, which takes two monitors: one asks for it with the "
    "button “Ask for a wider audience”, another agrees."
)
WIDENS_PART = _(
    "This would let more people read it. Nobody lowers the marking of a part alone: take it "
    "off and enter it anew, so that another monitor looks at it."
)


def ask_wider(person, record, audience, *, version, reason):
    """Ask a second monitor to let more people read a record."""
    reason = _given(reason)
    with changing(rules.why_not_ask_wider, person, record, version, reason) as row:
        _check(person, row, audience)
        if not rules.widens(row.owner_id, Audience.of(row), audience):
            raise Refused(
                _("This lets nobody read it who does not already: narrow it without asking."),
                "marking",
            )
        row.wider = {**audience._asdict(), "asked_by": person.pk, "reason": reason}


def agree_wider(person, record, *, version):
    """The second monitor agrees: what was asked for holds at once."""
    with changing(rules.why_not_agree_wider, person, record, version, "") as row:
        audience = Audience.asked_for(row)
        _check(person, row, audience)
        because(reason=row.wider["reason"], asked_by=row.wider["asked_by"])
        audience.put_on(row)
        row.wider = None


def decline_wider(person, record, *, version, reason):
    """Say no to a wider audience, or take one's own request back."""
    with changing(rules.why_not_decline_wider, person, record, version, _given(reason)) as row:
        row.wider = None


def _check(person, record, audience):
    wrong = (
        rules.why_unreadable(person, audience.marking, audience.readers)
        or rules.why_unshareable(type(record), *audience)
        or rules.why_uncleared(audience.readers)
    )
    if wrong:
        field, sentence = wrong
        raise Refused(sentence, field)
