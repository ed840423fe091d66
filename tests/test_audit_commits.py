"""The audit trail at commit: nothing is saved without it, and it has the order of commits."""

import threading
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from militias.models import Group
from records.models import Organisation, Source, User
from records.verifying import faults
from tests.admin_pages import address, form_data
from tests.factories import (
    GroupFactory,
    SourceFactory,
    UserFactory,
)
from tests.trail import ask, chain, last_entry
from tests.worlds import rolled_back

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def broken_trail():
    """No entry can be written."""
    ask("ALTER TABLE records_auditentry ADD CONSTRAINT broken CHECK (sequence < 0) NOT VALID")
    try:
        yield
    finally:
        ask("ALTER TABLE records_auditentry DROP CONSTRAINT broken")


def test_what_cannot_be_chained_is_not_saved():
    with broken_trail(), pytest.raises(DatabaseError, match="broken"):
        SourceFactory()

    assert not Source.objects.exists()
    assert not Source.pgh_event_model.objects.exists()


def test_a_form_whose_trail_cannot_be_written_saves_nothing(client):
    client.raise_request_exception = False
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    organisation = Organisation.objects.get()
    page = address(Organisation, "change", organisation.pk)
    changed = form_data(client.get(page)) | {"name": "Another"}

    with broken_trail():
        assert client.post(page, changed).status_code == 500
    organisation.refresh_from_db()
    assert organisation.name != "Another"

    assert client.post(page, changed).status_code == 302
    organisation.refresh_from_db()
    assert organisation.name == "Another"
    assert last_entry().person == User.objects.get()


def test_what_is_rolled_back_leaves_no_gap():
    SourceFactory()
    with rolled_back():
        SourceFactory()
    SourceFactory()

    assert [sequence for sequence, *_event in chain()] == list(range(1, len(chain()) + 1))
    assert list(faults({}, lambda said: None)) == []


def in_another_connection(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_entries_stand_in_the_order_of_commits_not_of_writes():
    written, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            GroupFactory(owner_id=owner.pk, name="Slow")
            written.set()
            may_commit.wait(10)

    owner = SourceFactory().owner
    thread = in_another_connection(slow)
    written.wait(10)
    GroupFactory(owner=owner, name="Quick")
    may_commit.set()
    thread.join()

    ids = [event for _sequence, table, event in chain() if table == "militias_groupevent"]
    names = dict(Group.pgh_event_model.objects.values_list("pgh_id", "name"))
    assert [names[event] for event in ids] == ["Quick", "Slow"]
    assert ids != sorted(ids)


def test_many_writers_make_one_unbroken_chain():
    owner = SourceFactory().owner

    def write(number):
        for part in range(5):
            with transaction.atomic():
                GroupFactory(owner_id=owner.pk, reference=f"0000-000{number}-000{part}")
                GroupFactory(owner_id=owner.pk, reference=f"0000-000{number}-001{part}")

    threads = [in_another_connection(lambda n=n: write(n)) for n in range(4)]
    for thread in threads:
        thread.join()

    assert Group.objects.count() == 40
    assert list(faults({}, lambda said: None)) == []


def test_the_command_reads_one_moment_and_finds_no_fault():
    SourceFactory()

    call_command("verify_history", verbosity=0)
