"""An attack logged on a phone, in a real browser: few touches, no duplicate, nothing lost."""

import re

import pytest
from django.contrib.auth.models import Group as Role
from pytest_django.live_server_helper import LiveServer

from incidents.models import Attribution, CasualtyFigure, Claim, Incident
from records.models import Source
from records.roles import DATA_ENTRY
from tests import test_front_page_browser as front
from tests.factories import A_DAY, GroupFactory, IncidentFactory, PlaceFactory, UserFactory

browser = front.browser
pytestmark = front.pytestmark
PHRASE = "a long phrase"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
MOST_INTERACTIONS = 25
KEPT = "Object.entries(localStorage).filter(([key]) => key.startsWith('musaala-kept:'))"


@pytest.fixture(scope="module")
def site(as_migrated, django_db_blocker):
    with django_db_blocker.unblock():
        for name in ("amal", "badr"):
            person = UserFactory(username=name, password=PHRASE, is_staff=True, rights=[])
            person.groups.add(Role.objects.get(name=DATA_ENTRY))
        point = {"latitude": 36.24, "longitude": 43.96, "point_radius_m": 1000}
        erbil = PlaceFactory(name="Erbil airport", **point)
        for name in ("Saraya Awliya al-Dam", "Kataib Sayyid al-Shuhada"):
            GroupFactory(name=name)
        IncidentFactory(title="Rockets at Erbil", kind="rocket_attack", place=erbil, on=A_DAY)
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        as_migrated()


class Phone:
    """A page that counts what the person does on it."""

    def __init__(self, browser, site, name, next_="/admin/incidents/incident/quick/", **options):
        self.page = browser.new_context(**PHONE | options).new_page()
        self.done, self.complaints = 0, []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{site}/admin/login/?next={next_}")
        self.sign_in(name)
        self.page.wait_for_url(f"**{next_}")

    def _listen(self, said):
        if said.type == "error":
            self.complaints.append(said.text)

    def sign_in(self, name):
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", PHRASE)
        self.page.press("#id_password", "Enter")

    def tap(self, what):
        self.done += 1
        self.page.tap(what)

    def type(self, field, text):
        self.done += 1
        self.page.fill(field, text)

    def choose(self, field, value):
        self.done += 1
        self.page.select_option(field, value)

    def name(self, field, text):
        """Type a name in some spelling, and touch what is offered."""
        self.type(field, text)
        self.tap(f"{field}_offered [role=option]")

    def kept(self):
        return self.page.evaluate(KEPT)


def test_an_attack_is_logged_in_few_touches_and_warned_of_its_twin(site, browser):
    phone = Phone(browser, site, "amal", "/admin/")
    phone.tap(".front-log a")
    phone.type("#id_occurred_from", "2021-02-15")
    phone.type("#id_time_from", "21:15")
    phone.name("#id_place", "irbil airport")
    phone.choose("#id_kind", "rocket_attack")
    phone.choose("#id_weapon", "rocket_107")
    phone.choose("#id_target_kind", "civil_airport")
    phone.page.wait_for_selector("#quick-alike .alike-likely")
    assert "Rockets at Erbil" in phone.page.inner_text("#quick-alike")
    assert phone.page.input_value("#id_title") == "Rocket attack, Erbil airport, 2021-02-15"
    phone.type("#id_killed-low", "1")
    phone.type("#id_killed-high", "2")
    phone.type("#id_wounded-low", "9")
    phone.name("#id_claim-group", "saraya awlia")
    phone.type("#id_claim-channel", "Telegram")
    phone.type("#id_claim-address", "https://t.me/sad/1")
    phone.name("#id_attribution-group", "sayid shuhada")
    phone.type("#id_attribution-asserted_by", "The police")
    phone.choose("#id_attribution-confidence", "likely")
    phone.type("#id_source-address", "https://example.org/rockets")
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.tap(".quick-submit input")
    phone.page.wait_for_selector(".quick-asked")
    assert phone.page.evaluate("document.activeElement.id") == "quick-asked-title"
    with phone.page.expect_navigation():
        phone.page.press("#id_claim-channel", "Enter")  # is no answer to what is asked
    assert not Incident.objects.filter(created_by__username="amal").exists()
    assert phone.page.input_value("#id_claim-channel") == "Telegram"
    phone.tap(".quick-asked button:visible")
    phone.page.wait_for_url(re.compile(r"/incident/\d+/change/"))

    assert phone.done <= MOST_INTERACTIONS
    made = Incident.objects.get(created_by__username="amal")
    for model in (Claim, Attribution, Source):
        assert model.objects.filter(created_by__username="amal").count() == 1
    assert CasualtyFigure.objects.filter(incident=made).count() == 2
    assert phone.kept() == []
    assert phone.complaints == []
    publish = phone.page.locator(".review-bar :is(a, button):has-text('Publish')")
    assert not any(each.is_enabled() for each in publish.all())
    assert made.review_status == "draft"


def test_what_is_typed_is_kept_sealed_until_it_is_thrown_away(site, browser):
    phone = Phone(browser, site, "amal")
    phone.type("#id_target_name", "the house of a witness")
    phone.page.wait_for_selector("#quick-kept:not([hidden])")
    assert "witness" not in str(phone.kept())

    phone.page.reload()
    phone.page.wait_for_selector("#quick-kept:not([hidden])")
    assert phone.page.input_value("#id_target_name") == "the house of a witness"

    other_tab = phone.page.context.new_page()
    other_tab.goto(phone.page.url)
    other_tab.click("#quick-take-up")
    assert other_tab.input_value("#id_target_name") == "the house of a witness"
    other_tab.wait_for_selector("#quick-kept:not([hidden])")
    with other_tab.expect_navigation():
        other_tab.click("#quick-throw")
    assert other_tab.evaluate(KEPT) == []
    assert other_tab.input_value("#id_target_name") == ""


def test_nobody_else_opens_what_is_kept_and_signing_out_throws_it_away(site, browser):
    phone = Phone(browser, site, "amal")
    phone.type("#id_target_name", "the house of a witness")
    phone.page.wait_for_selector("#quick-kept:not([hidden])")
    phone.page.context.clear_cookies()  # as if the session had ended
    phone.page.goto(f"{site}/admin/login/?next=/admin/incidents/incident/quick/")
    phone.sign_in("badr")
    phone.page.wait_for_selector("#quick-form")
    assert phone.page.input_value("#id_target_name") == ""
    assert not phone.page.is_visible("#quick-offered")
    assert len(phone.kept()) == 1

    phone.page.click("#logout-form button")
    phone.page.wait_for_load_state()
    assert phone.kept() == []


def test_a_day_later_it_is_gone(site, browser):
    phone = Phone(browser, site, "amal")
    old = "JSON.stringify({ at: Date.now() - 24.1 * 3600 * 1000, iv: '', sealed: '' })"
    phone.page.evaluate(f"localStorage.setItem('musaala-kept:a:b', {old})")

    phone.page.goto(f"{site}/admin/")

    assert phone.kept() == []


def test_a_touched_point_chooses_the_place_near_it(site, browser):
    phone = Phone(browser, site, "amal")
    phone.tap("#quick-map-box summary")
    phone.page.wait_for_selector(".quick-outline")
    phone.page.wait_for_timeout(500)
    phone.page.locator("#quick-map").tap()  # in its middle, once it is in sight
    phone.tap("#quick-near .quick-choice:last-child")

    assert "in " in phone.page.inner_text("#quick-near p")
    assert phone.page.evaluate("document.activeElement.id") == "id_new-name"
    assert float(phone.page.input_value("#id_new-latitude")) == pytest.approx(33, abs=1.5)
    assert phone.complaints == []


def test_the_cursor_stands_where_something_is_wrong(site, browser):
    phone = Phone(browser, site, "amal")
    phone.type("#id_occurred_from", "2021-03-15")
    phone.type("#id_place", "Atlantis")
    phone.tap(".quick-submit input")
    phone.page.wait_for_selector(".quick-wrong")

    assert phone.page.evaluate("document.activeElement.id") == "id_place"
    assert phone.page.input_value("#id_place") == "Atlantis"
    assert phone.page.is_visible("#quick-kept")


def test_it_works_without_a_script(site, browser):
    phone = Phone(browser, site, "badr", java_script_enabled=False)
    phone.type("#id_occurred_from", "2022-03-01")
    phone.type("#id_place", "Irbil airport")
    phone.choose("#id_kind", "ambush")
    phone.page.click(".quick-submit input")
    phone.page.wait_for_url(re.compile(r"/incident/\d+/change/"))

    assert Incident.objects.get(created_by__username="badr").kind == "ambush"
