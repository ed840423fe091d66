"""Who may do what with a record. Each rule returns None (he may) or the sentence why not.

The screens show these sentences beside their buttons, `records/review.py` refuses by
them, and the triggers of records/models/second_person.py stand behind them.
"""

from django.contrib.auth import get_permission_codename
from django.db import connection
from django.utils.translation import gettext_lazy as _

from records.models import Marking, ReviewStatus, User
from records.rights import REVIEW
from records.viewer import NOTHING, Viewer

IN_STATE = {  # a sentence for whoever asks for something that this state does not allow
    ReviewStatus.DRAFT: _("It is a draft."),
    ReviewStatus.SUBMITTED: _("It is submitted and waits for review."),
    ReviewStatus.PUBLISHED: _("It is published."),
    ReviewStatus.WITHDRAWN: _("It is withdrawn: a monitor may reinstate it."),
}


def reviews(person):
    return person.has_perm(REVIEW)


def _first(*sentences):
    return next((sentence for sentence in sentences if sentence), None)


def _why_not_his(person, record):
    """Whoever reads a record of another organisation does not change it."""
    if record.owner_id != person.organisation_id or person.organisation_id is None:
        return _("It belongs to another organisation.")
    change = get_permission_codename("change", record._meta)
    if not person.has_perm(f"{record._meta.app_label}.{change}"):
        return _("Your role does not change records of this kind.")
    return None


def _why_no_monitor(person, record):
    return _why_not_his(person, record) or (
        None if reviews(person) else _("Only a monitor does this.")
    )


def _why_not_in(record, *states):
    return None if record.review_status in states else IN_STATE[ReviewStatus(record.review_status)]


# Editing


def why_not_edit(person, record):
    return _first(
        _why_not_his(person, record),
        _why_not_in(record, ReviewStatus.DRAFT, ReviewStatus.PUBLISHED),
        None if reviews(person) else _why_not_by_author(person, record),
    )


def _why_not_by_author(person, record):
    if record.review_status == ReviewStatus.PUBLISHED:
        return _("It is published: only a monitor changes it, with a reason.")
    if record.created_by_id != person.pk:
        return _("A draft is changed by whoever entered it, or by a monitor.")
    return None


# Review


def why_not_submit(person, record):
    return _first(_why_not_in(record, ReviewStatus.DRAFT), why_not_edit(person, record))


def why_not_return(person, record):
    return _first(_why_not_in(record, ReviewStatus.SUBMITTED), _why_no_monitor(person, record))


def why_not_publish(person, record):
    """Makes one query, if nothing else stands against it."""
    return _first(
        _("It is a draft: submit it first.")
        if record.review_status == ReviewStatus.DRAFT
        else _why_not_in(record, ReviewStatus.SUBMITTED),
        _why_no_monitor(person, record),
        _why_edited_last(
            person, record, _("You edited it last: another monitor has to publish it.")
        ),
        _why_no_source(person, record),
    )


def _why_edited_last(person, record, sentence):
    return sentence if record.updated_by_id == person.pk else None


def _why_no_source(person, record):
    if not hasattr(record, "citations"):
        return None
    if record.citations.all().visible_to(Viewer.of(person)).exists():
        return None
    return _("It has no source: return it, so that one is cited.")


def why_not_withdraw(person, record):
    open_states = (ReviewStatus.DRAFT, ReviewStatus.SUBMITTED, ReviewStatus.PUBLISHED)
    return _first(_why_not_in(record, *open_states), _why_no_monitor(person, record))


def why_not_reinstate(person, record):
    return _first(
        _why_not_in(record, ReviewStatus.WITHDRAWN),
        _why_no_monitor(person, record),
        _("It was merged into another: undo the merge, and it is as it was before.")
        if getattr(record, "merged_into_id", None)
        else None,
    )


def why_not_countersign(person, record):
    return _first(
        None if record.to_countersign else _("No change waits for a second monitor."),
        _why_no_monitor(person, record),
        _why_edited_last(
            person, record, _("You edited it last: another monitor has to countersign.")
        ),
    )


# Audience


def why_not_narrow(person, record):
    if record.review_status == ReviewStatus.SUBMITTED:
        return _why_no_monitor(person, record)
    return why_not_edit(person, record)


def why_not_ask_wider(person, record):
    open_states = (ReviewStatus.DRAFT, ReviewStatus.SUBMITTED, ReviewStatus.PUBLISHED)
    return _first(
        _why_not_in(record, *open_states),
        _("Everybody may read it already.") if record.marking == Marking.CLEAR else None,
        _why_no_monitor(person, record),
        _("A wider audience is asked for already.") if record.wider else None,
    )


def why_not_agree_wider(person, record):
    return _first(
        None if record.wider else _("Nobody asked for a wider audience."),
        _why_no_monitor(person, record),
        _("You asked for it yourself: another monitor has to agree.")
        if record.wider["asked_by"] == person.pk
        else None,
    )


def why_not_decline_wider(person, record):
    return _first(
        None if record.wider else _("Nobody asked for a wider audience."),
        _why_no_monitor(person, record),
    )


def widens(owner_id, was, becomes):
    """Whether a change of (marking, shared_with, readers) lets anybody read who could not.

    The database says it, for its triggers hold it. Makes one query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audience_widens(%s, %s, %s::bigint[], %s::bigint[], "
            "%s, %s::bigint[], %s::bigint[])",
            [owner_id, *was, *becomes],
        )
        return cursor.fetchone()[0]


def why_unreadable(person, marking, readers):
    """(field, sentence) if the person could not read what he is about to save, or None."""
    viewer = Viewer.of(person)
    if viewer.clearance == NOTHING or Marking(marking).rank > viewer.clearance:
        return "marking", _(
            "You are cleared for %(clearance)s, so you could not read it yourself: "
            "choose that or less, or ask somebody with a higher clearance."
        ) % {"clearance": person.clearance}
    if readers and person.pk not in readers:
        return "readers", _("Name yourself too, or you could not read it any more.")
    return None


def why_unshareable(kind, marking, shared_with, readers):
    """(field, sentence) if marking, organisations and readers do not go together, or None."""
    if shared_with and marking != Marking.AMBER:
        return "shared_with", _sentence_of(kind, "shared_only_if_amber")
    if bool(readers) != (marking == Marking.RED):
        return "readers", _sentence_of(kind, "readers_only_if_red")
    return None


def _sentence_of(kind, rule):
    name = f"{kind._meta.model_name}_{rule}"
    constraint = next(each for each in kind._meta.constraints if each.name == name)
    return constraint.get_violation_error_message()


def why_uncleared(readers):
    """(field, sentence) if somebody named on a TLP:RED row would not read it, or None."""
    uncleared = User.objects.filter(pk__in=readers).exclude(clearance=Marking.RED).order_by("pk")
    if not uncleared:
        return None
    return "readers", _("Not cleared for TLP:RED, so would not read it: %(persons)s.") % {
        "persons": ", ".join(user.get_full_name() or user.username for user in uncleared)
    }
