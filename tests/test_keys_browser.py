"""A partner's key in a real browser: made by one, approved by another, used, and revoked."""

import re

import pytest
from django.contrib.auth.models import Group as Role
from pytest_django.live_server_helper import LiveServer

from partners.models import FORM
from records.roles import ADMINISTRATOR
from tests.factories import OrganisationFactory, UserFactory
from tests.test_front_page_browser import browser, pytestmark

__all__ = ["browser", "pytestmark"]

PASSWORD = "a long phrase"


@pytest.fixture
def site(transactional_db):
    OrganisationFactory(slug="partner", name="Partner")
    for name in ("maker", "second"):
        user = UserFactory(username=name, password=PASSWORD, is_staff=True, rights=[])
        user.groups.add(Role.objects.get(name=ADMINISTRATOR))
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def signed_in(browser, site):
    """Makes a page of somebody. What browsers complain about is collected."""
    complaints = []

    def page_of(name):
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{site}/admin/login/?next=/admin/")
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        page.press("#id_password", "Enter")
        page.wait_for_url(re.compile(r"/admin/$"))
        return page

    yield page_of
    assert complaints == []


def act(page, address, name):
    """Opens the page of a key, follows what it offers, and sends that page back."""
    page.goto(address)
    page.click(f".object-tools a[href$='/{name}/']")
    if name == "revoke":
        page.fill("#id_reason", "The laptop was stolen.")
    with page.expect_navigation():
        page.click(".submit-row input[type=submit]")
    assert page.url == address


def test_a_key_from_its_making_to_its_end(signed_in, browser, site):
    maker = signed_in("maker")
    maker.goto(f"{site}/admin/partners/key/add/")
    maker.select_option("#id_organisation", label="Partner")
    maker.fill("#id_label", "nightly mirror")
    with maker.expect_navigation():
        maker.click("[name=_save]")
    secret = maker.inner_text(".codes-secret code")
    assert FORM.fullmatch(secret)
    assert maker.evaluate("document.documentElement.scrollWidth") <= 390
    maker.click(".codes-go a")
    maker.wait_for_url(re.compile(r"/change/"))
    address = maker.url
    assert secret not in maker.content()

    sent = {"Authorization": f"Bearer {secret}"}
    partner = browser.new_context(extra_http_headers=sent).request

    def asked():
        answer = partner.get(f"{site}/api/v1/incidents/")
        return answer.status

    assert asked() == 401
    act(signed_in("second"), address, "approve")
    assert asked() == 200
    act(maker, address, "revoke")
    assert asked() == 401
    assert "The laptop was stolen." in maker.inner_text("#content")
