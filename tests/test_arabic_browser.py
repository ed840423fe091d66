"""A session in Arabic from end to end: signing in, an attack logged, its dossier read."""

import re

import pytest
from pytest_django.live_server_helper import LiveServer

from incidents.models import Incident
from tests import test_front_page_browser as front
from tests.factories import GroupFactory, PlaceFactory
from tests.imports import importer
from tests.test_quick_browser import PHRASE, Phone

browser = front.browser
pytestmark = front.pytestmark
QUICK = "/admin/incidents/incident/quick/"


@pytest.fixture(scope="module")
def site(as_migrated, django_db_blocker):
    with django_db_blocker.unblock():
        importer(username="amal", password=PHRASE)
        PlaceFactory(name="Erbil airport", name_ar="مطار أربيل")
        GroupFactory(name="Saraya Awliya al-Dam", name_ar="سرايا أولياء الدم")
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        as_migrated()


def is_arabic(page):
    html = page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("dir")) == ("ar", "rtl")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return True


def test_an_attack_is_logged_and_read_in_arabic(site, browser):
    phone = Phone(browser, site, "amal", QUICK, locale="ar")
    page = phone.page
    assert is_arabic(page)
    assert page.inner_text("label[for=id_kind]") == "النوع"

    phone.type("#id_occurred_from", "2021-02-15")
    phone.name("#id_place", "مطار اربيل")
    phone.choose("#id_kind", "rocket_attack")
    phone.name("#id_claim-group", "سرايا اولياء الدم")
    phone.tap(".quick-arabic summary")
    phone.type("#id_title_ar", "صواريخ على مطار أربيل")
    phone.tap(".quick-submit input")
    page.wait_for_url(re.compile(r"/incident/\d+/change/"))
    assert is_arabic(page)

    made = Incident.objects.get()
    assert (made.place.name, made.title_ar) == ("Erbil airport", "صواريخ على مطار أربيل")
    assert made.claims.get().group.name == "Saraya Awliya al-Dam"

    page.click("a[href$='/dossier/']")
    page.wait_for_url(re.compile("/dossier/"))
    assert is_arabic(page)
    read = page.inner_text("article")
    for said in ("صواريخ على مطار أربيل", "سرايا أولياء الدم", "مطار أربيل", "15 فبراير 2021"):
        assert said in read
    assert phone.complaints == []
