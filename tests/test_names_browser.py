"""Names, definitions and lists in a real browser, on a phone and on a desk."""

import pytest
from django.contrib.auth.models import Group as Role
from pytest_django.live_server_helper import LiveServer

from records.roles import MONITOR
from tests.factories import GroupFactory, GroupNameFactory, IncidentFactory, UserFactory
from tests.test_front_page_browser import browser, pytestmark, signed_in

__all__ = ["browser", "pytestmark"]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def site(transactional_db):
    user = UserFactory(username="monitor", password="a long phrase", is_staff=True, rights=[])
    user.groups.add(Role.objects.get(name=MONITOR))
    cave = GroupFactory(name="Ashab al-Kahf", name_ar="أصحاب الكهف")
    GroupNameFactory(bearer=cave, text="People of the Cave")
    IncidentFactory(title="Rockets at an airport with a long name, once more")
    server = LiveServer("localhost")
    yield server.url
    server.stop()


def focus(page):
    return page.evaluate("document.activeElement.closest('.form-row')?.className || ''")


@pytest.mark.parametrize(("size", "locale"), [(PHONE, "ar"), (DESK, "en")])
def test_names_definitions_and_refusals(site, browser, size, locale):
    page, complaints = signed_in(browser, site, viewport=size, locale=locale)

    page.goto(f"{site}/admin/incidents/incident/")
    wide = "[document.documentElement, document.querySelector('.results')]"
    assert page.evaluate(f"{wide}.every((box) => box.scrollWidth <= box.clientWidth)")

    page.goto(f"{site}/admin/militias/group/add/")
    assert page.evaluate("document.activeElement.id") == "id_name"  # and not what explains it
    page.locator(".means[popovertarget='means-militias.group.name']").focus()
    page.keyboard.press("Enter")
    opened = page.locator("[id='means-militias.group.name']")
    assert opened.is_visible()
    box = opened.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    page.keyboard.press("Escape")
    assert not opened.is_visible()

    page.fill("#id_name", "The people of the cave")
    page.wait_for_selector(".alike li")
    assert "%" in page.inner_text(".alike .chip")

    page.fill("#id_name", "")
    with page.expect_navigation():
        page.click("[name=_save]")
    page.wait_for_function("document.activeElement.id === 'id_name'")

    page.goto(f"{site}/admin/incidents/claim/add/")
    with page.expect_navigation():
        page.click("[name=_save]")
    page.wait_for_function("document.activeElement.classList.contains('select2-selection')")
    assert "field-incident" in focus(page)
    page.locator(".refusals a").last.press("Enter")
    assert "field-group" in focus(page)
    assert page.locator(".submit-row").bounding_box()["height"] < 76
    assert complaints == []
