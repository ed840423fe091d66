"""The dashboard in a real browser: filter, click a bar, land on exactly its rows."""

import re

import pytest

from tests.test_front_page_browser import CHROMIUM, browser, listed, signed_in, site

__all__ = ["browser", "site"]  # fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="No chromium is installed on this machine."),
]


def test_a_bar_of_filtered_attacks_leads_to_exactly_its_rows(site, browser):
    page, complaints = signed_in(browser, site, viewport={"width": 1440, "height": 900})
    page.goto(f"{site}/admin/dashboard/")
    page.select_option("[name=kind]", "assassination")
    page.click(".desk-bar button")
    page.wait_for_url(f"{site}/admin/dashboard/?kind=assassination")
    assert page.locator(".desk-chip").count() == 1

    bar = page.locator(".desk-ladder a", has_text="Led to a conviction that stands")
    number = int(bar.locator(".count").text_content())
    bar.locator(".label").click()
    page.wait_for_url(re.compile("rung=standing.*|.*kind=assassination"))

    assert number > 0
    assert listed(page) == number
    assert "Kind of attack: Assassination" in page.inner_text("#content")
    assert complaints == []


def test_the_dashboard_fits_a_phone(site, browser):
    page, _complaints = signed_in(
        browser, site, viewport={"width": 390, "height": 844}, locale="ar"
    )
    page.goto(f"{site}/admin/dashboard/")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
