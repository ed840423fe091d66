"""An export as a workbook of Excel, in which every text is a text."""

from contextlib import ExitStack
from tempfile import TemporaryFile

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from records.exporting import copied, table
from records.hxl import tags_of

MOST_ROWS = 1_048_575  # below the names of the columns
LONGEST_CELL = 32_767
AS_THEY_ARE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def as_xlsx(view, rows, shape, *, hxl=False):
    """The rows as an open temporary file, written with constant memory.

    Raises:
        ValidationError: a sheet or a cell does not hold them.
    """
    statement = table(view, rows, shape, options="FORMAT text")
    heads = [statement.names]
    if hxl:
        heads.append(tags_of(view, statement.names))
    if rows[: MOST_ROWS + 1].count() > MOST_ROWS + 1 - len(heads):
        raise _refusal(
            _("A sheet holds %(most)s rows, and more match: filter them, or take format=csv.")
            % {"most": MOST_ROWS}
        )
    with ExitStack() as closing:
        file = closing.enter_context(TemporaryFile())
        with xlsxwriter.Workbook(file, AS_THEY_ARE) as book:
            book.set_properties({"created": _this_morning()})
            sheet = book.add_worksheet(view.queryset.model._meta.model_name)
            sheet.freeze_panes(len(heads), 0)
            for number, head in enumerate(heads):
                sheet.write_row(number, 0, head)
            _fill(sheet, len(heads), statement)
        file.seek(0)
        closing.pop_all()  # it stays open: who gets it closes it
        return file


def _this_morning():
    """The same rows make the same file all day."""
    return timezone.now().replace(hour=0, minute=0, second=0)


def _fill(sheet, first, statement):
    write = {
        "number": sheet.write_number,
        "truth": sheet.write_boolean,
        "text": sheet.write_string,
    }
    read = {"number": float, "truth": "true".__eq__, "text": str}
    ways = [(write[kind], read[kind]) for kind in statement.kinds]
    for number, row in enumerate(copied(statement, split=True), first):
        for place, (value, (put, meant)) in enumerate(zip(row, ways, strict=True)):
            if value is not None and put(number, place, meant(value)) != 0:
                raise _refusal(
                    _(
                        "A cell holds %(most)s characters, and a “%(column)s” is longer: "
                        "leave it out with omit=%(column)s, or take format=csv."
                    )
                    % {"most": LONGEST_CELL, "column": statement.names[place]}
                )


def _refusal(message):
    return ValidationError({"format": [message]})
