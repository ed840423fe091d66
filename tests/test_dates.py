"""Dates known only to a month, a year or so."""

import calendar
from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from records.dates import POINT_PRECISIONS, Precision, days_from, days_of, describe
from tests.factories import IncidentFactory

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
DAY = date(2021, 2, 15)


def span_fits(first, last, precision):
    """What the function of the database answers that the constraints call."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT span_fits(%s::date, %s::date, %s)", [first, last, precision])
        return cursor.fetchone()[0]


def fits(first, last, precision):
    """The same rule, worked out here."""
    end_of_month = calendar.monthrange(first.year, first.month)[1]
    return {
        "day": first == last,
        "span": first < last,
        "about": first <= last,
        "month": first.day == 1 and last == first.replace(day=end_of_month),
        "year": (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)),
    }.get(precision, False)


@pytest.mark.parametrize(
    ("day", "precision", "first", "last"),
    [
        (DAY, Precision.DAY, DAY, DAY),
        (DAY, Precision.MONTH, date(2021, 2, 1), date(2021, 2, 28)),
        (date(2020, 2, 29), Precision.MONTH, date(2020, 2, 1), date(2020, 2, 29)),
        (date(2020, 12, 31), Precision.MONTH, date(2020, 12, 1), date(2020, 12, 31)),
        (DAY, Precision.YEAR, date(2021, 1, 1), date(2021, 12, 31)),
        (DAY, Precision.SPAN, DAY, None),
        (DAY, Precision.ABOUT, DAY, None),
        (DAY, "month", date(2021, 2, 1), date(2021, 2, 28)),
    ],
)
def test_a_precision_implies_the_first_and_last_day(day, precision, first, last):
    assert days_of(day, precision) == (first, last)


@given(DAYS, st.sampled_from(["day", "month", "year"]))
def test_the_days_a_precision_implies_fit_it_and_hold_the_day(day, precision):
    first, last = days_of(day, precision)

    assert first <= day <= last
    assert span_fits(first, last, precision)


@pytest.mark.parametrize(
    ("first", "last", "precision", "expected"),
    [
        (DAY, DAY, "day", True),
        (DAY, date(2021, 2, 16), "day", False),
        (DAY, date(2021, 2, 16), "span", True),
        (DAY, DAY, "span", False),
        (date(2021, 2, 16), DAY, "span", False),
        (DAY, DAY, "about", True),
        (DAY, date(2021, 4, 1), "about", True),
        (date(2021, 2, 16), DAY, "about", False),
        (date(2021, 2, 1), date(2021, 2, 28), "month", True),
        (date(2020, 2, 1), date(2020, 2, 28), "month", False),
        (date(2021, 2, 1), date(2021, 3, 31), "month", False),
        (date(2021, 2, 2), date(2021, 3, 1), "month", False),
        (date(2021, 1, 1), date(2021, 12, 31), "year", True),
        (date(2021, 1, 1), date(2022, 12, 31), "year", False),
        (date(2021, 2, 1), date(2022, 1, 31), "year", False),
        (None, None, "", True),
        (None, None, "day", False),
        (DAY, None, "day", False),
        (None, DAY, "about", False),
        (DAY, None, "", False),
        (DAY, DAY, "", False),
        (DAY, DAY, "week", False),
        (DAY, DAY, None, False),
    ],
)
def test_the_database_ties_days_and_precision_together(first, last, precision, expected):
    assert span_fits(first, last, precision) is expected


SPANS = (
    DAYS.map(lambda day: days_of(day, "month"))
    | DAYS.map(lambda day: days_of(day, "year"))
    | st.builds(lambda day, days: (day, day + timedelta(days)), DAYS, st.integers(-40, 400))
)


@given(SPANS, st.sampled_from([*Precision.values, "", "week"]))
def test_the_database_agrees_with_the_rule(span, precision):
    assert span_fits(*span, precision) == fits(*span, precision)


@pytest.mark.parametrize(
    ("first", "last", "precision", "text"),
    [
        (DAY, DAY, "day", "2021-02-15"),
        (DAY, date(2021, 2, 17), "span", "2021-02-15 – 2021-02-17"),
        (date(2019, 12, 1), date(2019, 12, 31), "month", "2019-12"),
        (date(2019, 1, 1), date(2019, 12, 31), "year", "2019"),
        (date(2020, 12, 20), date(2020, 12, 25), "about", "about 2020-12-20 to 2020-12-25"),
        (None, None, "", "date unknown"),
    ],
)
def test_a_date_is_described_as_people_write_it(first, last, precision, text):
    assert str(describe(first, last, precision)) == text


def test_a_record_describes_its_own_date():
    attack = IncidentFactory(about=(date(2020, 12, 20), date(2020, 12, 25)))

    assert attack.occurred_on == "about 2020-12-20 to 2020-12-25"


def test_a_single_date_is_never_a_span():
    assert [value for value, _ in POINT_PRECISIONS] == ["day", "month", "year", "about"]


@pytest.mark.parametrize(
    ("day", "number", "found"),
    [
        (date(2024, 2, 28), 2, date(2024, 3, 1)),
        (date(2024, 3, 1), -2, date(2024, 2, 28)),
        (date.max, 1, date.max),
        (date.min, -90, date.min),
    ],
)
def test_days_end_where_the_calendar_does(day, number, found):
    assert days_from(day, number) == found
