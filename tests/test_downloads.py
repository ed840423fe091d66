"""Who took which file is written before he has it, and told to auditors without its content."""

import pytest
from django.contrib.auth.models import Group as Role
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.urls import reverse

from incidents.models import ImportRow
from partners.models import Release
from records.models import Download, StoredFile
from records.rights import AUDIT
from records.roles import MONITOR
from records.viewer import Viewer, viewing
from tests.direct_sql import refused
from tests.evidence import file_of, hand_in
from tests.factories import (
    IncidentFactory,
    KeyFactory,
    OrganisationFactory,
    SourceFactory,
    UserFactory,
)
from tests.handovers import LISTED, handed_over, monitor
from tests.imports import checked, importer, line
from tests.keys import text_of
from tests.released import make_releases

LIST = reverse("admin:records_download_changelist")
LINES = "/api/v1/incidents/?format=csv"


def noted():
    """Who took what, oldest first."""
    rows = Download.objects.unrestricted(reason="a test").order_by("pk")
    return [(row.person and row.person.username, row.kind, row.which) for row in rows]


@pytest.fixture
def person(client):
    person = monitor(username="nour", organisation=OrganisationFactory())
    IncidentFactory(owner=person.organisation)
    client.force_login(person)
    return person


def at_the_desk(client, **values):
    person = UserFactory(is_staff=True, rights=[], clearance="TLP:RED", **values)
    person.groups.add(Role.objects.get(name=MONITOR))
    client.force_login(person)
    return person


# Each way by which a file goes out


def test_files_of_a_report_handed_over(client, person):
    page = handed_over(client)
    for name in ("report.html", "bundle.zip", "print/"):
        assert client.get(f"{page}{name}").status_code == 200

    number = page.removeprefix(LISTED).strip("/")
    files = [f"{number}.html", f"{number}.zip", f"{number}, on paper"]
    assert noted() == [("nour", "report", file) for file in files]


def test_a_stored_file(client, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    person = at_the_desk(client, username="amal")
    source = SourceFactory(owner=person.organisation, review_status="draft")
    hand_in(client, source)
    stored = StoredFile.objects.get()

    assert client.get(file_of(stored)).status_code == 200

    assert noted() == [("amal", "evidence", stored.reference)]


def test_exports_of_a_person_and_of_a_key(client, person):
    assert client.get(LINES).status_code == 200
    assert client.head(LINES).status_code == 200  # nothing goes out
    key = KeyFactory(clearance="TLP:GREEN")
    bearer = {"authorization": f"Bearer {text_of(key)}"}
    client.logout()
    assert client.get(LINES.replace("csv", "ndjson"), headers=bearer).status_code == 200

    assert noted() == [("nour", "export", "incidents.csv"), (None, "export", "incidents.ndjson")]


def test_files_of_a_release(client, person, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    make_releases()
    made = Release.objects.filter(marking="TLP:CLEAR").get()

    assert client.get(f"/api/v1/exports/{made.number}/incidents.csv").status_code == 200

    assert noted() == [("nour", "release", f"{made.number}/incidents.csv")]


def test_rows_of_an_import(client):
    person = importer(username="basim")
    client.force_login(person)
    run = checked(person, line("1", place="Nowhere at all"))
    assert ImportRow.objects.exists()

    client.get(reverse("admin:incidents_import_errors", args=[run.pk]))

    assert noted() == [("basim", "import", run.reference)]


def test_what_is_refused_is_no_download(client, person):
    client.get(f"{LISTED}CLEAR-20260101-0000/bundle.zip")
    client.get(f"{LINES}&nonsense=1")

    assert noted() == []


# First, or not at all


@pytest.mark.parametrize("way", ["export", "report"])
def test_what_cannot_be_noted_is_not_sent(client, person, way):
    address = LINES if way == "export" else f"{handed_over(client)}bundle.zip"
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE records_download ADD CONSTRAINT broken CHECK (id < 0) NOT VALID"
        )

    answer = client.get(address)

    assert answer.status_code == 500
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_stored_file_that_is_not_as_it_was_received_is_not_sent(
    client, settings, tmp_path, damage, caplog
):
    settings.MEDIA_ROOT = str(tmp_path)
    person = at_the_desk(client)
    hand_in(client, SourceFactory(owner=person.organisation, review_status="draft"))
    stored = StoredFile.objects.get()
    path = tmp_path / stored.file.name
    if damage == "gone":
        default_storage.delete(stored.file.name)
    else:
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-1] + b"X")

    answer = client.get(file_of(stored), follow=True)

    assert "Content-Disposition" not in answer.headers
    assert "not as it was received" in answer.text
    assert stored.reference in caplog.text


# Kept as it is, and told


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_download SET which = 'x'",
        "DELETE FROM records_download",
        "INSERT INTO records_download (kind, which, person_id) VALUES ('export', 'x', {other})",
    ],
)
def test_nobody_forges_a_download(client, person, statement):
    client.get(LINES)
    other = UserFactory()

    with viewing(Viewer.of(person)):
        error = refused(statement.format(other=other.pk))

    assert error.sqlstate == "42501"


def test_auditors_see_all_and_others_their_own(client, person):
    client.get(LINES)
    other = monitor(username="basim")
    client.force_login(other)
    client.get(LINES.replace("csv", "ndjson"))
    auditor = UserFactory(username="auditor", is_staff=True, rights=[AUDIT])

    def told(reader):
        client.force_login(reader)
        page = client.get(LIST)
        return [(row.person.username, row.which) for row in page.context["cl"].result_list]

    assert told(auditor) == [("basim", "incidents.ndjson"), ("nour", "incidents.csv")]
    assert told(other) == [("basim", "incidents.ndjson")]
    assert told(person) == [("nour", "incidents.csv")]


def test_a_download_is_in_the_chain(client, person):
    """So it is found when somebody takes it away."""
    client.get(LINES)
    events = Download.pgh_event_model.objects.unrestricted(reason="a test")

    (event,) = events.all()

    assert (event.pgh_label, event.pgh_context["user"]) == ("insert", person.pk)


def test_a_database_error_is_what_stops_it(person):
    with pytest.raises(DatabaseError), viewing(Viewer()):
        Download.objects.create(kind="export", which="x", person=person)
