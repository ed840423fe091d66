"""The curve of a chart: every step while they can be told apart, and no more marks than fit."""

from reports.charts import curve_chart
from reports.charts.curve import MOST_CORNERS, MOST_POINTS
from reports.survival import Moment, kaplan_meier


def drawn(steps):
    curve = kaplan_meier([Moment(day, steps + 9 - day, 1) for day in range(steps)])
    return curve_chart(curve, steps - 1, [], lambda step: (step.after, ""))


def test_few_steps_are_all_marked_however_close():
    assert [point.label for point in drawn(MOST_POINTS).points] == list(range(MOST_POINTS))


def test_of_many_steps_the_last_of_each_stretch_is_marked():
    days = [point.label for point in drawn(1200).points]

    assert len(days) == MOST_POINTS + 1
    assert days[:2] == [19, 39]
    assert days[-1] == 1199


def test_the_line_has_no_more_corners_than_the_drawing_shows():
    assert drawn(5000).line.count("L") <= 2 * MOST_CORNERS + 4
