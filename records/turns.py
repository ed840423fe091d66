"""The transitions of a record as screens offer them: name, words, rule, function."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from records import review
from records import review_rules as rules
from records.models import Marking, ReviewStatus

Text = str | Promise
DRAFT, SUBMITTED, PUBLISHED, WITHDRAWN = ReviewStatus


@dataclass(frozen=True)
class Turn:
    """One transition.

    concerns: whether it makes sense to show it with a record in this state at all.
    asks_code: whether it lets more people read, so that a code is asked for once more.
    """

    name: str
    label: Text
    done: Text
    concerns: Callable
    why_not: Callable
    act: Callable
    asks_reason: bool = False
    asks_audience: bool = False
    asks_code: bool = False
    explains: Text = ""

    @property
    def asks(self):
        return self.asks_reason or self.asks_audience


def _in(*states):
    return lambda record: record.review_status in states


TURNS = [
    Turn(
        "publish",
        _("Publish"),
        _("Published: it counts, and whoever its marking admits may read it."),
        _in(DRAFT, SUBMITTED),
        rules.why_not_publish,
        review.publish,
        asks_code=True,
    ),
    Turn(
        "submit",
        _("Submit for review"),
        _("Submitted: a monitor who did not edit it last may publish it."),
        _in(DRAFT),
        rules.why_not_submit,
        review.submit,
    ),
    Turn(
        "return",
        _("Return to draft"),
        _("Returned: its author may edit it again."),
        _in(SUBMITTED),
        rules.why_not_return,
        review.return_to_draft,
        asks_reason=True,
        explains=_("Say what is missing or wrong. Its author may then edit it again."),
    ),
    Turn(
        "countersign",
        _("Countersign the change"),
        _("Countersigned."),
        lambda record: record.to_countersign,
        rules.why_not_countersign,
        review.countersign,
        asks_code=True,
    ),
    Turn(
        "agree",
        _("Agree to the wider audience"),
        _("Agreed: the wider audience may read it now."),
        lambda record: record.wider,
        rules.why_not_agree_wider,
        review.agree_wider,
        asks_code=True,
    ),
    Turn(
        "decline",
        _("Decline the wider audience"),
        _("Declined: who may read it stays as it is."),
        lambda record: record.wider,
        rules.why_not_decline_wider,
        review.decline_wider,
        asks_reason=True,
        explains=_("Who may read the record stays as it is."),
    ),
    Turn(
        "reinstate",
        _("Reinstate as a draft"),
        _("Reinstated as a draft: it goes through review again."),
        _in(WITHDRAWN),
        rules.why_not_reinstate,
        review.reinstate,
        asks_reason=True,
        explains=_("It becomes a draft and goes through review again."),
    ),
    Turn(
        "narrow",
        _("Let fewer read it"),
        _("Done: fewer may read it from now on."),
        _in(DRAFT, SUBMITTED, PUBLISHED),
        rules.why_not_narrow,
        review.narrow,
        asks_reason=True,
        asks_audience=True,
        explains=_("Raise the marking, or take off organisations or readers. It holds at once."),
    ),
    Turn(
        "ask-wider",
        _("Ask for a wider audience"),
        _("Asked: it holds as soon as another monitor agrees."),
        lambda record: (
            _in(DRAFT, SUBMITTED, PUBLISHED)(record)
            and record.marking != Marking.CLEAR
            and not record.wider
        ),
        rules.why_not_ask_wider,
        review.ask_wider,
        asks_reason=True,
        asks_audience=True,
        explains=_(
            "Lower the marking, or add organisations or readers. It holds as soon as another "
            "monitor agrees."
        ),
    ),
    Turn(
        "withdraw",
        _("Withdraw"),
        _("Withdrawn: it no longer counts, and is kept with its reason."),
        _in(DRAFT, SUBMITTED, PUBLISHED),
        rules.why_not_withdraw,
        review.withdraw,
        asks_reason=True,
        explains=_(
            "It no longer counts, and only staff of its owner still read it. It is kept, with "
            "the reason, and may be reinstated."
        ),
    ),
]
BY_NAME = {turn.name: turn for turn in TURNS}
