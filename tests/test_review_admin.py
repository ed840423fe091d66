"""Review on the screens: buttons, reasons why not, reasons asked for, what may be edited."""

import pytest
from django.contrib.auth.models import Group as Role
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
    cite,
)

CLOSED = "TLP:AMBER+STRICT"


@pytest.fixture
def sign_in(client):
    """Signs in somebody who has a role, and returns the browser and him."""

    def as_(role, **given):
        user = UserFactory(is_staff=True, rights=[], **{"clearance": "TLP:RED"} | given)
        user.groups.add(Role.objects.get(name=role))
        client.force_login(user)
        return client, user

    return as_


def turn(row, name):
    return address(type(row), "review", row.pk, name)


def page_of(browser, row):
    return browser.get(address(type(row), "change", row.pk))


def offered(page):
    return [offer["turn"].name for offer in page.context["review"]["offered"]]


def refused(page):
    """Each button that is grey, and why."""
    return {
        str(label): why for why, labels in page.context["review"]["refused"] for label in labels
    }


# Buttons


def test_data_entry_submits_and_is_told_why_no_more(sign_in):
    browser, author = sign_in(DATA_ENTRY)
    row = IncidentFactory(review_status="draft", created_by=author, updated_by=author)
    page = page_of(browser, row)

    assert offered(page) == ["submit", "narrow"]
    assert refused(page)["Withdraw"] == "Only a monitor does this."
    assert refused(page)["Publish"] == "It is a draft: submit it first."
    for why in refused(page).values():
        assert why in page.content.decode()

    answer = browser.post(turn(row, "submit"), {"version": 1}, follow=True)

    assert "Submitted: a monitor" in answer.content.decode()
    row.refresh_from_db()
    assert row.review_status == "submitted"


def test_a_monitor_publishes(sign_in):
    browser, _monitor = sign_in(MONITOR)
    row = IncidentFactory(review_status="submitted")
    cite(row)

    assert offered(page_of(browser, row)) == ["publish", "return", "narrow", "withdraw"]
    browser.post(turn(row, "publish"), {"version": 1})

    row.refresh_from_db()
    assert row.review_status == "published"


def test_a_button_that_is_grey_does_nothing_when_pressed_none_the_less(sign_in):
    browser, monitor = sign_in(MONITOR)
    row = IncidentFactory(review_status="submitted", updated_by=monitor)
    cite(row)

    answer = browser.post(turn(row, "publish"), {"version": 1}, follow=True)

    assert "You edited it last" in answer.content.decode()
    row.refresh_from_db()
    assert row.review_status == "submitted"


def test_a_stale_page_does_nothing(sign_in):
    browser, _monitor = sign_in(MONITOR)
    row = IncidentFactory(review_status="submitted")
    cite(row)
    Incident.objects.filter(pk=row.pk).update(title="Changed meanwhile")

    answer = browser.post(turn(row, "publish"), {"version": 1}, follow=True)

    assert "you saw version 1, and by now it is version 2" in answer.content.decode()


@pytest.mark.parametrize("version", ["", "x", "99999999999999999999999"])
def test_a_version_that_is_none_does_nothing(sign_in, version):
    browser, _monitor = sign_in(MONITOR)
    row = IncidentFactory(review_status="submitted")
    cite(row)

    assert browser.post(turn(row, "publish"), {"version": version}).status_code == 302
    row.refresh_from_db()
    assert row.review_status == "submitted"
    assert browser.get(turn(row, "return"), {"version": version}).status_code == 200


def test_what_needs_a_reason_asks_for_it_on_its_own_page(sign_in):
    browser, _monitor = sign_in(MONITOR)
    row = IncidentFactory()
    page = browser.get(turn(row, "withdraw"), {"version": 1})

    assert "only staff of its owner still read it" in page.content.decode()
    assert page.context["form"]["version"].value() == 1

    again = browser.post(turn(row, "withdraw"), {"version": 1, "reason": "  "})
    assert again.context["form"].errors["reason"] == ["Give the reason: it is kept in the history."]
    done = browser.post(turn(row, "withdraw"), {"version": 1, "reason": "A rumour."})

    assert done.status_code == 302
    row.refresh_from_db()
    assert (row.review_status, row.withdrawn_reason) == ("withdrawn", "A rumour.")
    assert "A rumour." in page_of(browser, row).content.decode()


def test_a_hidden_record_answers_a_transition_as_an_absent_one(sign_in):
    browser, _monitor = sign_in(MONITOR, clearance="TLP:GREEN")
    hidden = IncidentFactory(marking=CLOSED)

    for method in (browser.get, browser.post):
        there = method(turn(hidden, "withdraw"))
        hidden.pk = hidden.pk + 1
        absent = method(turn(hidden, "withdraw"))
        hidden.pk = hidden.pk - 1
        assert (there.status_code, there["Location"]) == (absent.status_code, absent["Location"])


def test_an_unknown_transition_is_not_found(sign_in):
    browser, _monitor = sign_in(MONITOR)

    assert browser.get(turn(IncidentFactory(), "approve")).status_code == 404


# Audience


def test_two_monitors_widen_an_audience(sign_in):
    browser, first = sign_in(MONITOR, first_name="Layla", last_name="H")
    row = IncidentFactory(marking=CLOSED)
    asked = {"version": 1, "marking": "TLP:GREEN", "reason": "They need it."}
    assert browser.post(turn(row, "ask-wider"), asked).status_code == 302

    page = page_of(browser, row)
    assert refused(page)["Agree to the wider audience"].startswith("You asked for it yourself")

    browser, _second = sign_in(MONITOR)
    page = page_of(browser, row)
    assert "Layla H asks for TLP:GREEN." in page.content.decode()
    assert "They need it." in page.content.decode()
    browser.post(turn(row, "agree"), {"version": 2})

    row.refresh_from_db()
    assert (row.marking, row.wider) == ("TLP:GREEN", None)
    context = row.events.order_by("pgh_id").last().pgh_context
    assert (context["asked_by"], context["reason"]) == (first.pk, "They need it.")


def test_one_person_narrows_at_once_but_not_beyond_himself(sign_in):
    browser, monitor = sign_in(MONITOR)
    other = UserFactory(clearance="TLP:RED", is_staff=True)
    row = IncidentFactory(marking="TLP:GREEN")
    given = {"version": 1, "reason": "A source is at risk."}

    without = browser.post(
        turn(row, "narrow"), given | {"marking": "TLP:RED", "readers": [other.pk]}
    )
    wider = browser.post(turn(row, "narrow"), given | {"marking": "TLP:CLEAR"})
    assert "Name yourself too" in without.context["form"].errors["readers"][0]
    assert "takes two monitors" in wider.context["form"].errors["marking"][0]
    browser.post(turn(row, "narrow"), given | {"marking": "TLP:RED", "readers": [monitor.pk]})

    row.refresh_from_db()
    assert (row.marking, row.readers) == ("TLP:RED", [monitor.pk])


def save(browser, row, **given):
    page = page_of(browser, row)
    return browser.post(address(type(row), "change", row.pk), form_data(page) | given)


@pytest.mark.parametrize(
    ("was", "becomes", "field"),
    [
        ({"marking": CLOSED}, {"marking": "TLP:GREEN"}, "marking"),
        ({"marking": CLOSED}, {"marking": "TLP:AMBER"}, "marking"),
        ({"marking": "TLP:AMBER"}, {"shared_with": ["partner"]}, "shared_with"),
    ],
)
def test_a_form_refuses_to_widen_an_audience(sign_in, was, becomes, field):
    browser, _monitor = sign_in(MONITOR)
    partner = OrganisationFactory(slug="partner")
    row = IncidentFactory(**was)
    if "shared_with" in becomes:
        becomes = {"shared_with": [partner.pk]}

    answer = save(browser, row, **becomes)

    assert "Ask for a wider audience" in refusals(answer)[field][0]
    row.refresh_from_db()
    assert row.marking == was["marking"]


def test_a_form_narrows_an_audience(sign_in):
    browser, _monitor = sign_in(MONITOR)
    row = IncidentFactory(marking="TLP:GREEN")

    assert save(browser, row, marking="TLP:AMBER").status_code == 302
    row.refresh_from_db()
    assert row.marking == "TLP:AMBER"


def test_a_form_refuses_what_its_author_could_not_read(sign_in):
    browser, _author = sign_in(DATA_ENTRY, clearance="TLP:AMBER")
    page = browser.get(address(Incident, "add"))
    given = {
        "title": "Rockets",
        "kind": "rocket_attack",
        "place": PlaceFactory().pk,
        "occurred_from": "2021-02-15",
    }

    answer = browser.post(address(Incident, "add"), form_data(page) | given | {"marking": CLOSED})

    assert "You are cleared for TLP:AMBER" in refusals(answer)["marking"][0]


def test_a_reader_who_is_not_cleared_is_refused_by_name(sign_in):
    browser, monitor = sign_in(MONITOR)
    other = UserFactory(username="salam", is_staff=True, clearance="TLP:GREEN")
    row = IncidentFactory(marking="TLP:GREEN")

    answer = save(browser, row, marking="TLP:RED", readers=[monitor.pk, other.pk])

    assert "salam" in refusals(answer)["readers"][0]


def test_the_marking_of_a_citation_is_not_lowered(sign_in):
    browser, _monitor = sign_in(MONITOR)
    citation = cite(IncidentFactory(), marking="TLP:AMBER")

    answer = save(browser, citation.record, **{"citations-0-marking": ""})

    assert "Nobody lowers the marking of a part alone" in answer.content.decode()


def test_who_reads_a_record_is_said_by_name_to_its_owner_alone(sign_in):
    partner = OrganisationFactory(slug="partner", name="Partner")
    row = IncidentFactory(marking="TLP:AMBER", shared_with=[partner.pk])
    PlaceFactory(review_status="draft")

    browser, _monitor = sign_in(MONITOR)
    own = page_of(browser, row).context["review"]
    browser, _stranger = sign_in(MONITOR, organisation=partner)
    theirs = page_of(browser, row)

    assert own["read_by"] == "staff of Musaala, Partner cleared for TLP:AMBER"
    assert "yours among them" in theirs.context["review"]["read_by"]
    assert "Musaala cleared" not in theirs.content.decode()
    assert offered(theirs) == []
    assert set(refused(theirs).values()) == {"It belongs to another organisation."}


def test_what_narrows_a_record_is_said_by_its_kind(sign_in):
    browser, _monitor = sign_in(MONITOR)
    row = IncidentFactory(place__review_status="draft", place__name="Hidden valley")

    assert page_of(browser, row).context["review"]["narrowed_by"] == ["place (not published)"]


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

    assert shown <= {"Organisation", "Group", "User", "AuditEntry"}
    for page, keys in [("changelist", []), ("add", []), ("change", [row.pk])]:
        assert browser.get(address(Incident, page, *keys)).status_code in (302, 403)
    assert browser.get(turn(row, "withdraw")).status_code in (302, 403)
