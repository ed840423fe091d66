"""Dates that are known only to a month, a year or so.

An event is stored as its first and last possible day and a precision. The database
function `span_fits` holds the three together; `days_of` fills in what a precision
implies. Definitions: docs/methodology.md#dates.
"""

import calendar
import re
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Func, Q
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext_lazy as _


class Precision(models.TextChoices):
    DAY = "day", _("Day")
    SPAN = "span", _("From one day to another")
    MONTH = "month", _("Month")
    YEAR = "year", _("Year")
    ABOUT = "about", _("About: at some time between two days")


POINT_PRECISIONS = [
    (precision.value, precision.label) for precision in Precision if precision != Precision.SPAN
]


# How a field of a form takes a day: 03/04/2021 is two different days to two readers.
DAY_WRITTEN = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")  # strptime takes 2021-2-3, too
ISO_DAY: dict[str, Any] = {
    "input_formats": ["%Y-%m-%d"],
    "error_messages": {"invalid": _("Give a day as YYYY-MM-DD.")},
}


def precision_field(**options):
    return models.CharField(max_length=5, choices=Precision, **options)


def days_from(day, number):
    """So many days later, or earlier; the first or last day there is, where that lies beyond."""
    try:
        return day + timedelta(days=number)
    except OverflowError:
        return date.max if number > 0 else date.min


def days_of(day, precision):
    """The first and last day of the day, month or year that `day` lies in.

    Returns `(day, None)` for a precision that says nothing about the last day.
    """
    match precision:
        case Precision.DAY:
            return day, day
        case Precision.MONTH:
            last = calendar.monthrange(day.year, day.month)[1]
            return day.replace(day=1), day.replace(day=last)
        case Precision.YEAR:
            return date(day.year, 1, 1), date(day.year, 12, 31)
        case _:
            return day, None


def span_constraint(prefix, name=None):
    """`<prefix>_from`, `_to` and `_precision` fit each other, or all three are empty."""
    return models.CheckConstraint(
        condition=Q(
            Func(
                f"{prefix}_from",
                f"{prefix}_to",
                f"{prefix}_precision",
                function="span_fits",
                output_field=models.BooleanField(),
            )
        ),
        name=f"%(class)s_{name or prefix}_fits_precision",
        violation_error_message=_(
            "First day, last day and precision do not fit. For a day both are the same; "
            "for a month or a year they are its first and last day; for a span or "
            "“about” the last day is later than, or not before, the first."
        ),
    )


def dated_constraint(field):
    """`<field>` and `<field>_precision` are both given or both empty."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True, f"{field}_precision": ""})
        | (Q(**{f"{field}__isnull": False}) & ~Q(**{f"{field}_precision": ""})),
        name=f"%(class)s_{field}_has_precision",
        violation_error_message=_("A date needs a precision, and a precision needs a date."),
    )


def order_constraint(first, last):
    return models.CheckConstraint(
        condition=Q(**{f"{first}__isnull": True})
        | Q(**{f"{last}__isnull": True})
        | Q(**{f"{first}__lte": models.F(last)}),
        name=f"%(class)s_{first}_before_{last}",
        violation_error_message=_("The first date is later than the last one."),
    )


def describe(first, last, precision):
    """The date as people write it: `2021-02-15`, `2019-12`, `about 2020-12-20 to 2020-12-25`."""
    if first is None:
        return _("date unknown")
    match precision:
        case Precision.MONTH:
            return _upright(f"{first:%Y-%m}")
        case Precision.YEAR:
            return f"{first:%Y}"
        case Precision.SPAN:
            return f"{_upright(first)} – {_upright(last)}"
        case Precision.ABOUT:
            return _("about %(first)s to %(last)s") % {"first": first, "last": last}
        case _:
            return _upright(first)


def _upright(date):
    """The date, isolated where an Arabic letter before it would turn its parts round."""
    return f"\u2068{date}\u2069" if get_language_bidi() else f"{date}"
