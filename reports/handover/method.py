"""How a report counts and what it cannot say, in short: docs/methodology.md has the whole."""

from django.utils.translation import gettext_lazy as _

RULES = (
    (
        _("Unit"),
        _(
            "One attack: one kind, one place, one span of time. An attack with many "
            "arrests counts once."
        ),
    ),
    (
        _("By a day"),
        _(
            "Nothing dated after the day of the report counts. An attack enters the "
            "count once it had certainly begun. Of a date known only to the month or "
            "year, the last possible day decides."
        ),
    ),
    (
        _("The ladder"),
        _(
            "Recorded; claimed; attributed; led to an arrest; to a charge; to a "
            "trial; to a conviction, ever; to a conviction that stands. Each rung is "
            "counted on its own: an attack may have a conviction without a recorded "
            "arrest, or an arrest without a claim."
        ),
    ),
    (
        _("Arrest"),
        _(
            "An arrest counts if somebody ties it to the attack, at least possibly, "
            "as of a suspected perpetrator, accomplice or commander. Held for "
            "negligence of duty does not count. Bail is not release."
        ),
    ),
    (
        _("Contested"),
        _(
            "A link is contested when somebody says the arrest was for another deed. "
            "Contested links count unless the report says otherwise; the number "
            "without them stands beside."
        ),
    ),
    (
        _("Charge and trial"),
        _(
            "A trial proves a charge, and a conviction proves both. A conviction "
            "proves no arrest: courts sentence the absent, and custody may never have "
            "been made public."
        ),
    ),
    (
        _("A conviction that stands"),
        _(
            "One that no ruling has undone by the day, for at least one of the "
            "convicted. An annulment or a retrial ordered undoes; a commutation or a "
            "pardon does not."
        ),
    ),
    (
        _("Confidence"),
        _(
            "Confirmed, likely, possible, doubtful, rejected: how sure the author of "
            "a statement is. A claim counts if it is held at least possible, an "
            "attribution if it reaches the least confidence asked for."
        ),
    ),
    (
        _("Contradictions"),
        _(
            "Statements that contradict each other stand side by side: the surest "
            "first, then the newest. An attack attributed to several counts in each "
            "of their rows, so rows can add up to more than the total."
        ),
    ),
    (
        _("Roll-up"),
        _(
            "A facade or brigade is folded into the militia behind it by the "
            "relations in force on the day of the attack. That does not say the "
            "militia did it."
        ),
    ),
)
LIMITS = (
    _(
        "Unknown is not zero. “None recorded” says that nobody documented it in a "
        "source that was read, not that it did not happen."
    ),
    _(
        "The attacks are those somebody documented, in languages somebody read. They "
        "are not a sample of all attacks, and arrests that nobody announced are "
        "missing."
    ),
    _(
        "An arrest “for the attack” is an authority's or a reporter's word. It says "
        "nothing about guilt."
    ),
    _("A standing conviction says what a court decided, not that the trial was fair."),
    _(
        "Records that this audience may not read are not counted. Another audience "
        "can rightly get other numbers."
    ),
    _("Persons held or sought are counted and never named."),
)
