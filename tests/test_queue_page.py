"""The pages of the queue: what they say, and to whom."""

from datetime import timedelta

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
    SuspectFactory,
    UserFactory,
)
from tests.queues import LIST, LONG_AGO, asked, monitor, of, person, suspect, texts, today

__all__ = ["person", "suspect", "today"]


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


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_day_and_the_last_are_days(client, person, day):
    assert client.get(LIST, {"as_of": day}).status_code == 200
