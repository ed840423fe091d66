"""Rows of attacks, and beneath each how many led to an arrest or to a standing conviction."""

from dataclasses import dataclass

from reports.charts.sides import Sides, shortened

WIDTH, ROW, BAR_TOP, BAR = 460, 42, 19, 14


@dataclass(frozen=True)
class Mark:
    """A part of a bar: x and width, how many, and the address of these."""

    name: str
    x: float
    width: float
    y: float
    height: float
    count: int
    address: str


@dataclass(frozen=True)
class Row:
    label: str
    top: int
    count: int
    address: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class BarChart:
    template = "reports/charts/bars.svg"
    rows: tuple[Row, ...]
    sides: Sides
    width: int
    height: int

    @property
    def label_x(self):
        return self.sides.at(0)

    @property
    def count_x(self):
        return self.sides.at(self.width)


def bar_chart(rows):
    """Bars in proportion to the largest row.

    rows: (label, {"recorded" | "arrested" | "standing": (count, address)}, whether it is to
        scale) of each. One that is not, such as the row of what belongs nowhere, has its
        number alone: it would make all others too small to see.
    """
    sides = Sides.of(WIDTH)
    most = max((marks["recorded"][0] for _label, marks, to_scale in rows if to_scale), default=0)
    unit = WIDTH / most if most else 0.0
    drawn = []
    for place, (label, marks, to_scale) in enumerate(rows):
        top = place * ROW
        drawn.append(
            Row(
                label=shortened(label, 52),
                top=top,
                count=marks["recorded"][0],
                address=marks["recorded"][1],
                marks=tuple(
                    _mark(name, marks[name], top, unit, sides)
                    for name in marks
                    if to_scale or (name != "recorded" and marks[name][0] * unit <= WIDTH)
                ),
            )
        )
    return BarChart(tuple(drawn), sides, WIDTH, max(len(drawn) * ROW, ROW))


def _mark(name, counted, top, unit, sides):
    """All attacks fill the bar; arrests its upper half, standing convictions its lower."""
    count, address = counted
    x, width = sides.box(0, count * unit)
    y, height = top + BAR_TOP, BAR
    if name != "recorded":
        height = BAR / 2
        y += height if name == "standing" else 0
    return Mark(name, x, width, y, height, count, address)
