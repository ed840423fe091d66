"""Evidence is received whole and unchanged, and handed out to those who read its source."""

import os
import tracemalloc
from contextlib import ExitStack
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group as Role
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from records.models import Source, StoredFile
from records.receiving import Receiving, keep
from records.roles import MONITOR
from records.viewer import Viewer, viewing
from tests.evidence import HTML, JPEG_OF_CAMERA, PDF, PNG, file_of, files_of, hand_in, refusals
from tests.factories import OrganisationFactory, SourceFactory, StoredFileFactory, UserFactory


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def source(person):
    return SourceFactory(review_status="draft", owner=person.organisation, created_by=person)


def on_disk():
    folder = Path(default_storage.location)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# Received


def test_a_file_is_kept_under_its_hash_and_the_source_has_changed(desk, source, person):
    answer = hand_in(desk, source, origin="Handed over by the court")
    stored = StoredFile.objects.get()
    digest = sha256(PDF).hexdigest()

    assert answer.status_code == 302
    assert (stored.sha256, stored.size, stored.media_type) == (digest, len(PDF), "application/pdf")
    assert (stored.file_name, stored.received_by) == ("ruling.pdf", person)
    assert on_disk() == [f"evidence/{digest[:2]}/{digest}-{stored.reference}"] == [stored.file.name]
    assert Path(stored.file.path).read_bytes() == PDF
    assert os.stat(stored.file.path).st_mode & 0o077 == 0
    assert Source.objects.get().version == source.version + 1


def test_a_file_of_a_published_source_is_stored_with_a_reason(client, person):
    person.groups.add(Role.objects.get(name=MONITOR))
    client.force_login(person)
    source = SourceFactory(owner=person.organisation)

    without = hand_in(client, source)
    blank = hand_in(client, source, change_reason=" ")
    assert "Give the reason" in refusals(without)["change_reason"]
    assert "Give the reason" in refusals(blank)["change_reason"]
    assert not StoredFile.objects.exists() and on_disk() == []

    hand_in(client, source, change_reason="The page was taken down.")
    source.refresh_from_db()
    assert source.to_countersign and StoredFile.objects.count() == 1
    said = source.events.order_by("pgh_id").last().pgh_context["reason"]
    assert said == "The page was taken down."


def test_a_draft_asks_for_none(desk, source):
    assert "change_reason" not in desk.get(files_of(source)).text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("order.pdf", b"MZ\x90\0 this is a program", "no file of a kind"),
        ("order.pdf", b"PK\x03\x04", "no file of a kind"),
        ("order.pdf", PNG, "By its name this is PDF, but its content is PNG"),
        ("photo.png", HTML, "By its name this is PNG, but its content is web page"),
        (
            "photo.png",
            b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()">',
            "no file of a kind",
        ),
        ("photo.png", b"\0" * 100, "no file of a kind"),
        ("notes.txt", b"caf\xe9", "no file of a kind"),
        ("notes.txt", "الف".encode()[:-1], "no file of a kind"),
        ("notes.txt", b"one\0two", "no file of a kind"),
        ("film.mp4", b"\0\0\0\x18ftypheic", "no file of a kind"),
        ("empty.pdf", b"", "This file is empty"),
    ],
)
def test_what_is_not_taken_is_refused_at_its_field(desk, source, name, content, said):
    answer = hand_in(desk, source, content, name)

    assert answer.status_code == 200 and said in refusals(answer)["file"]
    assert not StoredFile.objects.exists() and on_disk() == []


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.png", PNG, "image/png"),
        ("a.gif", b"GIF89a/*\x01\x01*/=1;alert(1)", "image/gif"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("a.wav", b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        ("a.mp4", b"\0\0\0\x18ftypmp42", "video/mp4"),
        ("a.webm", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "video/webm"),
        ("a.mp3", b"ID3\x04", "audio/mpeg"),
        ("a.ogg", b"OggS\0", "application/ogg"),
        ("a.txt", "بيان رقم ١".encode(), "text/plain"),
        ("a.html", b"\xef\xbb\xbf <!-- x --> <HTML lang=ar>\xe1", "text/html"),
        ("a.mhtml", b"From: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n\xe1",
         "multipart/related"),
        ("a.eml", b"From: a@b\r\nDate: today\r\n\r\nHello \xe1", "message/rfc822"),
        ("a.warc", b"WARC/1.1\r\n", "application/warc"),
    ],
)  # fmt: skip
def test_the_type_is_that_of_the_content(desk, source, name, content, media_type):
    hand_in(desk, source, content, name)

    assert StoredFile.objects.get().media_type == media_type


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\amal\\ruling.pdf", "ruling.pdf"),
        ("حكم المحكمة.pdf", "حكم المحكمة.pdf"),
        ("photo\u202efdp.exe", "photofdp.exe"),
        ("a\u2066b\u200bc\x7f.pdf", "abc.pdf"),
        ("بيان" * 60 + ".pdf", "بيان" * 29 + ".pdf"),
        ("...", "file"),
        ("<b>x</b>.pdf", "b>.pdf"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_what_deceives(desk, source, given, kept):
    hand_in(desk, source, name=given)

    assert StoredFile.objects.get().file_name == kept


@pytest.mark.parametrize("announced", [True, False])
def test_what_is_too_large_is_broken_off(desk, source, settings, announced):
    settings.MOST_FILE_BYTES = 1000 if announced else 200_000
    answer = hand_in(desk, source, PDF + b"x" * 250_000)

    assert answer.status_code == 413
    assert b"larger than" in answer.content
    assert not StoredFile.objects.exists() and on_disk() == []


def test_memory_does_not_grow_with_the_file(settings):
    """Ten times the file, and not two megabytes more: it comes and goes in pieces."""
    settings.MOST_FILE_BYTES = 2**30
    piece = "ب".encode() * 2**17

    def peak(pieces):
        tracemalloc.start()
        receiving = Receiving(None)
        receiving.new_file("file", "long.txt", "text/plain", None)
        for number in range(pieces):
            receiving.receive_data_chunk(bytes(piece), number * len(piece))
        received = receiving.file_complete(receiving.size)
        keep(received, f"REF-{pieces}", ExitStack())
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (received.size, received.media_type) == (pieces * len(piece), "text/plain")
        return highest

    assert peak(80) - peak(8) < 2_000_000


def test_an_image_of_a_camera_is_kept_as_it_is_and_warned_of(desk, source):
    answer = hand_in(desk, source, JPEG_OF_CAMERA, "street.jpg")
    page = desk.get(answer.url)

    assert b"by whose camera" in page.content
    assert Path(StoredFile.objects.get().file.path).read_bytes() == JPEG_OF_CAMERA


# Recognised


def test_the_same_file_again_is_recognised_under_another_name_and_source(desk, source, person):
    hand_in(desk, source)
    other = SourceFactory(review_status="draft", owner=person.organisation, created_by=person)
    answer = hand_in(desk, other, name="again.pdf")

    assert files_of(source) in refusals(answer)["file"]
    assert StoredFile.objects.count() == 1 == len(on_disk())


def test_the_same_file_behind_the_wall_is_not_betrayed(desk, source):
    stranger = OrganisationFactory(slug="stranger")
    hidden = SourceFactory(owner=stranger, marking="TLP:AMBER+STRICT")
    StoredFileFactory(source=hidden, sha256=sha256(PDF).hexdigest())
    answer = hand_in(desk, source)

    assert answer.status_code == 302 and StoredFile.objects.count() == 2


# Undone


def test_nothing_stays_on_the_disk_if_the_database_refuses(desk, source, monkeypatch):
    def refused(*args, **options):
        assert len(on_disk()) == 1
        raise DatabaseError("no")

    monkeypatch.setattr(StoredFile, "save", refused)
    with pytest.raises(DatabaseError):
        hand_in(desk, source)

    assert on_disk() == []


# Handed out


def test_a_file_is_sent_to_be_saved_and_never_run(desk, source):
    hand_in(desk, source, HTML, "بيان.html")
    stored = StoredFile.objects.get()
    answer = desk.get(file_of(stored))
    headers = answer.headers

    assert b"".join(answer.streaming_content) == HTML
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%D8%A8")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "no-store"
    assert desk.get(f"/media/{stored.file.name}").status_code == 404
    assert desk.get(f"/static/{stored.file.name}").status_code == 404


def test_a_name_that_deceives_gets_the_ending_its_content_has(desk, source):
    hand_in(desk, source, name="ruling.exe")
    answer = desk.get(file_of(StoredFile.objects.get()))

    assert answer.headers["Content-Disposition"] == 'attachment; filename="ruling.exe.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"


def test_hidden_and_absent_answer_alike(desk, source, person):
    stranger = OrganisationFactory(slug="stranger")
    red = {"marking": "TLP:RED", "readers": [UserFactory().pk]}
    hidden = [
        StoredFileFactory(source=SourceFactory(owner=stranger, marking="TLP:AMBER+STRICT")),
        StoredFileFactory(source=source, **red),
    ]
    absent = StoredFileFactory.build(source=source, source_id=source.pk)
    gone = StoredFileFactory.build(source=SourceFactory.build(pk=10**9), source_id=10**9)

    answers = [desk.get(file_of(stored)) for stored in (*hidden, absent, gone)]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.content for answer in answers}) == 1
    pages = [desk.get(files_of(stored.source)) for stored in (hidden[0], gone)]
    assert [page.status_code for page in pages] == [404] * 2
    assert hidden[1].file_name.encode() not in desk.get(files_of(source)).content
    assert b"Stored files (0)" in desk.get(f"/admin/records/source/{source.pk}/change/").content


def test_who_may_not_change_the_source_hands_nothing_in(client, person, source, settings):
    reader = UserFactory(rights=["records.read_records", "records.view_source"], is_staff=True)
    client.force_login(reader)

    assert client.get(files_of(source)).context["form"] is None
    assert hand_in(client, source).status_code == 403
    client.logout()
    assert hand_in(client, source).status_code == 403
    assert client.get(files_of(source)).status_code == 302
    assert not StoredFile.objects.exists()


def test_the_token_of_the_form_is_asked_for(person, source):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)

    assert hand_in(strict, source).status_code == 403
    assert on_disk() == []


# Withdrawn


def test_a_file_is_withdrawn_with_a_reason_and_stays(desk, source):
    hand_in(desk, source)
    stored = StoredFile.objects.get()
    address = f"{file_of(stored)}withdraw/"
    desk.post(address, {"reason": ""})
    assert StoredFile.objects.get().withdrawn_reason == ""
    desk.post(address, {"reason": "Of another case"})

    assert StoredFile.objects.get().withdrawn_reason == "Of another case"
    assert desk.get(file_of(stored)).status_code == 404
    assert b"Of another case" in desk.get(files_of(source)).content
    assert "and withdrawn" in refusals(hand_in(desk, source))["file"]
    assert len(on_disk()) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM records_storedfile",
        "UPDATE records_storedfile SET sha256 = repeat('b', 64)",
        "UPDATE records_storedfile SET file = 'evidence/another'",
        "UPDATE records_storedfile SET source_id = source_id",
        "TRUNCATE records_storedfile",
    ],
)
def test_the_web_role_makes_no_other_evidence_of_it(desk, source, person, statement):
    hand_in(desk, source)
    with (
        viewing(Viewer.of(person)),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_page_costs_the_same_however_many_files(desk, source, count_queries):
    """Session, person and rights 8; the source, its files with who received them."""
    StoredFileFactory(source=source)
    one = count_queries(lambda: desk.get(files_of(source)))
    StoredFileFactory.create_batch(9, source=source)

    assert count_queries(lambda: desk.get(files_of(source))) == one <= 20


# Proved


def verified(**options):
    said = StringIO()
    call_command("verify_files", stdout=said, stderr=said, **options)
    return said.getvalue()


def test_a_file_that_was_changed_or_lost_is_named(desk, source):
    hand_in(desk, source)
    hand_in(desk, source, PNG, "photo.png")
    hand_in(desk, source, HTML, "page.html")
    assert "3 files, 0 wrong, 0 without a row" in verified()

    whole, flipped, lost = StoredFile.objects.order_by("pk")
    path = Path(flipped.file.path)
    path.chmod(0o600)
    path.write_bytes(PNG[:-1] + b"S")
    Path(lost.file.path).unlink()
    said = StringIO()
    with pytest.raises(CommandError, match="backup"):
        call_command("verify_files", stdout=said, stderr=said)

    assert f"{flipped.reference}: changed" in said.getvalue()
    assert f"{lost.reference}: missing" in said.getvalue()
    assert whole.reference not in said.getvalue()


def test_what_a_dying_process_left_is_found_and_removed_when_it_is_old(desk, source):
    hand_in(desk, source)
    StoredFile.objects.get()
    young, old = (
        Path(default_storage.path(default_storage.save(f"evidence/ff/{name}", ContentFile(b"x"))))
        for name in ("young", "old")
    )
    os.utime(old, (0, 0))

    assert "without a row: evidence/ff/old" in verified() and old.exists()
    assert "1 files, 0 wrong, 1 without a row" in verified(remove_leftovers=True)
    assert young.exists() and not old.exists() and len(on_disk()) == 2
