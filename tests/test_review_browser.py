"""A record's way through review in a real browser, by three people."""

import re

import pytest
from django.contrib.auth.models import Group as Role
from pytest_django.live_server_helper import LiveServer

from records.roles import DATA_ENTRY, MONITOR
from tests.factories import PlaceFactory, SourceFactory, UserFactory
from tests.test_front_page_browser import browser, pytestmark

__all__ = ["browser", "pytestmark"]

PASSWORD = "a long phrase"
PEOPLE = {"noor": DATA_ENTRY, "layla": MONITOR, "salam": MONITOR}


@pytest.fixture
def site(transactional_db):
    for name, role in PEOPLE.items():
        user = UserFactory(username=name, password=PASSWORD, is_staff=True, rights=[])
        user.groups.add(Role.objects.get(name=role))
    PlaceFactory(name="Erbil")
    SourceFactory(publisher="Shafaq News")
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def desk(browser, site):
    """A signed-in page of each person, by name, and what their browsers complained about."""

    def pages_on(width, language):
        pages, complaints = {}, []
        for name in PEOPLE:
            context = browser.new_context(
                viewport={"width": width, "height": 900}, locale=language, reduced_motion="reduce"
            )
            page = pages[name] = context.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(f"{site}/admin/login/?next=/admin/")
            page.fill("#id_username", name)
            page.fill("#id_password", PASSWORD)
            page.press("#id_password", "Enter")
            page.wait_for_url(re.compile(r"/admin/$"))
        return pages, complaints

    return pages_on


def choose(page, field, text):
    """One of the rows that a field finds by typing."""
    page.click(f"#{field} + .select2 .select2-selection")
    page.fill(".select2-search__field", text)
    page.click(f".select2-results__option:has-text('{text}')")


def button(page, name):
    return page.locator(f".review-offered [href*='/review/{name}/'], [action*='/review/{name}/'] *")


def press(page, name):
    button(page, name).last.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def enter_incident(page, site):
    page.goto(f"{site}/admin/incidents/incident/add/")
    page.fill("#id_title", "Rockets at the airport")
    page.select_option("#id_kind", "rocket_attack")
    page.fill("#id_occurred_from", "2021-02-15")
    choose(page, "id_place", "Erbil")
    page.click("#citations-group .add-row a")
    choose(page, "id_citations-0-source", "Shafaq")
    page.click("[name=_continue]")
    page.wait_for_url(re.compile(r"/change/"))
    return page.url


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (390, "ar")])
def test_from_draft_to_countersigned(desk, site, width, language):
    pages, complaints = desk(width, language)
    noor, layla, salam = pages.values()
    address = enter_incident(noor, site)
    assert noor.locator(".review-refused button:disabled").count() >= 2
    assert button(noor, "publish").count() == 0
    press(noor, "submit")
    assert noor.locator(".review-chips .chip-submitted").count() == 1
    assert noor.locator("#id_title").count() == 0, "what is submitted is only read"

    layla.goto(address)
    press(layla, "publish")
    assert layla.locator(".review-chips .chip-published").count() == 1

    layla.fill("#id_title", "Rockets at Erbil airport")
    with layla.expect_navigation():
        layla.click("[name=_continue]")
    assert layla.locator(".field-change_reason .errorlist").count() == 1
    assert layla.input_value("#id_title") == "Rockets at Erbil airport", "nothing typed is lost"
    layla.fill("#id_change_reason", "The place is known now.")
    with layla.expect_navigation():
        layla.click("[name=_continue]")
    assert layla.locator(".review-waits").count() == 1
    assert button(layla, "countersign").count() == 0

    salam.goto(address)
    press(salam, "countersign")
    assert salam.locator(".review-waits").count() == 0

    press(salam, "withdraw")
    salam.fill("#id_reason", "Entered twice.")
    salam.press("#id_reason", "Tab")
    with salam.expect_navigation():
        salam.keyboard.press("Enter")
    assert "Entered twice." in salam.inner_text(".review-card")
    for page in pages.values():
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []


def test_nothing_typed_is_left_without_a_question(desk, site):
    pages, _complaints = desk(1440, "en")
    noor = pages["noor"]
    address = enter_incident(noor, site)
    asked = []
    noor.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    noor.fill("#id_title", "Two rockets at the airport")
    noor.click("[action*='/review/submit/'] button")
    noor.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    assert noor.url == address
    assert noor.input_value("#id_title") == "Two rockets at the airport"
