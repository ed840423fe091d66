"""CSV: which letters the bytes are, and which sign parts the cells."""

import codecs
import csv
import io

from django.utils.translation import gettext as _

from incidents.importing.limits import CELL_LENGTH, Refused

UNICODE = ""  # UTF-8, or UTF-16 that says so in its first two bytes
ENCODINGS = {
    UNICODE: "UTF-8, UTF-16",
    "cp1256": "Windows-1256",
    "cp1252": "Windows-1252",
}
DELIMITERS = ",;\t"
LOOKED_AT = 64 * 1024


def rows_of_csv(binary, encoding=UNICODE):
    """The rows of an open binary file, each a list of texts, with the number of its line.

    Raises:
        Refused: it is not text in this encoding, or not CSV.
    """
    letters = _encoding_of(binary, encoding)
    text = io.TextIOWrapper(binary, encoding=letters, errors="strict", newline="")
    try:
        yield from _rows(text)
    except UnicodeDecodeError as error:
        raise Refused(_why_not_text(error, encoding)) from error
    finally:
        text.detach()


def _encoding_of(binary, encoding):
    start = binary.read(4)
    binary.seek(0)
    if start[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        raise Refused(_("The file is UTF-32. Save it as “CSV UTF-8”."))
    marked = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16"}
    marked[codecs.BOM_UTF16_BE] = "utf-16"
    found = next((name for mark, name in marked.items() if start.startswith(mark)), None)
    if encoding == UNICODE:
        return found or "utf-8"
    if found or _is_utf_8(binary):
        raise Refused(
            _("The file is Unicode, not %(encoding)s as chosen. Choose UTF-8 and try again.")
            % {"encoding": ENCODINGS[encoding]}
        )
    return encoding


def _is_utf_8(binary):
    """Whether its beginning has letters beyond ASCII, and reads as UTF-8."""
    beginning = binary.read(LOOKED_AT)
    binary.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        return not beginning.isascii() and bool(decoder.decode(beginning))
    except UnicodeDecodeError:
        return False


def _why_not_text(error, encoding):
    found = error.object[error.start : error.start + 1].hex().upper()
    if encoding == UNICODE:
        return _(
            "The file is not UTF-8: the byte %(byte)s is none of its letters. Save it as “CSV "
            "UTF-8”, or choose the encoding it has: Windows-1256 for Arabic, Windows-1252 for "
            "Western European."
        ) % {"byte": found}
    return _(
        "The file is not %(encoding)s as chosen: the byte %(byte)s is none of its letters."
    ) % {"encoding": ENCODINGS[encoding], "byte": found}


def _rows(text):
    beginning = text.read(LOOKED_AT)
    text.seek(0)
    first = beginning.splitlines()[0] if beginning.strip("\ufeff \r\n") else ""
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(CELL_LENGTH * 8)  # longer cells are refused by row and column later
    number = 0
    try:
        for number, row in enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1):
            if any("\0" in cell for cell in row):
                raise Refused(
                    _("Row %(row)s holds a NUL character: this is not a CSV file.")
                    % {"row": number}
                )
            yield number, row
    except csv.Error as error:
        raise Refused(
            _(
                "Row %(row)s is not CSV (%(why)s). Look for a quotation mark that is not closed, "
                "and save the file anew from the spreadsheet."
            )
            % {"row": number + 1, "why": error}
        ) from error
