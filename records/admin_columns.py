"""How lists show what a row holds: dates, ranges, names, states."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from records.dates import describe

UNKNOWN = "?"
NOTHING = "–"


def low_high(low, high):
    """`13–14`, `13`, `5–?`. Unknown is never zero."""
    if low == high:
        return UNKNOWN if low is None else str(low)
    return "–".join(UNKNOWN if end is None else str(end) for end in (low, high))


def span_column(span, title):
    """A date as precisely as it is known, sorted by its first possible day."""

    @admin.display(description=title, ordering=f"{span}_from")
    def column(model_admin, row):
        return describe(*(getattr(row, f"{span}_{part}") for part in ("from", "to", "precision")))

    return column


def point_column(field, title):
    """A single date as precisely as it is known, or nothing."""

    @admin.display(description=title, ordering=field)
    def column(model_admin, row):
        day = getattr(row, field)
        return describe(day, day, getattr(row, f"{field}_precision")) if day else NOTHING

    return column


def known_column(field, title):
    """Yes, no, or a question mark while nobody knows."""

    @admin.display(description=title, ordering=field)
    def column(model_admin, row):
        return {True: _("Yes"), False: _("No"), None: UNKNOWN}[getattr(row, field)]

    return column


def first_of(names):
    """The first of several names and how many stand behind it: `Group, +2`."""
    names = list(dict.fromkeys(names))
    if len(names) < 2:
        return names[0] if names else NOTHING
    return format_html("{}, +{}", names[0], len(names) - 1)


def list_link(model, text, **lookups):
    """A link to the list of the rows of `model` that a lookup finds."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    query = "&".join(f"{lookup}={value}" for lookup, value in lookups.items())
    return format_html('<a href="{}?{}">{}</a>', address, query, text)


def chips(record):
    """How far a record is reviewed and who may read it."""
    tlp = record.marking.removeprefix("TLP:").partition("+")[0].lower()
    shown = [(record.review_status, record.get_review_status_display()), (tlp, record.marking)]
    return format_html_join(" ", '<span class="chip chip-{}">{}</span>', shown)
