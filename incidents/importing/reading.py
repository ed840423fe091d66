"""A file as the names of its columns and its rows, whatever format it has."""

from contextlib import closing
from pathlib import Path

from django.utils.translation import gettext as _

from incidents.importing.limits import CELL_LENGTH, MEGABYTE, NAME_LENGTH, Refused
from incidents.importing.texts import rows_of_csv
from incidents.importing.workbooks import refuse_size, rows_of_workbook

TEXT, WORKBOOK = (".csv", ".tsv", ".txt"), (".xlsx",)
WITH_MACROS = (".xlsm", ".xltm", ".xlam", ".xlsb")


def read(binary, name, limits, encoding=""):
    """The names of the columns, and then each row: (its number, its cells).

    A number is what a spreadsheet shows beside the row: the names are row 1. A row that
    is too long or too wide for the table is one with an error, and the caller says so.

    Raises:
        Refused: the file cannot be taken.
    """
    _refuse_size(binary, limits)
    rows = _rows_of(binary, name, limits, encoding)
    with closing(rows):
        numbered = ((number, cells) for number, cells in rows if any(map(str.strip, cells)))
        first = next(numbered, None)
        if first is None:
            raise Refused(_("The file is empty."))
        header = _header_of(*first)
        yield header
        count = 0
        for number, cells in numbered:
            count += 1
            refuse_size(len(header), count, limits)
            yield number, _trimmed(cells, len(header))
        if not count:
            raise Refused(_("The file has names of columns, and no row below them."))


def _rows_of(binary, name, limits, encoding):
    suffix = Path(name).suffix.lower()
    if suffix in WITH_MACROS:
        raise Refused(_("Workbooks that may hold macros are not taken. Save it as .xlsx."))
    binary.seek(0)
    start = binary.read(4)
    binary.seek(0)
    if suffix in WORKBOOK or start[:2] == b"PK":
        return rows_of_workbook(binary, limits)
    if suffix in TEXT:
        return rows_of_csv(binary, encoding)
    raise Refused(
        _("Files ending in .csv and .xlsx are taken, not %(suffix)s.") % {"suffix": suffix}
    )


def _refuse_size(binary, limits):
    size = binary.seek(0, 2)
    binary.seek(0)
    if limits.packed is not None and size > limits.packed:
        raise Refused(
            _(
                "The file is larger than %(megabytes)s MB. Split it, or ask an operator to import "
                "it by command, which has no such limit."
            )
            % {"megabytes": limits.packed // MEGABYTE}
        )


def _header_of(number, cells):
    """The names of the columns. Blank ones at the end are none."""
    names = [" ".join(cell.split()) for cell in _trimmed(cells, 0)]
    refuse_size(len(names), 0, _NO_LIMIT)
    seen = {}
    for position, name in enumerate(names, 1):
        where = {"column": position, "name": name, "row": number}
        if not name:
            raise Refused(
                _(
                    "Column %(column)s has no name in row %(row)s. Name it, or remove it; if the "
                    "cells above the table are merged, remove those rows."
                )
                % where
            )
        if len(name) > NAME_LENGTH:
            raise Refused(_("The name of column %(column)s is too long. Shorten it.") % where)
        if name.casefold() in seen:
            raise Refused(
                _("Columns %(first)s and %(column)s are both called “%(name)s”. Rename one.")
                % {**where, "first": seen[name.casefold()]}
            )
        seen[name.casefold()] = position
    return names


class _NO_LIMIT:
    rows = None


def _trimmed(cells, width):
    """Without blank cells beyond the table, and with one for each of its columns."""
    last = max((at for at, cell in enumerate(cells, 1) if cell.strip()), default=0)
    kept = [cell.strip() for cell in cells[: max(last, min(width, len(cells)))]]
    return kept


def too_long(cells):
    """The position of the first cell that is too long to keep, or None."""
    return next((at for at, cell in enumerate(cells) if len(cell) > CELL_LENGTH), None)
