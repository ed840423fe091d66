"""A Document as CSV files in one archive. The same Document makes the same bytes.

Nothing in it is compressed and no file has a time of its own: both would differ between
machines. Texts that a spreadsheet would take for a formula are made harmless.
"""

import csv
import io
from dataclasses import asdict
from hashlib import sha256
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.template.loader import render_to_string

from records.tables import defused
from reports.accountability import COLUMNS
from reports.dashboard import files
from reports.handover.cases import Cited
from reports.handover.method import LIMITS, RULES

NEVER = (1980, 1, 1, 0, 0, 0)  # the earliest moment an archive can tell
READ_BY_ALL = 0o644 << 16
UNIX = 3
UNSEEN = dict.fromkeys(range(0x2066, 0x206A))  # what keeps words in order on an Arabic page


def bundle(document):
    """The archive, as bytes. Its README has the method and the SHA-256 of each other file."""
    tables = {
        "summary.csv": _summary(document),
        "ladder.csv": _ladder(document),
        "cases.csv": _cases(document),
        "sources.csv": _sources(document),
        **{f"figures/{each.name}.csv": files.as_csv(each) for each in document.figures},
    }
    written = {name: text.encode() for name, text in tables.items()}
    digests = {name: sha256(data).hexdigest() for name, data in written.items()}
    readme = render_to_string(
        "reports/handover/README.txt",
        {"document": document, "digests": digests, "rules": RULES, "limits": LIMITS},
    )
    return _archive({"README.txt": readme.encode(), **written})


def _archive(written):
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for name, data in written.items():
            entry = ZipInfo(name, NEVER)
            entry.create_system, entry.external_attr = UNIX, READ_BY_ALL
            archive.writestr(entry, data)
    return packed.getvalue()


def _table(heads, rows):
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(heads)
    for row in rows:
        table.writerow([defused(str(cell).translate(UNSEEN)) for cell in row])
    return text.getvalue()


def _summary(document):
    asked = document.asked
    said = [
        ("marking", document.marking.value),
        ("as_of", document.as_of),
        ("query", asked.query()),
        *((f"filter: {what}", value) for what, value in document.filters),
        ("headline", document.headline),
        ("people", document.people_in_words),
        *((column, getattr(document.total, column)) for column in COLUMNS),
        ("arrested_rate", document.arrested_rate),
        ("standing_rate", document.standing_rate),
        *((f"people.{name}", _range(number)) for name, number in vars(document.people).items()),
    ]
    return _table(("name", "value"), said)


def _range(number):
    if isinstance(number, int):
        return number
    return f"{number.low}-{number.high}{'+' if number.open_ended else ''}"


def _ladder(document):
    return _table(
        ("column", "label", "incidents", "cases"),
        (
            (step.column, step.label, step.count, " ".join(map(str, step.cases)))
            for step in document.steps
        ),
    )


def _cases(document):
    heads = ("case", "reference", "title", "day", "place", "governorate", "kind", "target")
    lists = ("claimed", "attributed", "arrests", "convictions")
    told = ("claimed_by", "attributed_to", "arrests", "convictions")
    return _table(
        (*heads, *told, "outcome", *COLUMNS[1:], "sources", "disputed_by"),
        (
            (
                number,
                *(getattr(case, name) for name in heads[1:]),
                *("; ".join(getattr(case, name)) for name in lists),
                case.outcome,
                *("true" if column in case.columns else "false" for column in COLUMNS[1:]),
                *_numbers(document.numbers_of(case)),
            )
            for number, case in enumerate(document.cases, 1)
        ),
    )


def _numbers(sources):
    for disputing in (False, True):
        yield " ".join(str(number) for number, disputes in sources if disputes == disputing)


def _sources(document):
    return _table(
        ("source", *Cited.__dataclass_fields__),
        ((number, *asdict(cited).values()) for number, cited in document.sources.values()),
    )
