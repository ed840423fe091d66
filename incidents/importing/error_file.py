"""Rows with errors as a CSV file: to be corrected, and imported again as it is."""

import csv

from django.utils.translation import gettext as _

from incidents.importing.problems import sentences_of
from incidents.models import RowState

# What a spreadsheet runs as a formula: https://owasp.org/www-community/attacks/CSV_Injection
_RUN_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 500


class _Line:
    """A file of which each line is given on at once."""

    def write(self, line):
        return line


def write_errors(run, rows):
    """The lines of the file: the columns as they came, and in front the row and what is wrong."""
    table = csv.writer(_Line())
    yield "\ufeff" + table.writerow([_defused(name) for name in (*_names(), *run.header)])
    bad = rows.filter(state=RowState.ERROR).order_by("number").only("number", "errors", "cells")
    for row in bad.iterator(chunk_size=CHUNK):
        said = [sentences_of(error) for error in row.errors]
        wrong = " | ".join(
            f"{where}: {says} {remedy}" if where else f"{says} {remedy}"
            for where, says, remedy in said
        )
        yield table.writerow([row.number, *(_defused(text) for text in (wrong, *row.cells))])


def _names():
    return _("Row"), _("What is wrong, and what to do")


def _defused(text):
    """An apostrophe in front makes a spreadsheet show the text. Numbers stay what they are."""
    if not text.startswith(_RUN_AS_FORMULA) or _is_number(text):
        return text
    return f"'{text}"


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return "n" not in text.lower()  # inf and nan are words
