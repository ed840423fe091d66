"""Files to import: texts as CSV, and workbooks put together by hand, fit and unfit."""

import io
import zipfile

from incidents.importing.limits import IN_THE_BROWSER
from incidents.importing.reading import read

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = (
    f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    "</styleSheet>"
)


def csv_file(*lines, encoding="utf-8"):
    return io.BytesIO("\n".join(lines).encode(encoding))


def cell(address, text):
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


def day(address, number):
    """A cell that a spreadsheet shows as a date: days since 1899-12-30."""
    return f'<c r="{address}" s="1"><v>{number}</v></c>'


def rows(*rows_of_cells):
    return "".join(
        f'<row r="{number}">{"".join(cells)}</row>' for number, cells in enumerate(rows_of_cells, 1)
    )


def workbook(*sheets, after="", extra=None):
    """A workbook whose sheets hold these `rows`; `after` stands below each sheet's rows."""
    names = range(1, len(sheets) + 1)
    members = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS,
        "xl/styles.xml": _STYLES,
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in names)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet{n}.xml"/>'
            for n in names
        )
        + f'<Relationship Id="rId99" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    }
    for n, sheet in zip(names, sheets, strict=True):
        members[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData>{after}</worksheet>'
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (members | (extra or {})).items():
            archive.writestr(name, text)
    return packed


def table_of(file, name="attacks.csv", limits=IN_THE_BROWSER, **options):
    """The names of the columns and the rows that a file is read as."""
    header, *found = read(file, name, limits, **options)
    return header, found
