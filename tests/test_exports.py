"""An export holds the rows of the list, all of them, with the same values, for every noun."""

import csv
import io
import json
import tracemalloc
import zipfile
from uuid import uuid4

import pytest
from psycopg.errors import DivisionByZero, QueryCanceled
from rest_framework.serializers import DateField

from config.urls import NOUNS
from records import exporting
from records.api import SourceViewSet
from records.exporting import BLOCK, Statement, as_csv, as_ndjson, streamed
from records.gate import Unrestricted
from records.hxl import tags_of
from records.models import Source
from records.rights import NAMES
from records.shapes import WHOLE, Shape
from records.tables import FORMULA, columns_of, defused
from records.viewer import PUBLIC, Viewer
from reports.api import LadderIncidentViewSet
from tests.api_rows import ROWS
from tests.exported import body_of, exported, listed, told_apart
from tests.factories import (
    ClaimFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
)
from tests.hidden_world import (
    EVERY_RIGHT,
    Hider,
    strangers,
    visible_world,
    ways_to_hide,
    ways_to_hide_a_part,
)
from tests.starter import load_starter_data

INCIDENTS = "/api/v1/incidents/"
PLACED = [noun for noun, view in NOUNS.items() if view.point_at is not None]


@pytest.fixture
def reader(client):
    client.force_login(UserFactory())
    return client


# The same rows and values as the list


def check(client, noun, **parameters):
    """Compare each format of a noun with its list. Returns the number of rows."""
    address = f"/api/v1/{noun}/"
    rows = listed(client, address, **parameters)
    assert exported(client, address, "ndjson", **parameters) == rows
    for format_ in ("csv", "xlsx"):
        table = exported(client, address, format_, **parameters)
        assert len(table) == len(rows)
        for record, row in zip(rows, table, strict=True):
            assert told_apart(record, row, of=format_) == [], (noun, format_)
    if noun in PLACED:
        features = exported(client, address, "geojson", **parameters)
        assert len(features) == len(rows)
        for record, feature in zip(rows, features, strict=True):
            assert feature["type"] == "Feature"
            assert feature["id"] == record["reference"]
            assert told_apart(record, feature["properties"], of="geojson") == []
            assert feature["geometry"] == geometry_of(record)
    return len(rows)


def geometry_of(record):
    place = record.get("place", record)
    point = place and place.get("point")
    if not point:
        return None
    return {"type": "Point", "coordinates": [point["longitude"], point["latitude"]]}


def test_the_starter_data_goes_out_as_it_is_listed(client):
    load_starter_data()
    client.force_login(UserFactory(clearance="TLP:RED", rights=EVERY_RIGHT))

    numbers = [check(client, noun) for noun in NOUNS]

    assert min(numbers) > 0
    assert sum(numbers) > 500


READERS = {"partner": ("partner", "TLP:AMBER"), "junior": ("musaala", "TLP:GREEN")}


@pytest.mark.parametrize("who", READERS)
def test_what_is_hidden_is_not_in_it(client, who):
    world, strange = visible_world(), strangers()
    Hider(world, ways_to_hide(*strange), ways_to_hide_a_part(strange[1])).hide_everything()
    slug, clearance = READERS[who]
    organisation = OrganisationFactory(slug=slug, name=slug.title())
    client.force_login(UserFactory(organisation=organisation, clearance=clearance))

    for noun, view in NOUNS.items():
        assert 0 < check(client, noun) < view.queryset.model.objects.count()


@pytest.mark.parametrize("noun", NOUNS)
def test_filters_order_and_shape_are_those_of_the_list(reader, noun):
    for _ in range(2):
        ROWS[noun]()
    one = listed(reader, f"/api/v1/{noun}/")[0]["reference"]
    (ordering, *_more) = NOUNS[noun].orderings

    check(reader, noun, ordering=f"-{ordering}")
    check(reader, noun, ordering=ordering, omit="marking")
    ndjson = exported(reader, f"/api/v1/{noun}/", "ndjson", nested="false", ordering=ordering)
    assert ndjson == listed(reader, f"/api/v1/{noun}/", nested="false", ordering=ordering)
    head, *rows = body_of(
        reader.get(f"/api/v1/{noun}/?format=csv&fields=updated_at,reference")
    ).splitlines()
    assert head == b"reference,updated_at"
    assert any(row.startswith(one.encode()) for row in rows)


def test_every_column_has_a_name_of_its_own_that_postgresql_keeps_whole():
    for view in NOUNS.values():
        for shape in (WHOLE, Shape(flat=True)):
            names = [column.name for column in columns_of(view, PUBLIC, shape)]
            assert len(set(names)) == len(names)
            assert max(len(name) for name in names) < 64


def test_flat_columns_name_other_records_by_reference(reader):
    ROWS["incidents"]()

    (row,) = exported(reader, INCIDENTS, "csv", nested="false", kind="rocket_attack")[:1]

    assert "place" in row
    assert "place.name" not in row
    assert "claims" not in row
    assert "sources" in row


# Hostile text

TEXTS = [
    *(f"{sign}1+1" for sign in FORMULA),
    "plain",
    "'quoted",
    'a "b", c',
    "two\nlines",
    "back\\slash \\N \\.",
    "\\.",
    "tab\there",
    "\x01\x02",
    "كتائب",
    "🚀 % %s",
    " =1",
]


def test_text_comes_through_whole_and_formulas_defused(reader):
    for text in TEXTS:
        SourceFactory(title=text)
    address = "/api/v1/sources/"

    def titles(format_):
        return sorted(row["title"] for row in exported(reader, address, format_, fields="title"))

    assert titles("ndjson") == sorted(TEXTS)
    assert titles("csv") == sorted(map(defused, TEXTS))
    assert titles("xlsx") == sorted(TEXTS)
    assert [defused(text) for text in TEXTS if defused(text) != text] == [
        f"'{sign}1+1" for sign in FORMULA
    ]
    assert defused("") == ""


def test_a_spreadsheet_has_no_formula_and_no_link(reader):
    SourceFactory(title="=1+1", address="https://example.org/", note="{=SUM(A1)}")

    book = zipfile.ZipFile(io.BytesIO(body_of(reader.get("/api/v1/sources/?format=xlsx"))))

    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "=1+1" in sheet


def test_text_longer_than_a_cell_is_refused_not_cut(reader):
    SourceFactory(note="x" * 32_768)

    refused = reader.get("/api/v1/sources/?format=xlsx")

    assert refused.status_code == 400
    assert "omit=note" in refused.content.decode()
    assert reader.get("/api/v1/sources/?format=xlsx&omit=note").status_code == 200


def test_more_rows_than_a_sheet_holds_are_refused(reader, monkeypatch):
    monkeypatch.setattr("records.spreadsheet.MOST_ROWS", 3)
    SourceFactory.create_batch(3)
    assert reader.get("/api/v1/sources/?format=xlsx").status_code == 200
    assert reader.get("/api/v1/sources/?format=xlsx&hxl=true").status_code == 400

    SourceFactory()
    refused = reader.get("/api/v1/sources/?format=xlsx")

    assert refused.status_code == 400
    assert "format=csv" in refused.content.decode()


# What may be asked


def test_hxl_tags_stand_below_the_names(reader):
    ROWS["incidents"]()

    def tags(**parameters):
        body = body_of(reader.get(INCIDENTS, {"format": "csv", "hxl": "true", **parameters}))
        names, tags, *_rows = csv.reader(io.StringIO(body.decode(), newline=""))
        return dict(zip(names, tags, strict=True))

    whole = tags()
    assert whole["kind"] == "#event+type"
    assert whole["occurred.from"] == "#date+start"
    assert whole["place.governorate.iso_code"] == "#adm1+code"
    assert whole["place.point.latitude"] == "#geo+lat"
    said = [tag for tag in whole.values() if tag]
    assert len(set(said)) == len(said)
    assert all(tag.startswith("#") and " " not in tag for tag in said)
    assert tags(fields="place.name") == {"place.name": whole["place.name"]}
    sheet = exported(reader, INCIDENTS, "xlsx", hxl="true")
    assert sheet[0]["kind"] == "#event+type"
    assert body_of(reader.get(f"{INCIDENTS}?format=csv&hxl=false")).count(b"#event") == 0


def test_tags_of_two_groups_in_one_row_differ(reader):
    body = body_of(reader.get("/api/v1/relations/?format=csv&hxl=true")).decode()

    names, tags = csv.reader(io.StringIO(body, newline=""))
    told = dict(zip(names, tags, strict=True))
    assert told["from_group.reference"] == "#group+id"
    assert told["to_group.reference"] == "#group+id+to_group"


def test_a_byte_order_mark_is_asked_for(reader):
    SourceFactory()

    marked = body_of(reader.get("/api/v1/sources/?format=csv&bom=true"))

    assert marked == b"\xef\xbb\xbf" + body_of(reader.get("/api/v1/sources/?format=csv"))


REFUSED = {
    "format=csw": ("format", "csv"),
    "format=CSV": ("format", "csv"),
    "format=csv&page_size=5": ("page_size", "no pages"),
    "format=ndjson&cursor=x": ("cursor", "no pages"),
    "format=csv&hxl=yes": ("hxl", "true or false"),
    "format=ndjson&hxl=true": ("hxl", "csv"),
    "format=xlsx&bom=true": ("bom", "csv"),
    "hxl=true": ("hxl", "csv"),
    "format=csv&fields=titel": ("fields", "title"),
    "format=csv&kind=attack": ("kind", "attack"),
    "format=csv&ordering=place": ("ordering", "occurred"),
}


@pytest.mark.parametrize("query", REFUSED)
def test_what_makes_no_sense_is_refused_by_name(reader, query):
    parameter, said = REFUSED[query]

    refused = reader.get(f"{INCIDENTS}?{query}")

    assert refused.status_code == 400
    assert parameter in refused.content.decode()
    assert said in refused.content.decode()


def test_there_is_geojson_where_there_is_a_place(reader):
    assert PLACED == ["places", "incidents", "responses", "arrests"]
    for noun in NOUNS.keys() - set(PLACED):
        assert reader.get(f"/api/v1/{noun}/?format=geojson").status_code == 400


def test_one_record_is_no_export(reader):
    row = SourceFactory()

    assert reader.get(f"/api/v1/sources/{row.reference}/?format=csv").status_code == 400


def test_nobody_exports_without_signing_in(client):
    IncidentFactory()

    assert client.get(f"{INCIDENTS}?format=csv").status_code in (401, 403)


def test_the_media_type_asks_as_well(reader):
    answer = reader.get(INCIDENTS, headers={"Accept": "application/x-ndjson"})

    assert answer.headers["Content-Type"] == "application/x-ndjson"


def test_the_file_has_a_name_with_its_day(reader):
    answer = reader.get(f"{INCIDENTS}?format=csv")

    name = answer.headers["Content-Disposition"]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert name.startswith('attachment; filename="musaala-incidents-20')
    assert name.endswith('.csv"')
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("format_", ["csv", "xlsx", "ndjson", "geojson"])
def test_head_says_what_get_would(reader, monkeypatch, format_):
    IncidentFactory()
    address = f"{INCIDENTS}?format={format_}"
    got = reader.get(address)
    got.getvalue()
    monkeypatch.setattr(exporting, "copied", None)  # nothing is read

    head = reader.head(address)

    assert head.status_code == 200
    assert head.getvalue() == b""
    for name in ("Content-Type", "Content-Disposition"):
        assert head.headers[name] == got.headers[name]


def test_suspects_are_not_exported_by_name(client):
    client.force_login(UserFactory(rights=[*EVERY_RIGHT, NAMES]))

    refused = client.get("/api/v1/suspects/?format=csv&name=Somebody")

    assert refused.status_code == 400
    assert "name" in refused.content.decode()


def test_an_export_is_counted_once_and_before_it_is_read(rf, monkeypatch):
    counted = []
    view = NOUNS["sources"].as_view({"get": "list"}, basename="sources")

    def ask(address):
        request = rf.get(address)
        request.user = UserFactory()
        request._dont_enforce_csrf_checks = True
        request.viewer, request.key = Viewer(person_id=request.user.pk), None
        request.id = str(uuid4())  # as records/middleware.py says who asks
        request.counts_as_export = lambda: counted.append(address)
        monkeypatch.setattr("records.permissions.MayRead.has_permission", lambda *a: True)
        return view(request)

    ask("/api/v1/sources/")
    ask("/api/v1/sources/?format=csv&hxl=perhaps")
    ask("/api/v1/sources/?format=csv")

    assert counted == ["/api/v1/sources/?format=csv"]


# Streaming


def rows_of(viewer, view=SourceViewSet):
    return view.queryset.model.objects.visible_to(viewer).order_by("reference")


def test_it_is_read_as_the_viewer_when_it_is_consumed():
    """A statement that forgot the gate shows what the database lets him see."""
    seen, _hidden = IncidentFactory(), IncidentFactory(marking="TLP:RED", readers=[-1])
    ungated = rows_of(Unrestricted("a test"), LadderIncidentViewSet)
    statement = as_ndjson(LadderIncidentViewSet, ungated, Shape(fields=frozenset(["reference"])))

    lines = b"".join(streamed(PUBLIC, statement))

    assert [json.loads(line)["reference"] for line in lines.splitlines()] == [seen.reference]


def consumed(rows):
    """The blocks of an export of so many sources, and the most memory that it took."""
    with_note = {"note": "n" * 800, "owner": OrganisationFactory(), "review_status": "published"}
    Source.objects.bulk_create(
        Source(
            publisher="P", title="T", kind="news", language="en", reliability="B", marking=marking,
            **with_note,
        )
        for marking in ["TLP:CLEAR"] * rows
    )  # fmt: skip
    statement = as_csv(SourceViewSet, rows_of(PUBLIC), WHOLE)
    blocks = []
    tracemalloc.start()
    for block in streamed(PUBLIC, statement):
        blocks.append(len(block))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return blocks, peak


def test_memory_does_not_grow_with_the_rows():
    few, least = consumed(200)
    many, most = consumed(1800)

    assert sum(many) > 9 * sum(few)
    assert len(many) == pytest.approx(sum(many) / BLOCK, abs=1)
    assert max(many) < BLOCK + 2000
    assert most < least + BLOCK


def failing(at):
    """A statement that fails at this row."""
    sql = f"SELECT repeat('x', 1000) || 1 / ({at} - n) FROM generate_series(1, 1000) AS n"
    return Statement(sql, (), exporting.AS_IT_IS, before=b"[", after=b"]")


def test_what_fails_midway_does_not_end_as_if_it_were_whole():
    blocks = []

    with pytest.raises(DivisionByZero):
        for block in streamed(PUBLIC, failing(at=500)):
            blocks.append(block)

    assert len(blocks) >= 2
    assert not b"".join(blocks).endswith(b"]")


def test_an_export_ends_after_its_time(monkeypatch):
    monkeypatch.setattr(exporting, "LONGEST", "10ms")
    slow = Statement("SELECT pg_sleep(0.01) FROM generate_series(1, 300)", (), exporting.AS_IT_IS)

    with pytest.raises(QueryCanceled):
        list(streamed(PUBLIC, slow))


def test_who_goes_away_ends_the_reading(reader):
    """The connection is free for the next question."""
    for _ in range(3):
        PlaceFactory()
    ClaimFactory()
    stream = streamed(PUBLIC, failing(at=5000))
    next(stream)
    stream.close()

    assert reader.get(INCIDENTS).status_code == 200


@pytest.mark.parametrize("noun", NOUNS)
def test_every_day_has_a_tag_and_no_tag_stands_twice(noun):
    view = NOUNS[noun]
    names = [column.name for column in columns_of(view, PUBLIC, WHOLE)]
    told = dict(zip(names, tags_of(view, names), strict=True))
    days = [
        name for name, field in view.serializer(WHOLE).fields.items() if type(field) is DateField
    ]

    assert all(told[name].startswith("#date") for name in days), told
    given = [tag for tag in told.values() if tag]
    assert len(set(given)) == len(given)
