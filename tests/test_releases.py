"""A release says what its audience could read on its day, for good, until that is taken away."""

import csv
import hashlib
import io
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from incidents.models import Claim, Incident
from legal.models import ArrestLink, ConvictionSuspect
from partners import releasing
from partners.dictionary import METHODOLOGY, entries
from partners.models import Release, audience_of
from partners.releasing import SHEETS, release
from partners.withholding import is_withheld, newer_than
from records.models import Marking
from records.shapes import WHOLE
from records.tables import columns_of
from records.viewer import PUBLIC, viewing
from reports.accountability import accountability
from reports.ladder import Question
from tests.api_rows import ROWS
from tests.exported import exported
from tests.factories import (
    ArrestLinkFactory,
    ClaimFactory,
    ConvictionIncidentFactory,
    ConvictionSuspectFactory,
    DetentionFactory,
    IncidentFactory,
    OrganisationFactory,
    ReleaseFactory,
    UserFactory,
    cite,
)
from tests.starter import load_starter_data

DAY = date(2024, 1, 1)
EXPORTS = "/api/v1/exports/"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(clearance="TLP:CLEAR"))
    return client


def bytes_of(made, name):
    with default_storage.open(made.files[name]["stored"]) as file:
        return file.read()


def rows_of(made, name):
    return list(csv.DictReader(io.StringIO(bytes_of(made, name).decode(), newline="")))


# What is in it


def test_its_tables_are_the_exports_of_its_audience(reader):
    for noun in ("incidents", "claims", "attributions", "arrest-links", "convictions"):
        ROWS[noun]()
    IncidentFactory(marking="TLP:GREEN")
    made = release(Marking.CLEAR, DAY)

    for name in SHEETS:
        noun = name.removesuffix(".csv").replace("_", "-")
        rows = exported(reader, f"/api/v1/{noun}/", "csv", ordering="updated")
        told = sorted(rows, key=lambda row: row["reference"])
        for row in (kept := rows_of(made, name)):
            for column in [*row]:
                if column.startswith("ladder.") or column == "stands":
                    del row[column]
        assert kept == told
        assert made.files[name]["rows"] == len(told) > 0


def test_the_ladder_in_it_is_that_of_the_report():
    load_starter_data()
    made = release(Marking.CLEAR, DAY)

    rows = rows_of(made, "incidents.csv")
    counts = accountability(Incident.objects.all(), Question(DAY, PUBLIC)).total
    assert len(rows) == counts.recorded
    for rung in ("claimed", "attributed", "arrested", "charged", "tried", "convicted", "standing"):
        said = [row[f"ladder.{rung}"] for row in rows]
        assert set(said) <= {"true", "false"}
        assert said.count("true") == getattr(counts, rung) > 0
    assert {row["ladder.as_of"] for row in rows} == {"2024-01-01"}
    stands = [row["stands"] for row in rows_of(made, "convictions.csv")]
    assert "true" in stands
    assert "false" in stands


def test_the_same_records_make_the_same_bytes():
    load_starter_data()

    first, second = release(Marking.CLEAR, DAY), release(Marking.CLEAR, DAY)

    assert (first.number, second.number) == ("CLEAR-1", "CLEAR-2")
    for name in [*SHEETS, "dictionary.csv"]:
        assert first.files[name]["sha256"] == second.files[name]["sha256"]
        assert first.files[name]["stored"] != second.files[name]["stored"]


def test_its_checksums_are_those_of_its_files():
    IncidentFactory()
    made = release(Marking.CLEAR, DAY)

    for name, file in made.files.items():
        assert hashlib.sha256(bytes_of(made, name)).hexdigest() == file["sha256"]
        assert len(bytes_of(made, name)) == file["bytes"]
    sums = dict(
        reversed(line.split("  ")) for line in bytes_of(made, "SHA256SUMS").decode().splitlines()
    )
    assert sums == {
        name: file["sha256"] for name, file in made.files.items() if name != "SHA256SUMS"
    }


def test_its_dictionary_says_what_every_column_is(settings):
    made = release(Marking.CLEAR, DAY)
    sections = {
        "".join(c for c in line.strip("# \n").lower().replace(" ", "-") if c.isalnum() or c == "-")
        for line in (settings.BASE_DIR / "docs/methodology.md").read_text().splitlines()
        if line.startswith("#")
    }

    entries = rows_of(made, "dictionary.csv")
    for name in SHEETS:
        head = bytes_of(made, name).decode().splitlines()[0]
        told = [entry for entry in entries if entry["file"] == name]
        assert [entry["column"] for entry in told] == head.split(",")
    for entry in entries:
        assert entry["type"]
        assert entry["definition"]
        assert not entry["source"] or entry["source"].removeprefix(METHODOLOGY) in sections
    assert {entry["source"] for entry in entries if entry["column"] == "ladder.arrested"} == {
        f"{METHODOLOGY}the-ladder"
    }


# Who may have it


def test_it_is_for_its_audience_and_for_who_reads_more(client):
    IncidentFactory()
    IncidentFactory(marking="TLP:GREEN")
    IncidentFactory(marking="TLP:GREEN", review_status="draft")
    IncidentFactory(marking="TLP:AMBER")
    clear, green = release(Marking.CLEAR, DAY), release(Marking.GREEN, DAY)

    assert [made.files["incidents.csv"]["rows"] for made in (clear, green)] == [1, 2]
    for clearance, numbers in (("TLP:CLEAR", ["CLEAR-1"]), ("TLP:GREEN", ["GREEN-1", "CLEAR-1"])):
        client.force_login(UserFactory(clearance=clearance))
        listed = client.get(EXPORTS).json()["results"]
        assert [made["number"] for made in listed] == numbers
        seen = client.get(f"{EXPORTS}GREEN-1/incidents.csv").status_code
        assert seen == (200 if clearance == "TLP:GREEN" else 404)
    for clearance, number in ((Marking.CLEAR, 1), (Marking.GREEN, 2)):
        with viewing(audience_of(clearance)):
            assert Release.objects.count() == number


def test_somebody_without_the_right_to_read_gets_nothing(client):
    release(Marking.CLEAR, DAY)
    for address in (EXPORTS, f"{EXPORTS}CLEAR-1/", f"{EXPORTS}CLEAR-1/incidents.csv"):
        client.logout()
        assert client.get(address).status_code in (401, 403)
        client.force_login(UserFactory(rights=[]))
        assert client.get(address).status_code == 403


def test_nobody_changes_or_makes_one_over_the_web():
    made = ReleaseFactory()
    for act in (
        lambda: Release.objects.filter(pk=made.pk).update(number="CLEAR-9"),
        lambda: Release.objects.filter(pk=made.pk).delete(),
        ReleaseFactory,
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), viewing(audience_of(Marking.RED)):
            act()
    for act in (
        lambda: Release.objects.filter(pk=made.pk).update(number="CLEAR-9"),
        lambda: Release.objects.filter(pk=made.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            act()


def test_one_release_tells_how_to_cite_and_check_it(reader):
    IncidentFactory()
    release(Marking.CLEAR, DAY)

    told = reader.get(f"{EXPORTS}CLEAR-1/").json()
    assert told["citation"] == "Musaala, release CLEAR-1, 2024-01-01."
    assert told["withheld"] is False
    assert "made_from" not in told
    for file in told["files"]:
        answer = reader.get(file["address"])
        body = answer.getvalue()
        assert hashlib.sha256(body).hexdigest() == file["sha256"]
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "stored" not in file
    assert reader.get(f"{EXPORTS}CLEAR-1/?x=1").status_code == 400
    for absent in ("CLEAR-2/", "CLEAR-1/passwd", "CLEAR-1/..%2Fincidents.csv"):
        assert reader.get(EXPORTS + absent).status_code == 404


# What is taken away


def one_of_everything():
    incident = cite(IncidentFactory()).record
    ClaimFactory(incident=incident)
    link = ArrestLinkFactory(incident=incident)
    step = DetentionFactory(arrest=link.arrest)
    convicted = ConvictionIncidentFactory(incident=incident)
    ConvictionSuspectFactory(conviction=convicted.conviction, suspect=step.suspect)
    return incident, link, step


def withdraw(row):
    type(row).objects.filter(pk=row.pk).update(
        review_status="withdrawn", withdrawn_reason="It was another attack."
    )


def raise_(row):
    type(row).objects.filter(pk=row.pk).update(marking="TLP:AMBER+STRICT")


TAKEN = {
    "an incident withdrawn": lambda incident, link, step: withdraw(incident),
    "an incident raised": lambda incident, link, step: raise_(incident),
    "its place raised": lambda incident, link, step: raise_(incident.place),
    "a claim raised": lambda incident, link, step: raise_(Claim.objects.get()),
    "the claimant raised": lambda incident, link, step: raise_(Claim.objects.get().group),
    "an arrest raised": lambda incident, link, step: raise_(link.arrest),
    "a step raised": lambda incident, link, step: raise_(step),
    "a source raised": lambda incident, link, step: raise_(incident.citations.get().source),
    "a citation raised": lambda incident, link, step: raise_(incident.citations.get()),
    "one convicted raised": lambda incident, link, step: raise_(ConvictionSuspect.objects.get()),
}


@pytest.mark.parametrize("taken", TAKEN)
def test_what_is_taken_from_the_audience_is_taken_from_its_releases(reader, taken):
    everything = one_of_everything()
    release(Marking.CLEAR, DAY)
    address = f"{EXPORTS}CLEAR-1/incidents.csv"
    assert reader.get(address).status_code == 200

    TAKEN[taken](*everything)

    gone = reader.get(address)
    assert gone.status_code == 410
    assert "withdrawn" in gone.content.decode()
    told = reader.get(f"{EXPORTS}CLEAR-1/").json()
    assert (told["withheld"], told["newer"]) == (True, None)
    assert told["files"][0]["sha256"]


def test_who_finds_it_gone_is_told_of_the_newer_one(reader):
    everything = one_of_everything()
    release(Marking.CLEAR, DAY)
    withdraw(everything[0])
    release(Marking.GREEN, DAY)
    release(Marking.CLEAR, DAY)

    gone = reader.get(f"{EXPORTS}CLEAR-1/SHA256SUMS")

    assert gone.status_code == 410
    assert f"{EXPORTS}CLEAR-2/" in gone.content.decode()
    assert reader.get(f"{EXPORTS}CLEAR-1/").json()["newer"].endswith(f"{EXPORTS}CLEAR-2/")
    assert reader.get(f"{EXPORTS}CLEAR-2/incidents.csv").status_code == 200


def test_however_many_newer_ones_are_withheld_it_is_one_query(count_queries):
    """The only one that may be handed out is the oldest of them, so each is looked at."""
    everything = one_of_everything()
    old = release(Marking.CLEAR, DAY)
    withdraw(everything[0])
    good = release(Marking.CLEAR, DAY)
    found = []
    cost_of_one = count_queries(lambda: found.append(newer_than(old)))
    for _n in range(3):
        passing = IncidentFactory()
        release(Marking.CLEAR, DAY)
        raise_(passing)

    assert count_queries(lambda: found.append(newer_than(old))) == cost_of_one == 1
    assert found == [good, good]
    assert count_queries(lambda: found.append(newer_than(good))) == 1
    assert found[-1] is None
    assert count_queries(lambda: is_withheld(old)) == 1


def test_a_release_from_a_table_that_is_not_there_any_more_is_withheld():
    assert not is_withheld(ReleaseFactory(made_from={"incidents_incident": []}))
    assert is_withheld(ReleaseFactory(made_from={"incidents_incident": [], "gone_table": []}))


def test_what_is_corrected_or_added_later_leaves_it_as_it_was(reader):
    incident, link, _step = one_of_everything()
    made = release(Marking.CLEAR, DAY)
    Incident.objects.filter(pk=incident.pk).update(title="Corrected")
    IncidentFactory()
    raise_(IncidentFactory())
    incident.citations.get().delete()
    ArrestLink.objects.filter(pk=link.pk).update(contested=True)

    assert not is_withheld(made)
    assert reader.get(f"{EXPORTS}CLEAR-1/incidents.csv").status_code == 200


# Making it


def test_the_command_says_what_it_made(capsys):
    IncidentFactory()

    call_command("release", "--clearance", "TLP:GREEN")

    said = capsys.readouterr().out
    made = Release.objects.get()
    assert made.marking == "TLP:GREEN"
    assert f"/api/v1/exports/{made.number}/" in said
    assert all(file["sha256"] in said for file in made.files.values())


def test_a_release_that_fails_leaves_no_file(monkeypatch, tmp_path):
    IncidentFactory()
    monkeypatch.setattr(releasing, "besides", lambda *given: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        release(Marking.CLEAR, DAY)

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not Release.objects.exists()


def test_a_file_that_is_there_is_not_overwritten(tmp_path):
    old = tmp_path / "releases" / "CLEAR-1" / "incidents.csv"
    old.parent.mkdir(parents=True)
    old.write_text("old")

    made = release(Marking.CLEAR, DAY)

    assert old.read_text() == "old"
    assert made.files["incidents.csv"]["stored"] != "releases/CLEAR-1/incidents.csv"


def test_files_are_on_the_disk_before_the_row(monkeypatch):
    settled, before = [], []
    monkeypatch.setattr(releasing, "settle", settled.append)
    create = Release.objects.create
    monkeypatch.setattr(
        Release.objects, "create", lambda **row: before.extend(settled) or create(**row)
    )

    made = release(Marking.CLEAR, DAY)

    assert sorted(before) == sorted(file["stored"] for file in made.files.values())


def test_nobody_else_on_the_machine_reads_the_files(tmp_path):
    release(Marking.CLEAR, DAY)

    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "releases").rglob("*")}
    assert modes == {0}


def test_what_an_organisation_shares_is_in_no_release():
    """Its audience is everybody of a clearance, whatever the organisation."""
    owner = OrganisationFactory()
    IncidentFactory(owner=owner, marking="TLP:AMBER", shared_with=[owner.pk])

    assert release(Marking.GREEN, DAY).files["incidents.csv"]["rows"] == 0
    assert connection.in_atomic_block


def test_the_dictionary_says_more_of_a_column_than_its_name():
    for sheet in SHEETS.values():
        columns = columns_of(sheet.view, PUBLIC, WHOLE)
        told = entries(sheet.view, [each.name for each in columns], ["text"] * len(columns))
        for entry in told:
            last = entry.column.rpartition(".")[2].replace("_", " ")
            assert entry.definition.lower() != last, entry
        kinds = [entry for entry in told if entry.column == "kind"]
        assert all("One of: rocket_attack, " in entry.definition for entry in kinds)
