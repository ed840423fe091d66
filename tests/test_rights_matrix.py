"""Who finds a record where, held to the table in tests/rights_matrix.csv, cell by cell.

A cell is a real answer to a real request. What it should not show must be answered exactly
as what was never there.
"""

import csv
import re
from collections import Counter
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Group as Role
from django.test import Client
from django.urls import reverse

from incidents.models import Incident
from partners import allowance
from records.roles import ADMINISTRATOR, AUDITOR, DATA_ENTRY, MONITOR
from tests.admin_pages import address
from tests.factories import (
    ClaimFactory,
    GroupFactory,
    IncidentFactory,
    KeyFactory,
    OrganisationFactory,
    PlaceFactory,
    UserFactory,
)
from tests.keys import text_of
from tests.released import make_releases
from tests.trail import settle

TABLE = Path(__file__).with_name("rights_matrix.csv")
WORD = "Zqmatrix"  # stands in every record of the matrix and nowhere else
ABSENT_PK, ABSENT_REFERENCE = 10**12, "ZZZZ-ZZZZ-ZZZZ"

OWNER, PARTNER = "musaala", "partner"
READERS = {  # role, organisation, clearance, whether named on the RED records
    "anonymous": None,
    "data_entry_strict": (DATA_ENTRY, OWNER, "TLP:AMBER+STRICT", False),
    "data_entry_clear": (DATA_ENTRY, OWNER, "TLP:CLEAR", False),
    "monitor_strict": (MONITOR, OWNER, "TLP:AMBER+STRICT", False),
    "monitor_green": (MONITOR, OWNER, "TLP:GREEN", False),
    "red_named": (MONITOR, OWNER, "TLP:RED", True),
    "red_not_named": (MONITOR, OWNER, "TLP:RED", False),
    "named_not_cleared": (MONITOR, OWNER, "TLP:AMBER+STRICT", True),
    "partner_amber": (DATA_ENTRY, PARTNER, "TLP:AMBER", False),
    "partner_green": (DATA_ENTRY, PARTNER, "TLP:GREEN", False),
    "partner_strict": (MONITOR, PARTNER, "TLP:AMBER+STRICT", False),
    "partner_red_named": (MONITOR, PARTNER, "TLP:RED", True),
    "auditor": (AUDITOR, OWNER, "TLP:RED", False),
    "administrator": (ADMINISTRATOR, OWNER, "TLP:RED", False),
    "no_right": (None, OWNER, "TLP:RED", False),
}
KEYS = {  # organisation, clearance, scopes
    "key_strict": (OWNER, "TLP:AMBER+STRICT", ["read", "names", "propose"]),
    "key_partner_strict": (PARTNER, "TLP:AMBER+STRICT", ["read", "names"]),
    "key_partner_amber": (PARTNER, "TLP:AMBER", ["read"]),
    "key_partner_green": (PARTNER, "TLP:GREEN", ["read"]),
    "key_clear": (PARTNER, "TLP:CLEAR", ["read"]),
    "key_without_read": (OWNER, "TLP:AMBER+STRICT", ["propose"]),
}


def _table():
    """{(reader, marking, status): {face: whether the record is found there}}."""
    lines = [line for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    return {
        (line.pop("reader"), line.pop("marking"), line.pop("status")): {
            face: {"yes": True, "-": False}[cell] for face, cell in line.items()
        }
        for line in csv.DictReader(lines)
    }


EXPECTED = _table()
KINDS = sorted({tuple(kind) for _reader, *kind in EXPECTED})


def test_the_table_is_whole():
    cells = [len(faces) for faces in EXPECTED.values()]

    assert {reader for reader, *_kind in EXPECTED} == READERS.keys() | KEYS.keys()
    assert Counter(cells) == {len(FACES): len(READERS | KEYS) * 6 * 4}
    assert sum(cells) >= 1000


@pytest.mark.parametrize("name", [*READERS, *KEYS])
def test_a_reader_finds_what_the_table_says_and_nothing_else(
    client, monkeypatch, settings, tmp_path, name
):
    settings.MEDIA_ROOT = str(tmp_path)  # of the releases
    monkeypatch.setattr(allowance, "EXPORTS_AN_HOUR", len(FACES))
    named = {reader for reader, said in READERS.items() if said and said[3]}
    users = {each: _user(each) for each in named | {name} if READERS.get(each)}
    records = _records([users[reader].pk for reader in sorted(named)])
    settle()  # so that the feed tells of them
    make_releases()
    if name in users:
        client.force_login(users[name])
    if name in KEYS:
        client = _asking_by_key(name)

    found = {face: asked(client, records) for face, asked in FACES.items()}

    assert [
        (*kind, face, "is found" if kind in found[face] else "is not found")
        for kind in records
        for face, expected in EXPECTED[name, *kind].items()
        if (kind in found[face]) != expected
    ] == []


def _user(name):
    role, slug, clearance, _named = READERS[name]
    user = UserFactory(
        username=name,
        organisation=OrganisationFactory(slug=slug, name=slug),
        clearance=clearance,
        is_staff=True,
        rights=[],
    )
    user.groups.set(Role.objects.filter(name=role))
    return user


def _asking_by_key(name):
    """A client whose key goes along with each request, and no session."""
    slug, clearance, scopes = KEYS[name]
    organisation = OrganisationFactory(slug=slug, name=slug)
    key = KeyFactory(
        organisation=organisation, clearance=clearance, scopes=scopes, rate=6000, burst=6000
    )
    return Client(HTTP_AUTHORIZATION=f"Bearer {text_of(key)}")


def _records(named):
    """{(marking, status): an incident}, each in a month of its own and with a claim."""
    place, group = PlaceFactory(), GroupFactory()
    partner = OrganisationFactory(slug=PARTNER, name=PARTNER)
    records = {}
    for number, (marking, status) in enumerate(KINDS):
        title = f"{WORD}-{number:02}"
        incident = IncidentFactory(
            pk=ABSENT_PK - 100 + number,
            title=title,
            place=place,
            on=date(2020 + number // 12, number % 12 + 1, 5),
            marking=f"TLP:{marking.removesuffix(' shared')}",
            shared_with=[partner.pk] if marking == "AMBER shared" else [],
            readers=named if marking == "RED" else [],
            review_status=status,
            withdrawn_reason="No longer held." if status == "withdrawn" else "",
        )
        ClaimFactory(incident=incident, group=group, statement_text=title)
        records[marking, status] = incident
    return records


# Faces: from a client and the records to the kinds of those it is shown


def _shown(text, records):
    return {kind for kind, record in records.items() if record.title in text}


def _listed(*addresses):
    """One answer, or several pages of it, that tell of all records."""

    def asked(client, records):
        return _shown("".join(_text(client.get(each)) for each in addresses), records)

    return asked


def _text(answer):
    """The body, and for a workbook all that is packed in it."""
    body = answer.getvalue()
    if body.startswith(b"PK"):
        book = ZipFile(BytesIO(body))
        body = b"".join(map(book.read, book.namelist()))
    return body.decode()


def _released(client, records):
    """Through the addresses that the releases give of themselves."""
    found = client.get("/api/v1/exports/").json().get("results", [])
    files = [file for each in found for file in client.get(each["address"]).json()["files"]]
    return _shown("".join(_text(client.get(file["address"])) for file in files), records)


def _one_by_one(path, key, absent):
    """An answer for each record. What it does not show it answers as what is not there."""

    def asked(client, records):
        nothing = client.get(path(absent))
        found = set()
        for kind, record in records.items():
            own = str(getattr(record, key))
            answer = client.get(path(own))
            if record.title in answer.content.decode():
                found.add(kind)
            else:
                assert _comparable(answer, own) == _comparable(nothing, str(absent)), kind
        return found

    return asked


def _comparable(answer, key):
    headers = {name: value for name, value in answer.headers.items() if name not in CHANCE}
    body = CSRF.sub("", answer.content.decode())
    return answer.status_code, str(headers).replace(key, "KEY"), body.replace(key, "KEY")


# The moment of asking; the length of the key asked for; what is left of an allowance.
CHANCE = {"Expires", "Content-Length", "RateLimit"}
CSRF = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")[^"]*')


def _months_counted(client, records):
    report = client.get("/api/v1/reports/accountability/?by=month").json()
    counted = {row["label"]: row["recorded"] for row in report.get("rows", [])}
    return {kind for kind, each in records.items() if counted.get(f"{each.occurred_from:%Y-%m}")}


def _screen(page):
    return lambda pk: address(Incident, page, pk)


CHOICES = "/admin/autocomplete/?app_label=incidents&model_name=claim&field_name=incident&term="
EXPORT = "/api/v1/incidents/?format="
BEHIND_A_NUMBER = "/api/v1/incidents/?rung=recorded&by=year&key="
FACES = {
    "api_list": _listed("/api/v1/incidents/?page_size=200"),
    "api_detail": _one_by_one("/api/v1/incidents/{}/".format, "reference", ABSENT_REFERENCE),
    "api_filter": _one_by_one("/api/v1/claims/?incident={}".format, "reference", ABSENT_REFERENCE),
    "api_search": _listed(f"/api/v1/incidents/?q={WORD}"),
    "report_count": _months_counted,
    "report_rows": _listed(f"{BEHIND_A_NUMBER}2020", f"{BEHIND_A_NUMBER}2021"),
    "admin_list": _listed(reverse("admin:incidents_incident_changelist")),
    "admin_form": _one_by_one(_screen("change"), "pk", ABSENT_PK),
    "admin_search": _listed(f"/admin/incidents/incident/?q={WORD}"),
    "autocomplete": _listed(f"{CHOICES}{WORD}", f"{CHOICES}{WORD}&page=2"),
    "history": _one_by_one(_screen("history"), "pk", ABSENT_PK),
    "export_csv": _listed(f"{EXPORT}csv"),
    "export_csv_flat": _listed(f"{EXPORT}csv&nested=false"),
    "export_ndjson": _listed(f"{EXPORT}ndjson"),
    "export_ndjson_flat": _listed(f"{EXPORT}ndjson&nested=false"),
    "export_geojson": _listed(f"{EXPORT}geojson"),
    "export_xlsx": _listed(f"{EXPORT}xlsx"),
    "export_claims": _listed("/api/v1/claims/?format=csv"),
    "feed": _listed("/api/v1/changes/?page_size=200"),
    "release": _released,
}
