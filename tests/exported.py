"""Exports read back, and what a list says of the same rows in the words of a table."""

import csv
import io
import json

from python_calamine import CalamineWorkbook

from records.tables import defused


def body_of(answer):
    assert answer.status_code == 200, answer.content.decode()
    return answer.getvalue()


def listed(client, address, **parameters):
    """All rows of a list, over all of its pages."""
    page = client.get(address, {"page_size": 200, **parameters}).json()
    rows = page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        rows += page["results"]
    return rows


def exported(client, address, format_, **parameters):
    """The rows of an export: records, features or dicts of cells."""
    body = body_of(client.get(address, {"format": format_, **parameters}))
    if format_ == "ndjson":
        return [json.loads(line) for line in body.decode().splitlines()]
    if format_ == "geojson":
        return json.loads(body)["features"]
    if format_ == "csv":
        return list(csv.DictReader(io.StringIO(body.decode(), newline="")))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0)
    head, *rows = sheet.to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


def cells_of(record, name=""):
    """(name of a column, value) of each cell that a record of a list becomes.

    An object that is null becomes one pair of its own name and None.
    """
    for key, value in record.items():
        column = f"{name}.{key}" if name else key
        if isinstance(value, dict):
            yield from cells_of(value, column)
        elif isinstance(value, list):
            yield column, _in_one_cell(value)
        else:
            yield column, value


def _in_one_cell(items):
    if not items:
        return NOTHING_LISTED
    if all("reference" in item for item in items):
        return " ".join(item["reference"] for item in items)
    return items


NOTHING_LISTED = object()


def same(value, cell, *, of):
    """Whether a cell of a format says this value of a list."""
    if value is NOTHING_LISTED:
        return cell in ("", "[]")
    if isinstance(value, list):
        return json.loads(cell) == value
    if of == "geojson":
        return cell == value and type(cell) is type(value)
    if of == "csv" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(cell) == value
    return cell == _as_text(value) if of == "csv" else cell == ("" if value is None else value)


def _as_text(value):
    said = {None: "", True: "true", False: "false"}
    return defused(value) if isinstance(value, str) else said[value]


def told_apart(record, row, *, of):
    """What the cells of a row say otherwise than the record, as (column, value, cell)."""
    wrong, met = [], set()
    for column, value in cells_of(record):
        inside = [name for name in row if name.startswith(f"{column}.")]
        names = inside if value is None and inside else [column]
        met.update(names)
        wrong += [
            (name, value, row.get(name))
            for name in names
            if name not in row or not same(value, row[name], of=of)
        ]
    return wrong + [(name, "no such field", row[name]) for name in row.keys() - met]
