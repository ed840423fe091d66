"""What the queue says of an item: why it is there, what clears it, and where."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from legal.models import RulingKind, StepKind
from records.dates import describe
from reports.models import QueueKind as Kind
from reports.models.queue_note import BY_LABEL

_EVENTS = {
    **dict(StepKind.choices),
    **dict(RulingKind.choices),
    "convicted": _("Convicted"),
}

_WHY = {
    Kind.HEARING_PASSED: _("A hearing was set for %(day)s; no outcome is recorded."),
    Kind.HEARING_DUE: _("A hearing is set for %(day)s."),
    Kind.TO_COUNTERSIGN: _("Published, and changed by one monitor alone on %(day)s."),
    Kind.TO_AGREE: _("One monitor asks that more people may read it."),
    Kind.TO_REVIEW: _("Submitted; changed last on %(day)s."),
    Kind.ARREST_WITHOUT_PERSON: _("Arrest of %(day)s; nobody held in it is recorded."),
    Kind.ARREST_WITHOUT_LINK: _("Arrest of %(day)s; it is linked to no incident."),
    Kind.CONVICTION_WITHOUT_ARREST: _(
        "Convicted on %(day)s; of at least one of the convicted no arrest is recorded."
    ),
    Kind.LINK_CONTESTED: _("Arrest of %(day)s; somebody says that it was for another deed."),
    Kind.CASUALTIES_DIFFER: _("Sources give numbers of casualties that do not overlap."),
    Kind.DETAINED_DIFFER: _("Sources give different numbers of detained; arrest of %(day)s."),
    Kind.REASONS_DIFFER: _("%(event)s on %(day)s: others report another reason than was stated."),
    Kind.ATTRIBUTIONS_DIFFER: _("With the same confidence, different groups are named."),
    Kind.NAME_IN_QUESTION: _("A source gives this name to a group, and it may be another's."),
    Kind.DRAFT_LEFT: _("A draft, unchanged since %(day)s and not submitted."),
}
_WHY_MERGED = _("Merged into another incident by one monitor alone on %(day)s.")
_CURE = {
    Kind.HEARING_PASSED: _("Record what came of it, or the day it was put off to"),
    Kind.HEARING_DUE: _("Record what came of it once it was held"),
    Kind.TO_COUNTERSIGN: _("Look at the change and countersign"),
    Kind.TO_AGREE: _("Agree, or decline with a reason"),
    Kind.TO_REVIEW: _("Publish it, or return it with a reason"),
    Kind.BAILED: _("Record the next step"),
    Kind.QUIET: _("Record the next step"),
    Kind.ARREST_WITHOUT_PERSON: _("Enter who was held"),
    Kind.ARREST_WITHOUT_LINK: _("Link it to an incident"),
    Kind.CONVICTION_WITHOUT_ARREST: _("Record the arrest"),
    Kind.LINK_CONTESTED: _("Settle whether it is contested"),
    Kind.CASUALTIES_DIFFER: _("Correct a figure, or reject one with its basis"),
    Kind.DETAINED_DIFFER: _("Settle the number"),
    Kind.REASONS_DIFFER: _("Settle the reason"),
    Kind.ATTRIBUTIONS_DIFFER: _("Correct a confidence, or reject one attribution"),
    Kind.NAME_IN_QUESTION: _("Decide whether it is the same group"),
    Kind.DRAFT_LEFT: _("Submit it, or withdraw it"),
}


def why(item, day):
    """One sentence: why the item is in the queue on a day."""
    if item.kind in (Kind.QUIET, Kind.BAILED):
        return _why_quiet(item, day)
    said = {"day": _day(item), "event": _EVENTS.get(item.about, "")}
    return (_WHY_MERGED if item.about == "merged" else _WHY[item.kind]) % said


def _why_quiet(item, day):
    days = (day - item.last_on).days
    number = f"{days:,}"
    if not item.about:
        return ngettext(
            "No step of this case is recorded, %(number)s day after it was entered.",
            "No step of this case is recorded, %(number)s days after it was entered.",
            days,
        ) % {"number": number}
    return ngettext(
        "%(event)s on %(day)s; nothing recorded for %(number)s day.",
        "%(event)s on %(day)s; nothing recorded for %(number)s days.",
        days,
    ) % {"event": _EVENTS[item.about], "day": _day(item), "number": number}


def _day(item):
    return describe(item.first_on, item.last_on, item.precision)


def cure(item):
    return _CURE[item.kind]


def noun(item):
    return BY_LABEL[item.record_kind]._meta.verbose_name


def record_address(item):
    app, model = item.record_kind.split(".")
    return reverse(f"admin:{app}_{model}_change", args=[item.row_id])


def cure_address(item):
    """The form that clears the item: that of the record itself, or of what has to be added."""
    match item.kind:
        case Kind.QUIET | Kind.BAILED | Kind.HEARING_PASSED | Kind.HEARING_DUE:
            return f"{reverse('admin:legal_step_add')}?suspect={item.target}"
        case Kind.CONVICTION_WITHOUT_ARREST:
            return reverse("admin:legal_arrest_add")
    return record_address(item)
