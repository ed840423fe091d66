"""Dates as people say them: `on 15 February 2021`, `in February 2021`, and how sure."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from records.dates import Precision


def when(first, last, precision):
    """A date with its precision in words. The language's own names of months."""
    if first is None:
        return _("on a day not known")
    match precision:
        case Precision.MONTH:
            return _("in %(month)s") % {"month": date_format(first, "F Y")}
        case Precision.YEAR:
            return _("in %(year)s") % {"year": first.year}
        case Precision.SPAN:
            return _("from %(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}
        case Precision.ABOUT if first != last:
            return _("at some time from %(first)s to %(last)s") % {
                "first": _day(first),
                "last": _day(last),
            }
        case Precision.ABOUT:
            return _("about %(day)s") % {"day": _day(first)}
        case _:
            return _("on %(day)s") % {"day": _day(first)}


def _day(day):
    return date_format(day, "j F Y")


def when_of(row, span):
    """The date of a row that is kept as `<span>_from`, `_to` and `_precision`."""
    return when(*(getattr(row, f"{span}_{part}") for part in ("from", "to", "precision")))
