"""Attacks over time, and how many of each month's led to an arrest or a conviction that stands."""

from dataclasses import dataclass

from reports.charts.bars import Mark
from reports.charts.sides import Sides

WIDTH, TOP, PLOT, FOOT = 960, 28, 190, 26
AXIS, REST = 34, 84  # room for the scale, and for what has no month
WIDEST = 34


@dataclass(frozen=True)
class Column:
    """One month or year, or (without a key) what cannot be placed in one."""

    label: str
    address: str
    x: float
    width: float
    marks: tuple[Mark, ...]
    count: int
    shown: bool  # its count is written above it
    middle: float


@dataclass(frozen=True)
class MonthChart:
    template = "reports/charts/months.svg"
    columns: tuple[Column, ...]
    rest: Column | None
    rest_label: str
    scale: tuple[tuple[float, int], ...]
    years: tuple[tuple[float, str], ...]
    sides: Sides
    width: int
    height: int
    base: float

    @property
    def rest_x(self):
        return self.sides.at(WIDTH - REST / 2)

    @property
    def scale_x(self):
        return self.sides.at(AXIS - 6)

    @property
    def plot(self):
        return self.sides.box(AXIS, self.width - AXIS)


def month_chart(columns, rest=None, rest_label=""):
    """Columns in order of time.

    columns: (label, label of the axis or "", marks) of each month or year there is, empty ones
        included; marks are those of `bar_chart`.
    rest: the marks of what cannot be placed, or None.
    """
    sides = Sides.of(WIDTH)
    counts = [marks["recorded"][0] for _label, _axis, marks in columns]
    counts += [rest["recorded"][0]] if rest else []
    step, top = scale_of(max(counts, default=0))
    unit = PLOT / top
    room = WIDTH - AXIS - (REST if rest else 8)
    each = min(WIDEST, room / max(len(columns), 1))
    largest = max(counts, default=0)

    def column(label, x, marks):
        width = each * 0.78
        count, address = marks["recorded"]
        drawn = tuple(_mark(name, marks[name], (x, width), unit, sides) for name in marks)
        hit, wide = sides.box(x, each)
        middle = sides.at(x + width / 2)
        return Column(label, address, hit, wide, drawn, count, count == largest, middle)

    drawn = tuple(
        column(label, AXIS + place * each, marks)
        for place, (label, _axis, marks) in enumerate(columns)
    )
    axis = tuple(
        (sides.at(AXIS + place * each), text)
        for place, (_label, text, _marks) in enumerate(columns)
        if text
    )
    last = column(rest_label, WIDTH - REST / 2 - each / 2, rest) if rest else None
    ticks = tuple((round(TOP + PLOT - n * unit, 2), n) for n in range(0, top + 1, step))
    return MonthChart(
        drawn, last, rest_label, ticks, axis, sides, WIDTH, TOP + PLOT + FOOT, TOP + PLOT
    )


def scale_of(most):
    """(step, top) of a scale with whole, round steps, about four of them."""
    step = next(
        (
            digit * 10**power
            for power in range(9)
            for digit in (1, 2, 5)
            if digit * 10**power * 5 > most
        ),
        1,
    )
    return step, max(step, -(-most // step) * step)


def _mark(name, counted, place, unit, sides):
    """All attacks fill the column; arrests its first half, standing convictions its second.

    place: where the column begins, and its width.
    """
    (count, address), (x, width) = counted, place
    if name != "recorded":
        width /= 2
        x += width if name == "standing" else 0
    left, wide = sides.box(x, width)
    height = round(count * unit, 2)
    return Mark(name, left, wide, round(TOP + PLOT - height, 2), height, count, address)
