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
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import Group as Role
from django.core import mail
from django.db import connection, connections, transaction
from django.test import Client

from config.sign_in.devices import accepted_by
from incidents.importing import writing
from incidents.importing.going import go_on
from incidents.models import Claim, Import, ImportRow, Merge
from legal.models import Ruling, Suspect
from legal.naming import NameChanged, keep_name, read_name, reseal_some
from militias.deciding import Answer, Said, decide
from militias.models import Group, GroupName
from partners.keeping import KeyRefused, approve, revoke
from partners.models import Key
from records.gate import unrestricted
from records.models import AuditEntry, Organisation, Source
from records.review import Refused
from records.rights import NAMES, READ
from records.roles import MONITOR
from records.viewer import Patience, Viewer, viewing
from reports.queue.digest import send_digests
from tests import test_detaining, test_rulings_page
from tests.authenticators import PASSWORD, code_of, enrolled, sign_in
from tests.catalogue import our_apps
from tests.direct_sql import sql
from tests.factories import (
    ArrestFactory,
    CandidateLinkFactory,
    ClaimFactory,
    DigestFactory,
    GroupFactory,
    IdentityFactory,
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


def _monitor(**given):
    user = UserFactory(is_staff=True, rights=[], clearance="TLP:RED", **given)
    user.groups.add(Role.objects.get(name=MONITOR))
    return user


# Signing in


def test_a_wrong_sign_in_is_counted_although_earlier_ones_are_being_forgotten():
    """Else it would be counted in a row that is gone when it is written."""

    def fail():
        sign_in(Client(), "noor", password="wrong")

    fail()
    held_up(AccessAttempt.objects.all().delete, fail)

    assert AccessAttempt.objects.get().failures_since_start == 1


@pytest.mark.parametrize("of_recovery", [False, True])
def test_a_code_opens_once_however_many_send_it_at_once(of_recovery):
    person = UserFactory(password=PASSWORD)
    device, recovery = enrolled(person)
    code = recovery[0] if of_recovery else code_of(device.secret)
    taken = []

    again = held_up(
        lambda: taken.append(accepted_by(person, code)), lambda: accepted_by(person, code)
    )

    assert taken[0] is not None and again is None


# Names


def test_a_name_is_recorded_in_the_group_as_it_is_then():
    """Somebody submits the group meanwhile: what is submitted is not edited."""
    person = _monitor()
    group = GroupFactory(review_status="draft", owner=person.organisation)
    link = CandidateLinkFactory(
        name="The League", given_to=group, may_be=GroupFactory(), review_status="draft"
    )
    alias = GroupName(bearer=group, text="The League", language="en", kind="alias")

    def record():
        with viewing(Viewer.of(person), user=person.pk):
            decide(
                person,
                link,
                Said(Answer.ALIAS, "Compared.", alias),
                on=date(2026, 1, 1),
                version=1,
            )

    submitted = Group.objects.filter(pk=group.pk)
    refused = held_up(lambda: submitted.update(review_status="submitted"), record)

    assert isinstance(refused, Refused), refused
    assert GroupName.objects.count() == 0


@pytest.fixture
def reader():
    return UserFactory(rights=[READ, NAMES])


def test_of_two_who_change_a_name_the_second_is_told(reader):
    viewer, suspect = Viewer.of(reader), IdentityFactory(name="One").suspect

    def change(name):
        with viewing(viewer, user=reader.pk):
            keep_name(viewer, suspect, name, 1)

    refused = held_up(lambda: change("Two"), lambda: change("Three"))

    assert isinstance(refused, NameChanged), refused


def test_a_name_that_is_changed_while_names_are_sealed_anew_stays_changed(reader, settings):
    settings.IDENTITY_KEYS = {"k1": b"1" * 32}
    viewer, suspect = Viewer.of(reader), IdentityFactory(name="One").suspect
    settings.IDENTITY_KEYS = {"k2": b"2" * 32, "k1": b"1" * 32}

    def change():
        with viewing(viewer, user=reader.pk):
            keep_name(viewer, suspect, "Two", 1)

    held_up(change, lambda: reseal_some(0, 10))

    with viewing(viewer, user=reader.pk):
        assert read_name(viewer, suspect, None) == "Two"


# Pages


def test_the_people_of_an_arrest_are_entered_once():
    SourceFactory(address=test_detaining.ADDRESS)
    arrest = ArrestFactory(on=date(2020, 6, 26), detained_low=13, detained_high=14)
    page, data = (
        test_detaining.page_of(arrest),
        test_detaining.typed(test_detaining.THIRTEEN_BAILED),
    )
    browsers = [_signed_in(_monitor()) for _n in range(2)]
    shown = browsers[0].post(page, data | {"_show": ""})
    data |= {"seen": shown.context["mark"], "_record": ""}

    answer = held_up(lambda: browsers[0].post(page, data), lambda: browsers[1].post(page, data))

    assert answer.status_code == 200 and answer.context["form"].already
    assert Suspect.objects.count() == 14


def test_a_ruling_is_recorded_once():
    made = test_rulings_page.made.__wrapped__()
    page, browsers = test_rulings_page.page_of(made), [_signed_in(_monitor()) for _n in range(2)]
    data = test_rulings_page.typed(browsers[0].get(page))

    again = held_up(lambda: browsers[0].post(page, data), lambda: browsers[1].post(page, data))

    assert again.context["form"].errors.keys() == {"decided_from"}
    assert Ruling.objects.count() == 1


def _signed_in(user):
    browser = Client()
    browser.force_login(user)
    return browser


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
HERE = "tests/test_locks.py"
HELD_BY = {  # by whom it is missed, for each lock in the order of the file
    "config/sign_in/devices.py": [f"{HERE}::test_a_code_opens_once_however_many_send_it_at_once"],
    "config/sign_in/lockout.py": [
        f"{HERE}::test_a_wrong_sign_in_is_counted_although_earlier_ones_are_being_forgotten"
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
    "legal/admin/detaining.py": [f"{HERE}::test_the_people_of_an_arrest_are_entered_once"],
    "legal/naming.py": [
        "tests/test_naming_by_key.py::test_requests_of_one_key_side_by_side_do_not_pass_the_limit",
        "tests/test_naming.py::test_requests_side_by_side_do_not_pass_the_limit",
        f"{HERE}::test_of_two_who_change_a_name_the_second_is_told",
        f"{HERE}::test_a_name_that_is_changed_while_names_are_sealed_anew_stays_changed",
    ],
    "militias/deciding.py": [f"{HERE}::test_a_name_is_recorded_in_the_group_as_it_is_then"],
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
    "records/admin_base.py": [
        "tests/test_two_editors.py::test_who_comes_second_waits_for_the_first"
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
    "reports/rulings/page.py": [f"{HERE}::test_a_ruling_is_recorded_once"],
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
