"""Signing in, in a real browser: setting up an authenticator, a code, a recovery code."""

import re

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.authenticators import PASSWORD, code_of
from tests.factories import UserFactory
from tests.test_front_page_browser import browser, pytestmark

__all__ = ["browser", "pytestmark"]


@pytest.fixture
def site(transactional_db, settings):
    settings.REQUIRE_2FA = True
    UserFactory(username="noor", password=PASSWORD, is_staff=True)
    server = LiveServer("localhost")
    yield server.url
    server.stop()


def sign_in(page, site, code=""):
    page.goto(f"{site}/admin/login/")
    page.fill("#id_username", "noor")
    page.fill("#id_password", PASSWORD)
    page.fill("#id_code", code)
    page.press("#id_code", "Enter")
    page.wait_for_load_state()


def sign_out(page):
    page.click("#logout-form button")
    page.wait_for_url(re.compile("logout"))


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [1440, 390])
def test_from_the_first_sign_in_to_a_recovery_code(site, browser, language, width):
    context = browser.new_context(viewport={"width": width, "height": 844}, locale=language)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))

    def fits():
        return page.evaluate("document.documentElement.scrollWidth") <= width

    sign_in(page, site)
    assert page.url.endswith("/admin/codes/set-up/")
    assert page.evaluate("document.querySelector('.codes-picture img').naturalWidth") > 0
    assert fits()

    secret = page.inner_text(".codes-secret")
    page.fill("#id_code", code_of(secret))
    page.click(".codes input[type=submit]")
    codes = page.locator(".codes-list code").all_inner_texts()
    assert len(codes) == 10
    assert fits()
    page.reload()
    assert page.locator(".codes-list").count() == 0

    page.goto(f"{site}/admin/")
    sign_out(page)
    sign_in(page, site, code_of(secret, ahead=1))
    assert page.url.endswith("/admin/")

    sign_out(page)
    sign_in(page, site, codes[0])
    assert page.url.endswith("/admin/")

    sign_out(page)
    sign_in(page, site, codes[0])
    assert page.url.endswith("/admin/login/")
    assert page.locator(".sign-in-wrong").count() == 1
    assert fits()
    assert complaints == []
    context.close()
