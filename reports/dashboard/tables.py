"""A figure and its table: plain values, from which a page, a CSV and a chart are made."""

from dataclasses import dataclass
from typing import Any

DEFINITIONS = "/admin/codebook/"  # docs/methodology.md as a page


@dataclass(frozen=True)
class Number:
    """A number and the list of exactly what it counts; without an address, a text."""

    value: int | str
    address: str = ""

    def __str__(self):
        return str(self.value)

    @property
    def is_number(self):
        return isinstance(self.value, int)


@dataclass(frozen=True)
class Line:
    """A row of a table. A cell holds one Number, or two: from the low to the high one."""

    label: str
    cells: tuple[tuple[Number, ...], ...]


@dataclass(frozen=True)
class Figure:
    """One chart with its table.

    definition: the heading of docs/methodology.md that defines what is counted, as an anchor.
    query: the address of the API that gives the same numbers.
    legend: (class of the mark, what it means) of each mark of the chart.
    unit: what is counted, in a word.
    """

    name: str
    title: str
    unit: str
    definition: str
    query: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    total: Line | None = None
    chart: Any = None
    legend: tuple[tuple[str, str], ...] = ()
    note: str = ""
    wide: bool = False

    @property
    def definition_address(self):
        return f"{DEFINITIONS}#{self.definition}"

    @property
    def all_lines(self):
        return (*self.lines, self.total) if self.total else self.lines


def ranged(low, high):
    """One cell: a number, or where they differ the low and the high one."""
    return (low,) if low.value == high.value else (low, high)
