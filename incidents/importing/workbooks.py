"""XLSX: refused before it is read, if it is larger than it looks or means something else.

A workbook is a zip of XML. 100 MB of sheet pack into 96 KB, and one cell at the far corner
makes a reader lay out seventeen thousand million. So sizes are taken from the directory,
counted again while inflating, and the sheets are looked through before anything reads them.
"""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime, time

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from incidents.importing.limits import COLUMNS, MEGABYTE, SHEET_CELLS, Refused

OLE = b"\xd0\xcf\x11\xe0"  # old .xls, and every workbook with a password
MEMBERS = 500
NAME_AT = 26  # in a member's own header: the lengths of its name and of what follows it
BLOCK = 256 * 1024
OVERLAP = 4096
READ_BY_ALL = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
EXACT = 1e15  # below which a float holds every whole number
ENCRYPTED = 1  # of a member's flags

_ADDRESS = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]{1,4})(\d{1,9})[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d{1,9})[\"']")
_FORMULA = re.compile(rb"\br=[\"']([A-Z]+\d+)[\"'][^>]*>\s*<(?:\w+:)?f[\s>/]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?ref=[\"']([A-Z0-9:]+)[\"']")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


@dataclass
class _Sheet:
    columns: int = 0
    rows: int = 0


def rows_of_workbook(binary, limits):
    """The rows of the one sheet with content, each a list of texts, with its number.

    Raises:
        Refused: it is no workbook, holds what cannot be taken as it stands, or too much.
    """
    _look_through(binary, limits)
    binary.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(binary)
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
        filled = [sheet for sheet in sheets if sheet.height]
        if len(filled) > 1:
            raise Refused(
                _("The workbook has several sheets with content: %(names)s. Keep one in the file.")
                % {"names": ", ".join(sheet.name for sheet in filled)}
            )
        for sheet in filled:
            blank_above = sheet.start[0]
            for number, row in enumerate(sheet.to_python(skip_empty_area=False), 1):
                if number > blank_above:
                    yield number, [as_text(cell) for cell in row]
    except CalamineError as error:
        raise Refused(
            _("The workbook cannot be read. Open it, save it anew as .xlsx and try again.")
        ) from error


def as_text(cell):
    """What a cell says, in the letters a CSV file would have: days as YYYY-MM-DD."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return str(int(cell))
    if isinstance(cell, datetime):
        whole = cell.time() == time()
        return cell.date().isoformat() if whole else cell.isoformat(" ", "minutes")
    return str(cell)  # of a day it is YYYY-MM-DD


def _look_through(binary, limits):
    binary.seek(0)
    if binary.read(4) == OLE:
        raise Refused(
            _(
                "The workbook is protected by a password, or is in the old .xls format. "
                "Take the password off and save it as .xlsx."
            )
        )
    binary.seek(0)
    try:
        with zipfile.ZipFile(binary) as packed:
            _check_directory(packed.infolist(), limits)
            _inflate(packed, limits)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, struct.error) as error:
        raise Refused(_("The file is no workbook. Save it as .xlsx or as “CSV UTF-8”.")) from error


def _check_directory(members, limits):
    names = {member.filename.lower() for member in members}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Refused(_("The workbook holds macros. Save it as .xlsx, which has none."))
    if any(member.compress_type not in READ_BY_ALL for member in members):
        raise Refused(_("The workbook is packed in an unusual way. Open it and save it anew."))
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise Refused(_("The workbook is protected by a password. Take it off and save it anew."))
    if "xl/workbook.xml" not in names:
        raise Refused(_("The file is no workbook. Save it as .xlsx or as “CSV UTF-8”."))
    if len(members) > MEMBERS or sum(member.file_size for member in members) > limits.unpacked:
        _refuse_unpacked(limits)


def _refuse_unpacked(limits):
    raise Refused(
        _(
            "Unpacked, the workbook is larger than %(megabytes)s MB. Split it, or save the "
            "sheet as “CSV UTF-8”."
        )
        % {"megabytes": limits.unpacked // MEGABYTE}
    )


def _inflate(packed, limits):
    """What the directory declares may be a lie, so every byte is counted."""
    left = limits.unpacked
    for member in packed.infolist():
        sheet = _Sheet() if member.filename.lower().startswith("xl/worksheets/sheet") else None
        tail = b""
        for block in _blocks(packed, member):
            left -= len(block)
            if left < 0:
                _refuse_unpacked(limits)
            seen = tail + block
            if _DOCTYPE.search(seen):
                raise Refused(_("The workbook declares entities of its own. Save it anew."))
            if sheet is not None:
                _look_at(seen, sheet, limits)
            tail = block[-OVERLAP:]


def _blocks(packed, member):
    """All that a member inflates to. Python's own reader stops at the declared size, and the
    next one, which does not, would meet what it has not seen."""
    packed.fp.seek(member.header_offset + NAME_AT)
    name, extra = struct.unpack("<HH", packed.fp.read(4))
    packed.fp.seek(name + extra, 1)
    left = member.compress_size
    inflating = zlib.decompressobj(-zlib.MAX_WBITS) if member.compress_type else None
    while left > 0 and (read := packed.fp.read(min(BLOCK, left))):
        left -= len(read)
        if inflating is None:
            yield read
            continue
        while read and not inflating.eof:
            yield inflating.decompress(read, BLOCK)
            read = inflating.unconsumed_tail


def _look_at(seen, sheet, limits):
    if formula := _FORMULA.search(seen):
        raise Refused(
            _(
                "Cell %(cell)s holds a formula. Copy the sheet, paste it as values, and save "
                "that: what is imported must be what you see."
            )
            % {"cell": formula[1].decode()}
        )
    if merged := _MERGED.search(seen):
        raise Refused(
            _(
                "The cells %(cells)s are merged, so it is not clear which column they belong "
                "to. Unmerge them and fill in each cell."
            )
            % {"cells": merged[1].decode()}
        )
    addresses = _ADDRESS.findall(seen)
    sheet.columns = max([sheet.columns, *(_column(letters) for letters, _row in addresses)])
    rows = [int(row) for _letters, row in addresses] + [int(row) for row in _ROW.findall(seen)]
    sheet.rows = max([sheet.rows, *rows])
    refuse_size(sheet.columns, sheet.rows - 1, limits)
    if sheet.columns * sheet.rows > SHEET_CELLS:
        raise Refused(_("The sheet is too large for a workbook. Save it as “CSV UTF-8”."))


def _column(letters):
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def refuse_size(columns, rows, limits):
    if columns > COLUMNS:
        raise Refused(
            _("The file has more than %(columns)s columns. Leave out those that are not needed.")
            % {"columns": COLUMNS}
        )
    if limits.rows is not None and rows > limits.rows:
        raise Refused(
            _(
                "The file has more than %(rows)s rows. Split it, or ask an operator to import it "
                "by command, which has no such limit."
            )
            % {"rows": f"{limits.rows:,}"}
        )
