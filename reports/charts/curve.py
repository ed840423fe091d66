"""The share for which something had come, against time: steps, and the band they may lie in."""

from dataclasses import dataclass

from reports.charts.sides import Sides

WIDTH, TOP, PLOT, FOOT, AXIS = 460, 14, 196, 26, 44
EDGE = 24  # room for half of the last label
TICKS = (0.02, 0.05, 0.1, 0.2, 0.25)  # steps of the scale, the first with which few are enough
MOST_TICKS = 5
MOST_POINTS = 60  # beyond them marks cover each other
MOST_CORNERS = 2 * WIDTH  # two in each unit of the drawing


@dataclass(frozen=True)
class Point:
    """Where the share rises: the address is that of the rows for which it had come by then."""

    x: float
    y: float
    label: str
    address: str


@dataclass(frozen=True)
class CurveChart:
    template = "reports/charts/curve.svg"
    line: str
    band: str
    points: tuple[Point, ...]
    shares: tuple[tuple[float, str], ...]
    times: tuple[tuple[float, str], ...]
    sides: Sides
    width: int
    height: int
    base: float

    @property
    def scale_x(self):
        return self.sides.at(AXIS - 6)

    @property
    def plot(self):
        return self.sides.box(AXIS, self.width - AXIS)


def curve_chart(curve, until, times, point):
    """A curve from nought to the longest wait there is.

    until: the longest wait. times: (after, label) of the scale.
    point: from an Estimate to (label, address) of its mark.
    """
    sides = Sides.of(WIDTH)
    until = max(until, 1)
    top, every = _scale(max((step.high for step in curve.steps), default=0))

    def at(after):
        return sides.at(AXIS + (WIDTH - AXIS - EDGE) * after / until)

    def up(share):
        return round(TOP + PLOT * (1 - share / top), 2)

    drawn = _apart(curve.steps, until, MOST_CORNERS)
    return CurveChart(
        line=_path(_stairs([(step.after, step.share) for step in drawn], until), at, up),
        band=_path(
            [
                *_stairs([(step.after, step.high) for step in drawn], until),
                *reversed(_stairs([(step.after, step.low) for step in drawn], until)),
            ],
            at,
            up,
        ),
        points=tuple(
            Point(at(step.after), up(step.share), *point(step))
            for step in _apart(curve.steps, until, MOST_POINTS)
        ),
        shares=tuple(
            (up(number * every), f"{round(number * every * 100)} %")
            for number in range(round(top / every) + 1)
        ),
        times=tuple((at(after), label) for after, label in times if label and after <= until),
        sides=sides,
        width=WIDTH,
        height=TOP + PLOT + FOOT,
        base=TOP + PLOT,
    )


def _apart(steps, until, most):
    """All steps; of more than `most` the last of each stretch of time, at most one more."""
    if len(steps) <= most:
        return steps
    return tuple({step.after * most // until: step for step in steps}.values())


def _scale(highest):
    """(top, step) of a scale of shares that has room for the highest."""
    every = next((tick for tick in TICKS if highest / tick <= MOST_TICKS), TICKS[-1])
    steps = max(1, -int(-highest / every // 1))
    return min(1.0, every * steps), every


def _stairs(ends, until):
    """The corners of the steps from nought to the end of the time."""
    corners, share = [(0, 0.0)], 0.0
    for after, risen in ends:
        corners += [(after, share), (after, risen)]
        share = risen
    return [*corners, (until, share)]


def _path(corners, at, up):
    return "M" + "L".join(f"{at(after)} {up(share)}" for after, share in corners)
