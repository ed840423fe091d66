"""The estimate of Kaplan and Meier, by hand, by its definition, and against lifelines."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times

from reports.survival import kaplan_meier, moments

# Remission of 21 patients under 6-MP, in weeks: Freireich et al. 1963, in every textbook since
FREIREICH = [(6, True)] * 3 + [(week, True) for week in (7, 10, 13, 16, 22, 23)]
FREIREICH += [(week, False) for week in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)]
waits = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40)


def test_the_textbook_example():
    """Kalbfleisch and Prentice (1980), table 1.1: the share still in remission."""
    steps = kaplan_meier(moments(FREIREICH)).steps

    assert [(step.after, round(1 - step.share, 3)) for step in steps] == [
        (6, 0.857),
        (7, 0.807),
        (10, 0.753),
        (13, 0.690),
        (16, 0.627),
        (22, 0.538),
        (23, 0.448),
    ]
    assert kaplan_meier(moments(FREIREICH)).median == 23


def test_a_hand_computed_interval():
    """Of 4, one came after 5 and one after 8; one had waited 6 so far, one 9.

    Still waiting: 3/4, then 3/4 x 1/2 = 3/8. Greenwood after 8: 1/(4x3) + 1/(2x1) = 7/12;
    sqrt(7/12) / |log(3/8)| = 0.778685, times 1.959964 = 1.526195; the band of those waiting is
    0.375 to the power of e to the plus or minus that: 0.0110 and 0.8080.
    """
    last = kaplan_meier(moments([(5, True), (6, False), (8, True), (9, False)])).at(8)

    assert round(last.share, 4) == 0.625
    assert (round(1 - last.high, 4), round(1 - last.low, 4)) == (0.0110, 0.8080)


@given(waits)
def test_it_is_the_product_of_its_definition(observed):
    curve = kaplan_meier(moments(observed))
    for day in range(32):
        waiting = 1.0
        for time in sorted({after for after, came in observed if came and after <= day}):
            at_risk = sum(after >= time for after, _came in observed)
            came = sum(after == time and ended for after, ended in observed)
            waiting *= 1 - came / at_risk
        assert isclose(1 - curve.at(day).share, waiting, abs_tol=1e-12)


@given(waits)
def test_it_is_what_lifelines_computes(observed):
    fitted = KaplanMeierFitter().fit(
        [after for after, _came in observed], [came for _after, came in observed]
    )
    curve = kaplan_meier(moments(observed))
    band = fitted.confidence_interval_survival_function_
    for step in curve.steps:
        waiting = 1 - step.share
        assert isclose(waiting, fitted.predict(step.after), abs_tol=1e-9)
        if waiting > 1e-9:
            low, high = band.loc[step.after]
            assert isclose(1 - step.high, low, abs_tol=1e-6)
            assert isclose(1 - step.low, high, abs_tol=1e-6)
    if any(isclose(step.share, 0.5, abs_tol=1e-6) for step in curve.steps):
        return  # lifelines multiplies by logarithms, and may miss one half by rounding
    reached = median_survival_times(fitted)
    assert curve.median == (None if reached == float("inf") else reached)


@pytest.mark.parametrize("observed", [[], [(3, False), (9, False)]])
def test_where_nothing_came_there_is_no_step_and_no_median(observed):
    curve = kaplan_meier(moments(observed))

    assert curve.steps == ()
    assert curve.median is None
    assert curve.median_interval == (None, None)
    assert curve.at(5).share == 0


def test_once_it_came_for_all_nothing_is_unsure():
    last = kaplan_meier(moments([(2, True), (4, True)])).steps[-1]

    assert (last.share, last.low, last.high) == (1, 1, 1)
