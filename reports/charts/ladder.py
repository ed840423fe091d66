"""The ladder as bars."""

from dataclasses import dataclass

from django.utils.translation import get_language_bidi

from reports.ladder import Rung

WIDTH = 400
ROW = 44
BAR_TOP = 19
BAR_HEIGHT = 13


@dataclass(frozen=True)
class Bar:
    """One rung. Lengths are in units of the drawing, from the edge where reading begins.

    sure, contested: the parts of the bar, x and width each; contested may be empty.
    """

    rung: str
    label: str
    count: int
    address: str
    top: int
    bar_top: int
    sure: tuple[float, float]
    contested: tuple[float, float]


@dataclass(frozen=True)
class LadderChart:
    template = "reports/charts/ladder.svg"
    width: int
    height: int
    bar_height: int
    bars: tuple[Bar, ...]
    label_x: int
    count_x: int
    right_to_left: bool


def ladder_chart(counts, address):
    """The ladder as horizontal bars, all in proportion to the incidents recorded.

    Args:
        counts: Counts of a report.
        address: from a column of Counts to the address of the list behind it.
    """
    mirrored = get_language_bidi()
    unit = WIDTH / counts.recorded if counts.recorded else 0.0

    def part(start, end):
        x = WIDTH - end * unit if mirrored else start * unit
        return round(x, 2), round((end - start) * unit, 2)

    bars = []
    for place, rung in enumerate(Rung):
        count = getattr(counts, rung.value)
        sure = counts.arrested_uncontested if rung == Rung.ARRESTED else count
        bars.append(
            Bar(
                rung=rung.value,
                label=str(rung.label),
                count=count,
                address=address(rung.value),
                top=place * ROW,
                bar_top=place * ROW + BAR_TOP,
                sure=part(0, sure),
                contested=part(sure, count),
            )
        )
    return LadderChart(
        width=WIDTH,
        height=len(bars) * ROW,
        bar_height=BAR_HEIGHT,
        bars=tuple(bars),
        label_x=WIDTH if mirrored else 0,
        count_x=0 if mirrored else WIDTH,
        right_to_left=mirrored,
    )
