"""A file's rows into the table where they wait."""

import json
from hashlib import file_digest
from itertools import islice

from django.db import connection, transaction
from django.db.models import Max

from incidents.importing.reading import read
from incidents.models import Import, ImportRow, ImportState

BATCH = 1000
COPIED = 5000

_STAGED = "CREATE TEMPORARY TABLE staged (number integer, cells jsonb) ON COMMIT DROP"
_FROM_STAGED = """
INSERT INTO incidents_importrow (run_id, number, cells, state, errors, origin)
SELECT %s, number, cells, 'staged', '[]', '' FROM staged
"""


def sha256_of(binary):
    binary.seek(0)
    return file_digest(binary, "sha256").hexdigest()


def stage(run, binary, limits, encoding=""):
    """Put all rows of an uploaded file where they wait. In one transaction, so whole or not.

    Raises:
        Refused: the file cannot be taken; nothing is kept of it.
    """
    with transaction.atomic():
        rows = read(binary, run.file_name, limits, encoding)
        run.header = next(rows)
        run.state = ImportState.MATCHING
        run.save()
        while batch := list(islice(rows, BATCH)):
            ImportRow.objects.bulk_create(
                ImportRow(run=run, number=number, cells=cells) for number, cells in batch
            )


def stage_by_copy(run, binary, limits, encoding="", said=lambda number: None):
    """The same for large files, by the operator's command, going on where it broke off.

    COPY fills a temporary table, and INSERT ... SELECT takes it from there: a table behind
    a wall takes no COPY from who is walled. Each 5,000 rows are a transaction.

    Raises:
        Refused: the file cannot be taken.
    """
    rows = read(binary, run.file_name, limits, encoding)
    header = next(rows)
    if run.header != header:
        run.header = header
        run.save()
    done = run.rows.aggregate(last=Max("number"))["last"] or 0
    waiting = ((number, cells) for number, cells in rows if number > done)
    while batch := list(islice(waiting, COPIED)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_STAGED)
            with cursor.copy("COPY staged (number, cells) FROM STDIN") as copy:
                for number, cells in batch:
                    copy.write_row((number, json.dumps(cells)))
            cursor.execute(_FROM_STAGED, [run.pk])
        said(batch[-1][0])
    Import.objects.filter(pk=run.pk).update(state=ImportState.MATCHING)
    run.state = ImportState.MATCHING
