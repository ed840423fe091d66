"""How much one file may hold, and how a file is refused."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024
COLUMNS = 100
NAME_LENGTH = 100  # of a column
CELL_LENGTH = 20_000
SHEET_CELLS = 20_000_000  # of the rectangle that a workbook's reader keeps in memory


class Refused(Exception):
    """The file cannot be taken. `str()` says where and what to do."""


@dataclass(frozen=True)
class Limits:
    """packed, unpacked: bytes. rows: those below the names of the columns, or None."""

    packed: int | None
    unpacked: int
    rows: int | None


IN_THE_BROWSER = Limits(packed=10 * MEGABYTE, unpacked=50 * MEGABYTE, rows=20_000)
BY_COMMAND = Limits(packed=None, unpacked=1024 * MEGABYTE, rows=None)
