"""Two incidents become one in a real browser, and two again."""

import re

import pytest
from django.contrib.auth.models import Group as Role
from pytest_django.live_server_helper import LiveServer

from incidents.models import Claim, Incident
from records.roles import MONITOR
from tests.factories import ClaimFactory, IncidentFactory, UserFactory
from tests.test_front_page_browser import browser, pytestmark

__all__ = ["browser", "pytestmark"]

PASSWORD = "a long phrase"


@pytest.fixture
def site(transactional_db):
    user = UserFactory(username="layla", password=PASSWORD, is_staff=True, rights=[])
    user.groups.add(Role.objects.get(name=MONITOR))
    IncidentFactory(title="Rockets at Erbil", place__name="Erbil")
    other = IncidentFactory(title="Rockets near the airport", series="A wave")
    ClaimFactory(incident=other)
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (390, "ar")])
def test_merge_and_undo(browser, site, width, language):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale=language, reduced_motion="reduce"
    )
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/admin/login/?next=/admin/incidents/incident/")
    page.fill("#id_username", "layla")
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url(re.compile(r"/incident/$"))

    for box in page.locator("input.action-select").all():
        box.check()
    page.select_option("select[name=action]", "merge")
    with page.expect_navigation():
        page.click("button[name=index]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.fill("[name=text_title]", "Rockets at Erbil airport")
    page.locator("[name=take_title][value=new]").focus()
    page.keyboard.press("Space")
    page.fill("#id_reason", "The same rockets.")
    with page.expect_navigation():
        page.click(".submit-row input[type=submit]")
    assert page.input_value("#id_title") == "Rockets at Erbil airport"
    kept = Incident.objects.get(merged_into__isnull=True)
    assert Claim.objects.get().incident == kept

    page.goto(f"{site}/admin/incidents/incident/{kept.pk}/history/")
    with page.expect_navigation():
        page.click(".merge-stands a")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.fill("#id_reason", "Two after all.")
    with page.expect_navigation():
        page.click(".submit-row input[type=submit]")
    assert page.locator(".merge-stands").count() == 0
    assert Incident.objects.filter(merged_into__isnull=True).count() == 2
    assert Claim.objects.get().incident.series == "A wave"
    assert complaints == []
