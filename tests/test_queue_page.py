"""The pages of the queue: who does what, and what is put off comes back."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from legal.models import Suspect
from records.rights import AUDIT, READ
from records.viewer import Viewer, viewing
from reports.models import Digest, QueueNote
from reports.queue.items import item_of
from tests.direct_sql import refused, sql
from tests.factories import (
    DetentionFactory,
    IncidentFactory,
    OrganisationFactory,
    QueueNoteFactory,
    StepFactory,
    SuspectFactory,
    UserFactory,
)
from tests.queues import asked, monitor

LONG_AGO = date(2024, 1, 10)
LIST = reverse("admin:queue")


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def suspect():
    suspect = SuspectFactory()
    DetentionFactory(suspect=suspect, on=LONG_AGO)
    return suspect


@pytest.fixture
def person(client):
    person = monitor(username="nour")
    client.force_login(person)
    return person


def of(page, suspect, **query):
    keys = ["quiet", "legal.suspect", suspect.pk]
    return reverse(f"admin:queue_{page}", args=keys, query=query)


def texts(client, **query):
    return client.get(LIST, query).content.decode()


def item(suspect, person, **question):
    return item_of(asked(person, **question), "quiet", "legal.suspect", suspect.pk)


def snooze(client, suspect, **given):
    """Sends the form as the page shows it, with what is given."""
    page = client.get(of("item", suspect))
    sent = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    return client.post(of("item", suspect), {**sent, **given})


# What the list says


def test_it_says_why_and_what_clears_it(client, person, suspect):
    said = texts(client, as_of="2024-06-30")

    assert "Detained on 2024-01-10; nothing recorded for 172 days." in said
    assert reverse("admin:legal_suspect_change", args=[suspect.pk]) in said
    assert f"{reverse('admin:legal_step_add')}?suspect={suspect.pk}" in said


def test_the_tiles_lead_to_as_many_items(client, person, suspect):
    IncidentFactory(review_status="submitted")
    for query in ({}, {"whose": "unassigned"}, {"whose": "mine"}):
        page = client.get(LIST, query)
        for tile in [page.context["total"], *page.context["tiles"]]:
            listed = client.get(tile["address"]).context["lines"]
            assert len(listed) == tile["number"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"kind": "lost"}, "kind"),
        ({"days": "0"}, "Quiet after days"),
        ({"as_of": "11/12/2020"}, "As of"),
        ({"after": "1~2~3"}, "after"),
        ({"after": f"1~1~2020-01-01~legal.suspect~{10**30}"}, "after"),
        ({"whose": "her"}, "Whose"),
    ],
)
def test_what_cannot_be_asked_is_named(client, person, query, field):
    page = client.get(LIST, query)

    assert page.status_code == 200
    assert [said.partition(":")[0] for said in page.context["complaints"]] == [field]


def test_the_list_costs_the_same_however_long_it_is(client, person, suspect):
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(40):
        DetentionFactory(suspect=SuspectFactory(), on=LONG_AGO + timedelta(number))
    IncidentFactory.create_batch(3, review_status="submitted")
    with CaptureQueriesContext(connection) as many:
        assert client.get(LIST).context["more"]

    assert len(few) == len(many) <= 12


def test_the_pages_hold_every_item_once(client, person):
    for number in range(60):
        DetentionFactory(suspect=SuspectFactory(), on=LONG_AGO + timedelta(number % 7))
    found, address = [], f"{LIST}?kind=quiet"
    while address:
        page = client.get(address)
        found += [line["item"].row_id for line in page.context["lines"]]
        address = page.context["more"]

    assert sorted(found) == sorted(Suspect.objects.values_list("pk", flat=True))


def test_the_front_page_says_how_many_are_yours(client, person, suspect):
    said = client.get(reverse("admin:index")).content.decode()
    yours = client.get(LIST, {"whose": "yours"}).context["total"]["number"]

    assert f"{yours} items in your queue" in said and yours == 2
    assert f"{LIST}?whose=yours" in said


# Plans


def test_an_item_is_taken_and_given(client, person, suspect):
    other = monitor(username="other")
    client.post(of("take", suspect))
    assert item(suspect, person).person == "nour"
    assert not item(suspect, other).yours

    snooze(client, suspect, person=other.pk, next_action_on="2026-01-01")
    given = item(suspect, other)
    assert given.yours and given.due and given.person == "other"
    assert not item(suspect, person).yours


def test_whoever_may_not_read_the_record_is_not_given_it(client, person, suspect):
    other = monitor(clearance="TLP:CLEAR")
    Suspect.objects.filter(pk=suspect.pk).update(marking="TLP:GREEN")
    said = snooze(client, suspect, person=other.pk)

    assert "may not read this record" in said.content.decode()
    assert not QueueNote.objects.exists()


def test_a_snooze_wants_a_day_ahead_and_a_reason(client, person, suspect, today):
    tomorrow = today + timedelta(1)
    for given, field in [
        ({"snoozed_until": tomorrow}, "reason"),
        ({"reason": "No news before May."}, "snoozed_until"),
        ({"snoozed_until": today, "reason": "No news."}, "snoozed_until"),
        ({"snoozed_until": today + timedelta(400), "reason": "No news."}, "snoozed_until"),
    ]:
        assert field in snooze(client, suspect, **given).context["form"].errors
    assert not QueueNote.objects.exists()


@pytest.fixture
def snoozed(client, person, suspect, today):
    snooze(client, suspect, snoozed_until=today + timedelta(10), reason="The court is on holiday.")
    return suspect


def test_what_is_snoozed_is_counted_and_listed_with_its_reason(client, snoozed):
    page = client.get(LIST)

    assert "quiet" not in [line["item"].kind for line in page.context["lines"]]
    assert page.context["snoozed"] == 1
    assert "1 more is snoozed" in page.content.decode()
    assert (
        "The court is on holiday." in client.get(page.context["snoozed_address"]).content.decode()
    )


def test_what_is_snoozed_comes_back_on_its_day(person, snoozed, today):
    assert item(snoozed, person, day=today + timedelta(9)).snoozed
    assert not item(snoozed, person, day=today + timedelta(10)).snoozed


def test_what_is_snoozed_comes_back_when_its_record_changes(person, snoozed, today):
    assert item(snoozed, person, day=today).snoozed

    Suspect.objects.filter(pk=snoozed.pk).update(note="He was seen.")
    assert not item(snoozed, person, day=today).snoozed


def test_what_is_snoozed_comes_back_when_a_step_is_added(person, snoozed, today):
    StepFactory(suspect=snoozed, kind="transferred", on=LONG_AGO + timedelta(3))

    assert not item(snoozed, person, day=today).snoozed


def test_a_change_while_one_fills_in_the_form_is_not_put_off(client, person, suspect, today):
    page = client.get(of("item", suspect))
    seen = page.context["form"]["seen"].value()
    Suspect.objects.filter(pk=suspect.pk).update(note="He was seen.")
    until = today + timedelta(10)
    client.post(of("item", suspect), {"seen": seen, "snoozed_until": until, "reason": "No news."})

    assert not item(suspect, person, day=today).snoozed


def test_an_item_goes_only_when_its_rule_no_longer_holds(client, person, snoozed, today):
    StepFactory(suspect=snoozed, kind="died", on=today)

    assert item(snoozed, person, day=today) is None
    assert client.get(of("item", snoozed)).status_code == 404


@pytest.mark.parametrize("key", ["x", "0", f"{10**30}", "1.5"])
def test_what_is_no_item_is_not_found(client, person, key):
    address = reverse("admin:queue_item", args=["quiet", "legal.suspect", key])

    assert client.get(address).status_code == 404


# Who may


def test_data_entry_looks_on_and_plans_nothing(client, suspect):
    client.force_login(UserFactory(is_staff=True, rights=[READ]))
    page = client.get(LIST)

    assert "Detained on 2024-01-10" in page.content.decode()
    assert [line["item"].yours for line in page.context["lines"]] == [False] * 2
    assert client.get(of("item", suspect)).status_code == 403
    assert client.post(of("take", suspect)).status_code == 403


@pytest.mark.parametrize("rights", [[], [AUDIT]])
def test_who_reads_no_records_has_no_queue(client, suspect, rights):
    client.force_login(UserFactory(is_staff=True, rights=rights))

    assert client.get(LIST).status_code == 403
    assert "in your queue" not in client.get(reverse("admin:index")).content.decode()


def test_only_who_did_not_edit_it_last_countersigns(client, person):
    incident = IncidentFactory(to_countersign=True, updated_by=person)
    other = monitor()
    key = ["to_countersign", "incidents.incident", incident.pk]

    assert not item_of(asked(person), *key).yours
    assert item_of(asked(other), *key).yours
    assert "another monitor clears it" in texts(client, kind="to_countersign")


def test_a_draft_is_its_authors_to_submit(person):
    draft = IncidentFactory(review_status="draft", created_by=person)
    key = ["draft_left", "incidents.incident", draft.pk]
    later = {"day": timezone.localdate() + timedelta(30)}

    assert item_of(asked(person, **later), *key).yours
    assert not item_of(asked(monitor(), **later), *key).yours


def test_a_plan_is_seen_by_those_who_see_its_record(suspect):
    note = QueueNoteFactory(suspect=suspect)
    colleague, stranger = monitor(), monitor(organisation=OrganisationFactory(slug="partner"))
    Suspect.objects.filter(pk=suspect.pk).update(marking="TLP:GREEN")
    junior = monitor(clearance="TLP:CLEAR")

    for reader, number in ((colleague, 1), (stranger, 0), (junior, 0)):
        viewer = Viewer.of(reader)
        assert QueueNote.objects.visible_to(viewer).count() == number
        with viewing(viewer), connection.cursor() as cursor:
            for table in ("reports_queuenote", "reports_queuenoteevent"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone()[0] == number
    with viewing(Viewer.of(junior)):
        assert sql("UPDATE reports_queuenote SET reason = '' WHERE id = %s", note.pk) == 0


def test_a_plan_names_a_record_that_is_there_and_is_not_deleted(suspect):
    note = QueueNoteFactory(suspect=suspect)

    assert refused("UPDATE reports_queuenote SET row_id = -1").sqlstate == "23503"
    with viewing(Viewer.of(monitor())):
        assert refused("DELETE FROM reports_queuenote WHERE id = %s", note.pk).sqlstate == "42501"


def test_the_wish_for_a_mail_is_ones_own(client, person):
    client.post(reverse("admin:queue_digest"), {"wanted": "on", "language": "ar"})
    digest = Digest.objects.get()

    assert (digest.person, digest.wanted, digest.language) == (person, True, "ar")
    assert Digest.objects.visible_to(Viewer.of(monitor())).count() == 0
    with viewing(Viewer.of(monitor())):
        assert sql("UPDATE reports_digest SET wanted = false") == 0
    client.force_login(UserFactory(is_staff=True, rights=[READ]))
    assert client.post(reverse("admin:queue_digest"), {"language": "en"}).status_code == 403
