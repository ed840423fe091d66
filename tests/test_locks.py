"""Each lock on rows holds somebody up who would otherwise act on what is not so any more.

The first stands still at the end of his transaction; the second has to wait, and then goes by
what the first left. Without its lock each of these tests fails, every time.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from queue import Queue

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, connections, transaction

from incidents.importing import writing
from incidents.importing.going import go_on
from incidents.models import Claim, Import, ImportRow, Merge
from partners.keeping import KeyRefused, approve, revoke
from partners.models import Key
from records.gate import unrestricted
from records.models import AuditEntry, Organisation, Source
from records.viewer import Patience, Viewer, viewing
from reports.queue.digest import send_digests
from tests.catalogue import our_apps
from tests.direct_sql import sql
from tests.factories import (
    ClaimFactory,
    DigestFactory,
    KeyFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
)
from tests.imports import checked, importer, line
from tests.merges import pair, people
from tests.proposers import World, by_key, everything
from tests.queues import monitor
from tests.reviewing import record_in, signed_in
from tests.test_proposals import patch, proposed
from tests.trail import settle
from tests.waiting import held_up, wait_until_blocked

__all__ = ["pair", "people"]
pytestmark = pytest.mark.django_db(transaction=True)


# Keys


def test_a_key_that_is_being_revoked_is_not_approved():
    key, person = KeyFactory(approved_at=None, approved_by=None), UserFactory()

    refused = held_up(
        lambda: revoke(key.pk, UserFactory(), "Lost."), lambda: approve(key.pk, person)
    )

    assert isinstance(refused, KeyRefused), refused


def test_a_key_is_revoked_once():
    key, person = KeyFactory(), UserFactory()

    refused = held_up(
        lambda: revoke(key.pk, UserFactory(), "Lost."), lambda: revoke(key.pk, person, "Stolen.")
    )

    assert isinstance(refused, KeyRefused), refused
    assert Key.objects.get().revoked_reason == "Lost."


# Proposals


def test_what_staff_changes_in_a_statement_is_not_written_over():
    client = by_key()
    address = proposed(client, everything(World()))
    tag = client.get(address).headers["ETag"]
    claims = Claim.objects.all()

    answer = held_up(
        lambda: claims.update(channel="Corrected"),
        lambda: patch(client, address, {"title": "Another"}, tag),
    )

    assert answer.status_code == 412
    assert claims.get().channel == "Corrected"


def test_what_staff_changes_in_a_source_stays_when_it_is_submitted():
    client = by_key()
    address = proposed(client, everything(World()))
    tag = client.get(address).headers["ETag"]
    sources = Source.objects.filter(publisher="Shafaq News")

    answer = held_up(
        lambda: sources.update(publisher="Shafaq"),
        lambda: client.post(f"{address}submit/", headers={"If-Match": tag}),
    )

    assert answer.status_code in (200, 412)
    assert Source.objects.filter(publisher="Shafaq").exists()


# Imports, and the mail


@pytest.fixture
def run():
    """An import that is about to write its two rows, and who does."""
    person = importer()
    PlaceFactory(name="Erbil")
    run = checked(person, line("1"), line("2"))
    with viewing(Viewer.of(person)):
        writing.begin(Import.objects.visible_to(Viewer.of(person)).get(), "skip_bad")
    return run, person


@pytest.mark.parametrize("busy", [Import, Organisation])
def test_an_import_waits_for_nobody_and_is_free_or_busy(run, busy):
    """Another request works on it, or on another import of the organisation: come again."""
    run, person = run

    def poll():
        try:
            patience = Patience(lock="2s")  # should it wait after all
            viewer = Viewer.of(person)
            with unrestricted("tests"), viewing(viewer, patience=patience, user=person.pk):
                return go_on(run.pk, Viewer.of(person), 0)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        list(busy.objects.select_for_update())
        assert pool.submit(poll).result() is False
    assert set(ImportRow.objects.values_list("state", flat=True)) == {"new"}
    assert poll() is True


def test_the_mail_of_a_week_goes_out_once():
    DigestFactory(person=monitor(email="nour@example.org"))
    day = date(2026, 11, 22)

    assert held_up(lambda: send_digests(day), lambda: send_digests(day)) == (0, 0)
    assert len(mail.outbox) == 1


# Merging, asked of the database itself: the page locks the incidents before

MERGE = "SELECT merge_incidents(%s, %s, 1, 'Told twice.')"
UNDO = "SELECT unmerge_incidents(%s, 'Two after all.')"


def _by(person, statement, *values):
    def ask():
        with signed_in(person):
            return sql(statement, *values)

    return ask


def test_what_is_being_merged_is_not_merged_once_more(people, pair):
    kept, other = pair
    ask = _by(people["monitor"], MERGE, kept.pk, other.pk)

    refused = held_up(ask, ask)

    assert "Not to merge: merged" in str(refused)
    assert Merge.objects.count() == 1


def test_a_merge_that_is_being_undone_is_not_undone_once_more(people, pair):
    ((made,),) = _by(people["monitor"], MERGE, *(row.pk for row in pair))()
    ask = _by(people["monitor"], UNDO, made)

    refused = held_up(ask, ask)

    assert "Not to undo: " in str(refused)
    assert Merge.objects.get().undone_at is not None


def test_what_is_told_of_another_incident_meanwhile_is_not_moved(people, pair):
    kept, other = pair
    third = record_in("published", people)
    claim = ClaimFactory(incident=other)
    claims = Claim.objects.filter(pk=claim.pk)

    held_up(
        lambda: claims.update(incident=third),
        _by(people["monitor"], MERGE, kept.pk, other.pk),
    )

    assert Merge.objects.count() == 1
    assert claims.get().incident_id == third.pk


# The trail


def test_who_commits_second_stands_behind_the_first_in_the_trail():
    """Of rows that no feed tells, which takes the same lock."""

    def make(slug):
        with transaction.atomic():
            OrganisationFactory(slug=slug, name=slug)
            settle()

    error = held_up(lambda: make("one"), lambda: make("two"))

    assert error is None
    entries = AuditEntry.objects.order_by("sequence").values_list("sequence", "event_table")
    assert [*entries] == [(1, "records_organisationevent"), (2, "records_organisationevent")]


def test_no_change_is_numbered_before_its_turn_to_be_committed():
    """Else the feed would tell the numbers in another order than that of commits."""
    OrganisationFactory()
    backend = Queue()

    def make():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.put(cursor.fetchone()[0])
            with unrestricted("tests"):
                SourceFactory()  # told by the feed, and naming nothing
        finally:
            connections.close_all()

    numbered = "SELECT last_value, is_called FROM partners_change_number_seq"
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            sql("SELECT pg_advisory_xact_lock('records_auditentry'::regclass::oid::bigint)")
            before = sql(numbered)
            waiting = pool.submit(make)
            wait_until_blocked(backend.get(timeout=20))
            during = sql(numbered)
        waiting.result()

    assert during == before != sql(numbered)


# All of them

LOCKING = re.compile(
    r"\.select_for_update\(|\bFOR (?:NO KEY )?(?:UPDATE|SHARE)\b|advisory_xact_lock\("
)
HERE, STAFF = "tests/test_locks.py", "tests/test_locks_of_staff.py"
HELD_BY = {  # by whom it is missed, for each lock in the order of the file
    "config/sign_in/devices.py": [f"{STAFF}::test_a_code_opens_once_however_many_send_it_at_once"],
    "config/sign_in/lockout.py": [
        f"{STAFF}::test_a_wrong_sign_in_is_counted_although_earlier_ones_are_being_forgotten"
    ],
    "incidents/admin/importing.py": [
        f"{STAFF}::test_meanings_are_kept_beside_those_that_are_being_said"
    ],
    "incidents/importing/going.py": [
        f"{HERE}::test_an_import_waits_for_nobody_and_is_free_or_busy",
        f"{HERE}::test_an_import_waits_for_nobody_and_is_free_or_busy",
    ],
    "incidents/migrations/_merging.py": [
        f"{HERE}::test_what_is_being_merged_is_not_merged_once_more",
        f"{HERE}::test_what_is_told_of_another_incident_meanwhile_is_not_moved",
        f"{HERE}::test_a_merge_that_is_being_undone_is_not_undone_once_more",
        # Of its incidents, and of the merge besides: either of both holds the second up.
        f"{HERE}::test_a_merge_that_is_being_undone_is_not_undone_once_more",
    ],
    "incidents/merging.py": [
        "tests/test_merging_race.py::test_one_of_them_is_told_and_nothing_is_done_twice"
    ],
    "legal/admin/detaining.py": [f"{STAFF}::test_the_people_of_an_arrest_are_entered_once"],
    "legal/naming.py": [
        "tests/test_naming_by_key.py::test_requests_of_one_key_side_by_side_do_not_pass_the_limit",
        "tests/test_naming.py::test_requests_side_by_side_do_not_pass_the_limit",
        f"{STAFF}::test_of_two_who_change_a_name_the_second_is_told",
        f"{STAFF}::test_a_name_that_is_changed_while_names_are_sealed_anew_stays_changed",
    ],
    "militias/deciding.py": [f"{STAFF}::test_a_name_is_recorded_in_the_group_as_it_is_then"],
    "partners/api/proposals.py": [
        "tests/test_proposals.py::test_of_many_changes_at_once_none_is_lost"
    ],
    "partners/keeping.py": [
        f"{HERE}::test_a_key_that_is_being_revoked_is_not_approved",
        f"{HERE}::test_a_key_is_revoked_once",
    ],
    "partners/migrations/_changes.py": [
        f"{HERE}::test_no_change_is_numbered_before_its_turn_to_be_committed"
    ],
    "partners/migrations/_counting.py": [
        "tests/test_allowance.py::test_who_counts_second_waits_and_begins_with_what_the_first_left",
        "tests/test_allowance.py::test_a_request_that_lasts_keeps_no_other_of_its_key_waiting",
    ],
    "partners/migrations/_counting_exports.py": [
        "tests/test_allowance.py::test_who_counts_second_waits_and_begins_with_what_the_first_left"
    ],
    "partners/proposals.py": [
        f"{HERE}::test_what_staff_changes_in_a_statement_is_not_written_over",
        f"{HERE}::test_what_staff_changes_in_a_source_stays_when_it_is_submitted",
        "tests/test_proposing_twice.py::test_forty_sends_by_eight_threads_make_one",
    ],
    "records/admin_lists.py": [
        "tests/test_two_editors.py::test_who_comes_second_waits_for_the_first"
    ],
    "records/granting.py": [
        f"{STAFF}::test_what_is_being_declined_is_not_agreed_to",
        f"{STAFF}::test_nobody_agrees_to_what_becomes_of_a_sign_in_that_is_being_changed",
    ],
    "records/migrations/_audit.py": [
        f"{HERE}::test_who_commits_second_stands_behind_the_first_in_the_trail"
    ],
    "records/models/audience.py": [
        "tests/test_audience_race.py::test_a_row_added_while_one_above_it_is_raised_is_raised_too"
    ],
    "records/review.py": [
        "tests/test_review_race.py::test_of_two_monitors_the_second_is_refused_and_told"
    ],
    "reports/queue/digest.py": [f"{HERE}::test_the_mail_of_a_week_goes_out_once"],
    "reports/queue/planning.py": [f"{STAFF}::test_of_two_who_plan_for_one_item_the_second_is_told"],
    "reports/rulings/page.py": [f"{STAFF}::test_a_ruling_is_recorded_once"],
}


def test_every_lock_is_missed_by_a_test():
    """Code that a migration keeps as it was, in a file with a number, is that of a named one."""
    found = {}
    for app in our_apps():
        for file in sorted(Path(app.path).rglob("*.py")):
            if not file.name[0].isdigit() and (locks := LOCKING.findall(file.read_text())):
                found[str(file.relative_to(settings.BASE_DIR))] = len(locks)

    assert found == {file: len(tests) for file, tests in HELD_BY.items()}
    for test in {test for tests in HELD_BY.values() for test in tests}:
        file, name = test.split("::")
        assert f"def {name}(" in (settings.BASE_DIR / file).read_text(), test
