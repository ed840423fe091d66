"""A table of numbers as a grid: the larger the number, the darker its cell."""

from dataclasses import dataclass

from reports.charts.sides import Sides, shortened

ROW, CELL, LABEL, HEAD = 28, 58, 236, 112
OVERHANG = 96  # of the last label, which is turned
SHADES = 5


@dataclass(frozen=True)
class GridCell:
    x: float
    y: float
    width: float
    middle: float
    said: str
    shade: int  # 0: none, to SHADES
    address: str
    title: str


@dataclass(frozen=True)
class Head:
    label: str
    x: float
    y: float


@dataclass(frozen=True)
class GridChart:
    template = "reports/charts/grid.svg"
    heads: tuple[Head, ...]
    rows: tuple[Head, ...]
    cells: tuple[GridCell, ...]
    sides: Sides
    width: int
    height: int
    cell: int
    row: int

    @property
    def turned(self):
        return 40 if self.sides.mirrored else -40


def grid_chart(columns, rows, *, shade_by_column=False):
    """A grid with a mark for every number that is not none.

    columns: labels. rows: (label, cells), each cell (number, what is written, address).
    shade_by_column: whether a number is dark beside those of its column, not beside all.
    """
    width = LABEL + len(columns) * CELL + OVERHANG
    sides = Sides.of(width)
    most = [
        max((cells[place][0] for _label, cells in rows), default=0) for place in range(len(columns))
    ]
    if not shade_by_column:
        most = [max(most, default=0)] * len(columns)
    drawn = []
    for down, (label, cells) in enumerate(rows):
        for across, (number, said, address) in enumerate(cells):
            x, wide = sides.box(LABEL + across * CELL, CELL - 3)
            shade = -(-number * SHADES // most[across]) if most[across] else 0
            title = f"{label} · {columns[across]}: {said}"
            y = HEAD + down * ROW
            drawn.append(GridCell(x, y, wide, x + wide / 2, said, shade, address, title))
    return GridChart(
        heads=tuple(
            Head(shortened(label, 24), sides.at(LABEL + place * CELL + CELL / 2), HEAD - 10)
            for place, label in enumerate(columns)
        ),
        rows=tuple(
            Head(shortened(label, 34), sides.at(0), HEAD + place * ROW)
            for place, (label, _cells) in enumerate(rows)
        ),
        cells=tuple(drawn),
        sides=sides,
        width=width,
        height=HEAD + max(len(rows), 1) * ROW,
        cell=CELL,
        row=ROW - 3,
    )
