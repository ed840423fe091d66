"""The audit trail on a screen: who did what, and no word of what any record says."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from incidents.models import Incident
from records.models import Source
from records.rights import AUDIT, READ
from records.viewer import Viewer, viewing
from tests.admin_pages import address
from tests.factories import (
    IncidentFactory,
    SourceFactory,
    UserFactory,
    cite,
)
from tests.trail import last_entry, settle, two_people_and_a_command

LIST = "admin:records_auditentry_changelist"


@pytest.fixture
def actions():
    return two_people_and_a_command()


@pytest.fixture
def screen(client, actions):
    def look(reader, /, **asked):
        client.force_login(reader)
        return client.get(reverse(LIST), asked)

    return look


@pytest.fixture
def auditor():
    return UserFactory(username="auditor", is_staff=True, rights=[AUDIT])


def whose(page):
    """Who did each thing on a page, newest first."""
    return [entry.person and entry.person.username for entry in page.context["cl"].result_list]


def test_the_auditor_sees_what_everybody_did_and_no_word_of_it(screen, auditor):
    page = screen(auditor, kind="records_sourceevent")

    assert whose(page) == [None, "basim", "amal"]
    assert "Secret" not in page.content.decode()
    assert "entered" in page.content.decode()


def test_others_see_on_the_same_screen_what_they_did(screen, actions):
    page = screen(actions[0])

    assert whose(page) == ["amal"]
    assert "basim" not in page.content.decode()


@pytest.mark.parametrize(
    "asked, found",
    [
        ({"action": "insert", "kind": "records_sourceevent"}, 3),
        ({"action": "delete", "kind": "records_sourceevent"}, 0),
        ({"kind": "records_userevent", "action": "insert"}, 2),
    ],
)
def test_the_screen_is_filtered_by_action_and_kind(screen, auditor, asked, found):
    assert len(whose(screen(auditor, **asked))) == found


def test_the_screen_is_filtered_by_person_and_day(screen, auditor, actions):
    day = timezone.localtime(last_entry().made_at)
    on = {"when": f"{day:%Y-%m-%d}"}

    assert whose(screen(auditor, person=actions[1].pk)) == ["basim"]
    assert whose(screen(auditor, person=actions[1].pk, **on)) == ["basim"]
    assert whose(screen(auditor, when="2001")) == []
    assert whose(screen(auditor, person=actions[1].pk, when=f"{day:%Y-%m}")) == ["basim"]


@pytest.mark.parametrize(
    "asked", [{"person": "x"}, {"kind": "django_session"}, {"content__contains": "Secret"}]
)
def test_what_the_screen_does_not_offer_is_refused(screen, auditor, asked):
    page = screen(auditor, **asked)

    assert page.status_code in {302, 400}
    assert page.status_code == 400 or page["Location"].endswith("?e=1")


def test_nobody_filters_by_somebody_else(screen, actions):
    assert screen(actions[0], person=actions[1].pk)["Location"].endswith("?e=1")


def test_a_row_is_linked_for_who_may_open_it(screen, actions, auditor):
    reader = UserFactory(is_staff=True, is_superuser=True, rights=[READ, AUDIT])
    hidden = SourceFactory(marking="TLP:RED", readers=[actions[0].pk])
    cited = IncidentFactory(owner=reader.organisation)
    source = Source.objects.get(publisher="Secret of amal")
    citation = cite(cited, source)
    settle()

    links = [entry.address for entry in screen(reader).context["cl"].result_list]

    assert address(Source, "change", source.pk) in links
    assert address(Source, "change", hidden.pk) not in links
    table = citation.pgh_event_model._meta.db_table
    [of_part] = screen(reader, kind=table).context["cl"].result_list
    assert of_part.address == address(Incident, "change", cited.pk)
    assert {entry.address for entry in screen(auditor).context["cl"].result_list} == {None}


@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_an_entry_has_no_page(screen, client, auditor, page):
    client.force_login(auditor)
    at = reverse(f"admin:records_auditentry_{page}", args=[last_entry().pk])

    assert client.get(at).status_code in {302, 403}
    assert client.post(at, {"post": "yes"}).status_code in {302, 403}


def test_nobody_adds_an_entry(client, auditor):
    client.force_login(auditor)

    assert client.get(reverse("admin:records_auditentry_add")).status_code == 403


def test_the_screen_costs_the_same_with_more_entries(screen, auditor, count_queries):
    screen(auditor)
    few = count_queries(lambda: screen(auditor))

    for person in UserFactory.create_batch(5):
        with viewing(Viewer.of(person), user=person.pk):
            SourceFactory(owner=person.organisation, review_status="draft")
    settle()

    assert count_queries(lambda: screen(auditor)) == few


@pytest.mark.parametrize("day", ["2026", "2026-02", "2026-02-30", "2026-13", "x", "0000"])
def test_the_days_that_may_be_asked_for(screen, auditor, day):
    page = screen(auditor, when=day)

    wrong = day in {"2026-02-30", "2026-13", "x", "0000"}
    assert page.status_code == (302 if wrong else 200)


def test_a_list_that_grows_for_ever_is_counted_no_further_than_it_is_shown(
    screen, auditor, monkeypatch
):
    """Of millions of entries, counting takes seconds, and so do the years that they are of."""
    monkeypatch.setattr("records.admin_lists.COUNTED", 2)
    with CaptureQueriesContext(connection) as asked:
        page = screen(auditor)

    assert "2 or more" in page.content.decode()
    counts = [query["sql"] for query in asked if "COUNT(" in query["sql"]]
    assert all("LIMIT 2" in sql for sql in counts) and counts
    assert not any("DATE_TRUNC" in query["sql"].upper() for query in asked)
