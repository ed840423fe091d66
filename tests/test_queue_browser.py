"""The queue in a real browser: an item is cleared by recording the step."""

import re
from datetime import date

import pytest
from django.contrib.auth.models import Group as Role
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from records.roles import MONITOR
from tests.factories import DetentionFactory, UserFactory
from tests.test_front_page_browser import browser, pytestmark, signed_in

__all__ = ["browser", "pytestmark"]


@pytest.fixture
def site(transactional_db):
    user = UserFactory(username="monitor", password="a long phrase", is_staff=True, rights=[])
    user.groups.add(Role.objects.get(name=MONITOR))
    DetentionFactory(on=date(2024, 1, 10))
    server = LiveServer("localhost")
    yield server.url
    server.stop()


def quiet(page):
    return page.locator(".queue-item", has_text="Case gone quiet")


def test_recording_the_step_clears_the_item(site, browser):
    page, complaints = signed_in(browser, site, viewport={"width": 390, "height": 844})
    page.click(".front-queue a")
    page.wait_for_url(re.compile("whose=yours"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('.queue-item') !== null")

    quiet(page).locator(".queue-cure a").click()
    page.select_option("#id_kind", "charged")
    page.fill("#id_occurred_from", f"{timezone.localdate()}")
    page.select_option("#id_occurred_precision", "day")
    page.click("input[name=_save]")
    page.wait_for_url(re.compile(r"/legal/step/"))
    page.goto(f"{site}/admin/queue/")

    assert page.locator(".queue-item").count() == 1  # the arrest still wants a link
    assert quiet(page).count() == 0
    assert complaints == []
