"""Dates as people say them: `on 15 February 2021`, `in February 2021`, and how sure."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from records.dates import Precision


def when(first, last, precision):
    """A date with its precision in words. The language's own names of months."""
    if first is None:
        return _("on a day not known")
    days = {"first": _day(first), "last": _day(last)}
    if precision == Precision.ABOUT and first == last:
        return _("about %(first)s") % days
    match precision:
        case Precision.MONTH:
            said = _("in %(month)s") % {"month": date_format(first, "F Y")}
        case Precision.YEAR:
            said = _("in %(year)s") % {"year": first.year}
        case Precision.SPAN:
            said = _("from %(first)s to %(last)s") % days
        case Precision.ABOUT:
            said = _("at some time from %(first)s to %(last)s") % days
        case _:
            said = _("on %(first)s") % days
    return said


def _day(day):
    return date_format(day, "j F Y")


def when_of(row, span):
    """The date of a row that is kept as `<span>_from`, `_to` and `_precision`."""
    return when(*(getattr(row, f"{span}_{part}") for part in ("from", "to", "precision")))
