"""Review on the screens: buttons, reasons why not, reasons asked for, who may read."""

import pytest

from incidents.models import Incident
from records.roles import DATA_ENTRY, MONITOR
from tests.admin_pages import address, form_data, refusals
from tests.factories import IncidentFactory, OrganisationFactory, PlaceFactory, UserFactory, cite
from tests.review_pages import offered, page_of, refused, save, sign_in, turn

__all__ = ["sign_in"]

CLOSED = "TLP:AMBER+STRICT"


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
