"""The front page in a real browser: from the headline's number to its rows."""

import re
import shutil

import pytest
from django.db import connections
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.factories import UserFactory
from tests.starter import load_starter_data

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="No chromium is installed on this machine."),
]


@pytest.fixture(scope="module")
def site(as_migrated, django_db_blocker):
    """The starter data, served; and somebody who may sign in. Loaded once: it takes seconds.

    The served pages read what is committed, so the data is, and is taken away afterwards.
    """
    with django_db_blocker.unblock():
        load_starter_data()
        UserFactory(username="monitor", password="a long phrase", is_staff=True, is_superuser=True)
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        as_migrated()


@pytest.fixture(scope="module")
def browser():
    """Playwright keeps an event loop in this thread, which Django takes for async code.

    It then also keeps connections apart from those of the thread: they are closed here.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        connections.close_all()


def signed_in(browser, site, **context):
    """A page after signing in, and the list of what the browser complained about."""
    page = browser.new_context(**context).new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/admin/login/?next=/admin/")
    page.fill("#id_username", "monitor")
    page.fill("#id_password", "a long phrase")
    page.press("#id_password", "Enter")
    page.wait_for_url(re.compile(r"/admin/$"))
    return page, complaints


def listed(page):
    """The number of rows in the list of incidents."""
    return page.locator("#result_list tbody tr").count()


def test_the_numbers_of_the_front_page_lead_to_exactly_their_rows(site, browser):
    page, complaints = signed_in(browser, site, viewport={"width": 1440, "height": 900})

    assert "7 led to an arrest" in page.inner_text(".front-headline")
    for bar, number in (("arrested", 7), ("convicted", 5), ("standing", 4)):
        page.goto(f"{site}/admin/")
        page.click(f".rung-{bar} .label")
        page.wait_for_url(re.compile("rung="))
        assert listed(page) == number

    page.goto(f"{site}/admin/")
    militia = page.locator(".front-table tbody tr", has_text="Kata'ib Hezbollah")
    militia.locator("td a").first.click()
    page.wait_for_url(re.compile("by=root_group"))
    assert listed(page) == 6
    assert complaints == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_front_page_fits_a_phone(site, browser, language):
    page, complaints = signed_in(
        browser, site, viewport={"width": 390, "height": 844}, locale=language
    )

    assert page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []


def test_the_day_asked_about_is_kept_in_the_rows(site, browser):
    page, _complaints = signed_in(browser, site)
    page.fill("#as-of", "2023-06-30")
    page.click(".front-ask button")
    page.wait_for_url(re.compile("as_of=2023-06-30"))
    page.click(".rung-standing .label")
    page.wait_for_url(re.compile("as_of=2023-06-30"))

    assert listed(page) == 4
    assert "al-Hashimi" in page.inner_text("#result_list")
