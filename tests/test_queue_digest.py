"""The weekly mail: to whom it goes, how often, and that it says nothing of any record."""

from datetime import date

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils.translation import get_language

from records.rights import READ
from records.verifying import end_of_chain
from reports.queue.digest import send_digests
from tests.factories import ArrestLinkFactory, DetentionFactory, DigestFactory, IncidentFactory
from tests.queues import monitor
from tests.trail import settle

SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)


@pytest.fixture
def items():
    """One item that only a higher clearance sees, and two that everybody does."""
    IncidentFactory(title="Attack on the hidden mill", review_status="submitted")
    ArrestLinkFactory(contested=True)
    IncidentFactory(review_status="submitted", marking="TLP:AMBER+STRICT")


def wanting(**values):
    digest = values.pop("digest", {})
    return DigestFactory(person=monitor(**{"email": "nour@example.org", **values}), **digest)


def test_it_goes_out_once_a_week(items):
    digest = wanting()

    assert [send_digests(day) for day in (SUNDAY, SUNDAY, MONDAY, MONDAY)] == [
        (1, 0),
        (0, 0),
        (1, 0),
        (0, 0),
    ]
    assert len(mail.outbox) == 2
    digest.refresh_from_db()
    assert digest.sent_for == MONDAY


@pytest.mark.parametrize(
    "values",
    [
        {"digest": {"wanted": False}},
        {"email": ""},
        {"is_active": False},
        {"rights": [READ]},
        {"organisation": None},
    ],
    ids=str,
)
def test_it_goes_to_monitors_who_want_it_and_have_an_address(items, values):
    wanting(**values)

    assert send_digests(SUNDAY) == (0, 0)


def test_it_counts_what_its_reader_may_read(items):
    wanting(email="senior@example.org")
    wanting(email="junior@example.org", clearance="TLP:GREEN")
    send_digests(SUNDAY)
    said = {message.to[0]: message.body for message in mail.outbox}

    assert "2  Record to review" in said["senior@example.org"]
    assert "1  Record to review" in said["junior@example.org"]


def test_it_says_nothing_of_any_record(items):
    held = DetentionFactory(on=date(2024, 1, 1))
    wanting()
    send_digests(SUNDAY)
    (message,) = mail.outbox

    assert "1  Case gone quiet" in message.body and "/admin/queue/" in message.body
    for word in ("mill", held.suspect.code, "Arrest 0", "2024"):
        assert word not in message.body + message.subject


def test_it_is_written_in_the_language_chosen(items, monkeypatch):
    spoken = []
    told = "reports.queue.digest.send_mail"
    monkeypatch.setattr(told, lambda *arguments: spoken.append(get_language()))
    wanting(digest={"language": "ar"})
    wanting()

    assert send_digests(SUNDAY) == (2, 0)
    assert sorted(spoken) == ["ar", "en"]


def test_what_the_mail_server_refuses_is_not_sent(items, monkeypatch):
    digest = wanting()

    def refuse(*arguments, **options):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("reports.queue.digest.send_mail", refuse)
        with pytest.raises(CommandError, match="Refused by the mail server: 1"):
            call_command("send_digest")
    digest.refresh_from_db()

    assert digest.sent_for is None
    assert send_digests(SUNDAY) == (1, 0)


def test_it_takes_the_end_of_the_history_out_of_the_house(items):
    """Whoever has the mail can tell later whether what was there by then is still there."""
    wanting()
    settle()
    _ends, stated = end_of_chain()
    send_digests(SUNDAY)
    settle()
    (message,) = mail.outbox

    assert f"\n{stated}\n" in message.body
    call_command("verify_history", "--hash", stated, verbosity=0)
