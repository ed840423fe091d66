"""What may be edited in which state of review, and what lists show of it."""

import pytest
from django.urls import reverse

from incidents.models import Claim, Incident
from records.roles import ADMINISTRATOR, AUDITOR, DATA_ENTRY, MONITOR
from tests.admin_pages import address, form_data, refusals
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    GroupFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
)
from tests.review_pages import page_of, refused, save, sign_in, turn

__all__ = ["sign_in"]


# Editing


@pytest.mark.parametrize("state", ["submitted", "withdrawn"])
def test_what_waits_or_is_withdrawn_is_only_read(sign_in, state):
    browser, _monitor = sign_in(MONITOR)
    reason = "A rumour." if state == "withdrawn" else ""
    row = IncidentFactory(review_status=state, withdrawn_reason=reason)

    assert page_of(browser, row).context["has_change_permission"] is False
    answer = browser.post(address(Incident, "change", row.pk), {"title": "Other"})
    assert answer.status_code == 403


def test_data_entry_edits_own_drafts_alone(sign_in):
    browser, author = sign_in(DATA_ENTRY)
    own = IncidentFactory(review_status="draft", created_by=author)
    other = IncidentFactory(review_status="draft", created_by=UserFactory())

    assert save(browser, own, title="Other").status_code == 302
    assert page_of(browser, other).context["review"]["why_not_edit"].startswith("A draft is")
    answer = browser.post(address(Incident, "change", other.pk), {"title": "Other"})
    assert answer.status_code == 403


def test_a_published_record_is_changed_with_a_reason_and_then_countersigned(sign_in):
    browser, monitor = sign_in(MONITOR)
    row = IncidentFactory()

    without = save(browser, row, title="Other", change_reason="")
    assert "Give the reason" in refusals(without)["change_reason"][0]
    assert save(browser, row, title="Other", change_reason="A slip.").status_code == 302

    row.refresh_from_db()
    assert (row.to_countersign, row.updated_by) == (True, monitor)
    assert row.events.order_by("pgh_id").last().pgh_context["reason"] == "A slip."
    assert "another monitor has to countersign" in str(refused(page_of(browser, row)))

    browser, _second = sign_in(MONITOR)
    browser.post(turn(row, "countersign"), {"version": row.version})
    row.refresh_from_db()
    assert row.to_countersign is False


def test_a_source_added_to_a_published_record_is_a_change_of_it(sign_in):
    browser, monitor = sign_in(MONITOR)
    row = IncidentFactory()
    one = {
        "citations-TOTAL_FORMS": 1,
        "citations-0-source": SourceFactory().pk,
        "citations-0-support": "states",
    }

    assert save(browser, row, change_reason="Found a source.", **one).status_code == 302

    row.refresh_from_db()
    assert (row.to_countersign, row.updated_by, row.version) == (True, monitor, 2)


def test_a_statement_added_to_a_published_record_is_a_draft_of_its_own(sign_in):
    browser, _monitor = sign_in(MONITOR)
    row = IncidentFactory()
    claim = {
        "claims-TOTAL_FORMS": 1,
        "claims-0-group": GroupFactory().pk,
        "claims-0-confidence": "likely",
        "claims-0-certainty": "high",
    }

    assert save(browser, row, **claim).status_code == 302

    row.refresh_from_db()
    assert (row.to_countersign, row.version) == (False, 1)
    assert Claim.objects.get().review_status == "draft"


def test_a_new_record_belongs_to_its_authors_organisation(sign_in):
    browser, author = sign_in(DATA_ENTRY)
    page = browser.get(address(Incident, "add"))
    given = {
        "title": "Rockets",
        "kind": "rocket_attack",
        "place": PlaceFactory().pk,
        "occurred_from": "2021-02-15",
        "owner": OrganisationFactory(slug="elsewhere").pk,
        "review_status": "published",
    }
    assert browser.post(address(Incident, "add"), form_data(page) | given).status_code == 302

    row = Incident.objects.get()
    assert (row.owner, row.created_by, row.review_status) == (author.organisation, author, "draft")


def test_who_belongs_nowhere_enters_nothing(sign_in):
    browser, _author = sign_in(DATA_ENTRY, organisation=None)

    assert browser.get(address(Incident, "add")).status_code == 403


def test_a_twin_for_the_same_audience_is_refused_in_words(sign_in):
    browser, _monitor = sign_in(MONITOR)
    link = ArrestLinkFactory(review_status="draft")
    twin = ArrestLinkFactory(arrest=link.arrest, review_status="draft")

    answer = save(browser, twin, incident=link.incident.pk)

    assert "already linked to this incident" in answer.content.decode()


def test_a_twin_entered_with_its_arrest_is_refused_in_words(sign_in):
    browser, monitor = sign_in(MONITOR)
    arrest = ArrestFactory(review_status="draft", created_by=monitor)
    link = ArrestLinkFactory(arrest=arrest, review_status="draft")
    twin = {
        "links-TOTAL_FORMS": 2,
        "links-1-incident": link.incident.pk,
        "links-1-basis_kind": link.basis_kind,
        "links-1-confidence": "likely",
        "links-1-certainty": "high",
        "links-1-marking": link.marking,
    }

    answer = save(browser, arrest, **twin)

    assert answer.status_code == 200
    assert "already linked to this incident" in answer.content.decode()


# Lists


@pytest.mark.parametrize(
    ("waits_for", "given"),
    [
        ("review", {"review_status": "submitted"}),
        ("countersign", {"to_countersign": True}),
        ("wider", {"wider": {"asked_by": 1}}),
    ],
)
def test_a_list_is_narrowed_to_what_waits(sign_in, waits_for, given):
    browser, _monitor = sign_in(MONITOR)
    IncidentFactory()
    waiting = IncidentFactory(**given)

    page = browser.get(address(Incident, "changelist"), {"waits_for": waits_for})

    assert list(page.context["cl"].result_list) == [waiting]


@pytest.mark.parametrize("role", [AUDITOR, ADMINISTRATOR])
def test_who_reads_no_records_sees_no_lists_of_them(sign_in, role):
    browser, _user = sign_in(role)
    row = IncidentFactory(marking="TLP:CLEAR")
    apps = browser.get(reverse("admin:index")).context["app_list"]
    shown = {model["object_name"] for app in apps for model in app["models"]}

    people = {"Organisation", "Group", "User", "Grant"}
    assert shown <= {*people, "AuditEntry", "Download", "Key", "Usage"}
    for page, keys in [("changelist", []), ("add", []), ("change", [row.pk])]:
        assert browser.get(address(Incident, page, *keys)).status_code in (302, 403)
    assert browser.get(turn(row, "withdraw")).status_code in (302, 403)
