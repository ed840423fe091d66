"""A file is read as it was meant, or refused with where and what to do."""

import tracemalloc
import zipfile
import zlib
from dataclasses import replace

import pytest

from incidents.importing.limits import BY_COMMAND, IN_THE_BROWSER, Refused
from tests.import_files import cell, csv_file, day, rows, table_of, workbook

HEADER, ROW = "day,place", "2021-02-15,Erbil"
READ = (["day", "place"], [(2, ["2021-02-15", "Erbil"])])
FEW = replace(IN_THE_BROWSER, rows=2, packed=100_000, unpacked=50_000)


# What is taken


@pytest.mark.parametrize(
    ("file", "options"),
    [
        (csv_file(HEADER, ROW), {}),
        (csv_file(HEADER, ROW, encoding="utf-8-sig"), {}),
        (csv_file(HEADER, ROW, encoding="utf-16"), {}),
        (csv_file(HEADER.replace(",", ";"), ROW.replace(",", ";")), {}),
        (csv_file(HEADER.replace(",", "\t"), ROW.replace(",", "\t")), {"name": "a.tsv"}),
        (csv_file(f"{HEADER},,", f"{ROW},,"), {}),
    ],
    ids=["plain", "with a mark", "UTF-16", "semicolons", "tabs", "blank columns at the end"],
)
def test_a_table_is_read_however_it_is_written(file, options):
    assert table_of(file, **options) == READ


def test_a_workbook_is_read_as_a_csv_file_would_be():
    file = workbook(
        rows([cell("A1", "day"), cell("B1", "place")], [day("A2", 44242), cell("B2", "Erbil")])
    )

    assert table_of(file, "attacks.xlsx") == READ


def test_rows_are_numbered_as_a_spreadsheet_does():
    file = csv_file("", HEADER, "", '2021-02-15,"Erbil', 'airport"', ROW)

    _header, found = table_of(file)

    assert [number for number, _cells in found] == [4, 5]
    assert found[0][1] == ["2021-02-15", "Erbil\nairport"]


def test_arabic_in_an_old_encoding_is_read_when_it_is_chosen():
    file = csv_file("day,place", "2021-02-15,أربيل", encoding="cp1256")

    assert table_of(file, encoding="cp1256")[1] == [(2, ["2021-02-15", "أربيل"])]


def test_the_command_has_no_limit_of_rows():
    file = csv_file(HEADER, *[ROW] * 5)

    assert len(table_of(file, limits=replace(BY_COMMAND))[1]) == 5


# What is refused

LIE = "a lie about its size"
TEXT = {
    "empty": (csv_file(""), "is empty"),
    "no row": (csv_file(HEADER), "no row below"),
    "not UTF-8": (csv_file(HEADER, "2021-02-15,أربيل", encoding="cp1256"), "the byte C3.*1256"),
    "UTF-16 without a mark": (csv_file(HEADER, ROW, encoding="utf-16-le"), "NUL"),
    "UTF-32": (csv_file(HEADER, ROW, encoding="utf-32"), "UTF-32"),
    "an open quotation mark": (csv_file(HEADER, '2021-02-15,"Erbil'), "quotation mark"),
    "two columns of one name": (csv_file("day,place,Day", f"{ROW},x"), "1 and 3.*“Day”"),
    "a column without a name": (csv_file("day,,place", "1,2,3"), "Column 2 has no name.*merged"),
    "a long name": (csv_file(f"day,{'x' * 101}", ROW), "name of column 2 is too long"),
    "too many columns": (csv_file(",".join(map(str, range(101))), ROW), "more than 100 columns"),
    "too many rows": (csv_file(HEADER, *[ROW] * 3), "more than 2 rows.*by command"),
    "too large": (csv_file(HEADER, *["x" * 1000] * 200), "larger than 0 MB"),
}


@pytest.mark.parametrize(("file", "said"), TEXT.values(), ids=TEXT)
def test_a_text_file_is_refused_with_the_reason(file, said):
    with pytest.raises(Refused, match=f"(?s){said}"):
        table_of(file, limits=FEW)


def test_an_encoding_that_the_file_does_not_have_is_refused():
    with pytest.raises(Refused, match="is Unicode, not Windows-1256"):
        table_of(csv_file(HEADER, "2021-02-15,أربيل"), encoding="cp1256")
    with pytest.raises(Refused, match="not Windows-1252 as chosen: the byte 81"):
        table_of(csv_file(HEADER, "2021-02-15,پ", encoding="cp1256"), encoding="cp1252")


@pytest.mark.parametrize("name", ["a.xls", "a.ods", "a.pdf", "a"])
def test_other_kinds_of_file_are_refused(name):
    with pytest.raises(Refused, match=r"\.csv and \.xlsx are taken"):
        table_of(csv_file(HEADER, ROW), name)


def with_false_size(packed):
    """The directory says that the sheet is small."""
    data = packed.getvalue()
    with zipfile.ZipFile(packed) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
        said = archive.read(sheet)[:100]
    for old, new in ((sheet.file_size, 100), (sheet.CRC, zlib.crc32(said))):
        data = data.replace(old.to_bytes(4, "little"), new.to_bytes(4, "little"))
    packed.seek(0)
    packed.write(data)
    return packed


def encrypted(packed):
    data = bytearray(packed.getvalue())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    packed.seek(0)
    packed.write(data)
    return packed


TWO = rows(
    [cell("A1", "day"), cell("B1", "place")], [cell("A2", "2021-02-15"), cell("B2", "Erbil")]
)
LONG = rows([cell("A1", "day")], [cell("A2", "x" * 60_000)])
BOOKS = {
    "a bomb": (workbook(LONG), "Unpacked.*larger than 0 MB"),
    LIE: (with_false_size(workbook(LONG)), "Unpacked"),
    "a cell in the far corner": (workbook(TWO + cell("XFD3", "x")), "more than 100 columns"),
    "a row far down": (workbook(TWO + f'<row r="1048576">{cell("A1048576", "x")}</row>'), "2 rows"),
    "a formula": (workbook(TWO + '<row r="3"><c r="B3"><f>1+1</f><v>2</v></c></row>'), "Cell B3"),
    "merged names": (
        workbook(TWO, after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'),
        "A1:B1",
    ),
    "macros": (workbook(TWO, extra={"xl/vbaProject.bin": "x"}), "macros"),
    "a password": (encrypted(workbook(TWO)), "password"),
    "two sheets": (workbook(TWO, TWO), "several sheets.*S1, S2"),
    "two columns of one name": (
        workbook(rows([cell("A1", "day"), cell("B1", "day")], [cell("A2", "1")])),
        "1 and 2 are both",
    ),
    "an empty sheet": (workbook(""), "is empty"),
    "entities": (workbook(TWO, extra={"xl/a.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]>"}), "entities"),
    "a zip of something else": (csv_file("PK\x03\x04 nothing"), "no workbook"),
    "an old workbook": (csv_file("\xd0\xcf\x11\xe0", encoding="latin-1"), "password.*old .xls"),
}


@pytest.mark.parametrize(("file", "said"), BOOKS.values(), ids=BOOKS)
def test_a_workbook_is_refused_with_the_reason(file, said):
    with pytest.raises(Refused, match=f"(?s){said}"):
        table_of(file, "attacks.xlsx", limits=FEW)


def test_a_workbook_with_macros_is_refused_by_its_name():
    with pytest.raises(Refused, match="macros"):
        table_of(workbook(TWO), "attacks.xlsm")


def test_a_bomb_is_refused_before_it_takes_memory():
    """100 MB of sheet in a file of a hundred kilobytes."""
    bomb = workbook(rows([cell("A1", "x" * 100_000_000)]))
    assert len(bomb.getvalue()) < 200_000

    tracemalloc.start()
    with pytest.raises(Refused, match="larger than 50 MB"):
        table_of(bomb, "bomb.xlsx")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 4_000_000
