"""One way of writing a day for a whole column, for 03/04/2021 is two days to two readers."""

import re
from datetime import date

from django.utils.translation import gettext_lazy as _

from records.dates import Precision, days_from, days_of

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_CLOCK = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_FORMATS = {
    "iso": rf"(?P<year>\d{{4}})(?:-(?P<month>\d{{1,2}})(?:-(?P<day>\d{{1,2}}){_CLOCK})?)?",
    "dmy": rf"(?P<day>\d{{1,2}})([/.-])(?P<month>\d{{1,2}})\2(?P<year>\d{{4}}){_CLOCK}",
    "mdy": rf"(?P<month>\d{{1,2}})([/.-])(?P<day>\d{{1,2}})\2(?P<year>\d{{4}}){_CLOCK}",
    "ymd": rf"(?P<year>\d{{4}})([/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_CLOCK}",
    "words": r"(?:(?P<day>\d{1,2})[ -])?(?P<name>[A-Za-z]{3,9})\.?[ ,-]+(?P<year>\d{4})",
    "us_words": r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})",
}
FORMATS = {name: re.compile(pattern) for name, pattern in _FORMATS.items()}
FORMAT_LABELS = {
    "iso": _("2021-04-03, 2021-04 or 2021"),
    "dmy": _("03/04/2021 is 3 April"),
    "mdy": _("03/04/2021 is 4 March"),
    "ymd": _("2021/04/03"),
    "words": _("3 April 2021 or April 2021"),
    "us_words": _("April 3, 2021"),
}

# Within how many days of the one named an event lies, for the words of data sets
AROUND = {"week": 3}
PRECISIONS = {
    Precision.DAY.value: Precision.DAY.label,
    "week": _("Within three days"),
    Precision.MONTH.value: Precision.MONTH.label,
    Precision.YEAR.value: Precision.YEAR.label,
}
EARLIEST = 1900
MOST_MONTHS, MOST_DAYS = 12, 31


def parse(text, format_name):
    """(day, precision) of a text in this format, or None if it is not."""
    found = FORMATS[format_name].fullmatch(" ".join(text.split()))
    if found is None:
        return None
    parts = found.groupdict()
    month = parts.get("month")
    if parts.get("name"):
        month = MONTHS.get(parts["name"].lower(), 0)
    return dated(int(parts["year"]), month, parts.get("day"))


def is_written_as(text, format_name):
    """Whether the text is in this format, be there such a day (30 February) or not."""
    found = FORMATS[format_name].fullmatch(" ".join(text.split()))
    if found is None:
        return False
    parts = found.groupdict()
    named = not parts.get("name") or parts["name"].lower() in MONTHS
    return (
        named
        and int(parts.get("month") or 0) <= MOST_MONTHS
        and (int(parts.get("day") or 0) <= MOST_DAYS)
    )


def dated(year, month, day):
    """(day, precision), where a month or day that is None or 0 is not known. None: no such day."""
    month, given_day = int(month or 0), int(day or 0)
    precision = Precision.DAY if month and given_day else Precision.MONTH
    if not month:
        precision = Precision.YEAR
        if given_day:
            return None
    try:
        found = date(year, month or 1, given_day or 1)
    except ValueError:
        return None
    return (found, precision) if year >= EARLIEST else None


def formats_of(texts):
    """Which formats each of these texts is written in, and how many are in none of those.

    Returns:
        (the formats that fit all, {format: texts that it does not fit}).
    """
    unfit = {name: [text for text in texts if not is_written_as(text, name)] for name in FORMATS}
    fits = [name for name in FORMATS if not unfit[name]]
    return fits, unfit


def span(day, precision):
    """(first day, last day, precision) as an incident keeps them."""
    if precision in AROUND:
        width = AROUND[precision]
        return days_from(day, -width), days_from(day, width), Precision.ABOUT
    return *days_of(day, precision), precision


def between(first, last, width):
    """The same for an event on one or more days from `first` to `last`.

    width: Precision.SPAN if it went on all the while, Precision.ABOUT if it lies between.
    """
    for precision in (Precision.DAY, Precision.MONTH, Precision.YEAR):
        if days_of(first, precision) == (first, last):
            return first, last, precision
    return first, last, width
