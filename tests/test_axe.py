"""What axe-core finds on every kind of screen: nothing serious, in light and in dark.

Each screen is opened once, signed in once. A dark screen is the same page with other colours,
so only its contrasts are looked at again.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from incidents.models import Import, Incident
from legal.models import Arrest, Conviction, Finding, Suspect
from militias.models import CandidateLink, Group
from partners.models import Key
from records.models import Grant, Source, User
from tests import test_front_page_browser as front
from tests.admin_pages import address
from tests.evidence import files_of
from tests.factories import (
    CandidateLinkFactory,
    GrantFactory,
    GroupFactory,
    IncidentFactory,
    KeyFactory,
    StoredFileFactory,
    UserFactory,
)
from tests.imports import checked, line, staged
from tests.starter import load_starter_data

browser = front.browser
pytestmark = front.pytestmark

SERIOUS = {"serious", "critical"}
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
CONTRAST = {"runOnly": ["color-contrast"]}
PHRASE = "a long phrase"
SIGN_IN = "/admin/login/"


@pytest.fixture(scope="module")
def site(as_migrated, django_db_blocker):
    with django_db_blocker.unblock():
        load_starter_data()
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        as_migrated()


@pytest.fixture(scope="module")
def screens(site):
    """{name: address} of every kind of screen, with something to show on each."""
    person = UserFactory(username="layla", password=PHRASE, is_staff=True, is_superuser=True)
    own = {"owner": person.organisation, "created_by": person, "updated_by": person}
    draft = IncidentFactory(title="Rockets at the airport", review_status="draft", **own)
    told = Incident.objects.filter(claims__isnull=False).exclude(pk=draft.pk).first()
    link = CandidateLinkFactory(given_to=GroupFactory(), may_be=GroupFactory())
    file = StoredFileFactory()
    made = KeyFactory(organisation=person.organisation)
    asked = GrantFactory()
    waiting = staged(person, line("1"))
    seen = checked(person, line("1"), line("2", place="Atlantis"), line("3", day="2021-02-30"))
    return {
        "front page": "/admin/",
        "incidents": address(Incident, "changelist"),
        "incident": address(Incident, "change", told.pk),
        "new incident": address(Incident, "add"),
        "draft to submit": address(Incident, "change", draft.pk),
        "submitting": address(Incident, "review", draft.pk, "submit"),
        "quick entry": reverse("admin:incidents_incident_quick"),
        "dossier": address(Incident, "dossier", told.reference),
        "which to merge": address(Incident, "merge", draft.pk),
        "merging": f"{address(Incident, 'merge', draft.pk)}?with={told.reference}",
        "history": address(Incident, "history", told.pk),
        "source": address(Source, "change", file.source_id),
        "files": files_of(file.source),
        "names in question": address(CandidateLink, "open"),
        "decision": address(CandidateLink, "decide", link.pk),
        "group": address(Group, "change", link.given_to_id),
        "imports": address(Import, "changelist"),
        "upload": address(Import, "add"),
        "columns": address(Import, "match", waiting.pk),
        "checked file": address(Import, "change", seen.pk),
        "case": address(Suspect, "case", Suspect.objects.first().reference),
        "people of an arrest": address(Arrest, "people", Arrest.objects.first().reference),
        "ruling": address(Conviction, "ruling", Conviction.objects.first().reference),
        "states": reverse("admin:law"),
        "state": reverse("admin:law_state", args=[Finding.objects.first().state.reference]),
        "codebook": reverse("admin:codebook"),
        "users": address(User, "changelist"),
        "user": address(User, "change", person.pk),
        "requests for sign-ins": address(Grant, "changelist"),
        "request for a sign-in": address(Grant, "change", asked.pk),
        "cannot sign in": reverse("admin:codes_reset", args=[asked.asked_by_id]),
        "keys": address(Key, "changelist"),
        "key": address(Key, "change", made.pk),
        "codes": reverse("admin:codes"),
        "password": reverse("admin:password_change"),
        "interface": reverse("docs"),
    }


@pytest.fixture
def page(browser, site, screens):
    """Signed in. Axe is a script of the test's: the policy of the pages would not let it in."""
    options = {"bypass_csp": True, "reduced_motion": "reduce", "viewport": DESK}
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(site + SIGN_IN)
    page.fill("#id_username", "layla")
    page.fill("#id_password", PHRASE)
    page.press("#id_password", "Enter")
    page.wait_for_url(re.compile(r"/admin/$"))
    yield page
    context.close()


def faults(page, options=None):
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{fault['id']}: {node['target']} {node['html'][:160]}"
        for fault in found
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]


def faults_in_both_lights(page):
    """Without transitions: a colour on its way from one light to the other is of neither."""
    page.add_style_tag(content="* { transition: none !important }")
    light = faults(page)
    page.emulate_media(color_scheme="dark")
    dark = faults(page, CONTRAST)
    page.emulate_media(color_scheme="light")
    return light + [f"dark: {fault}" for fault in dark]


def test_no_screen_has_a_serious_fault(page, site, screens):
    found = []
    for name, where in screens.items():
        assert page.goto(site + where).status == 200, name
        found += [f"{name}, {said}" for said in faults_in_both_lights(page)]
    assert found == []


NARROW = ["front page", "incidents", "quick entry", "dossier", "merging", "checked file"]


def test_nor_has_one_in_arabic_on_a_phone(page, site, screens):
    page.set_viewport_size(PHONE)
    page.context.add_cookies([{"name": "django_language", "value": "ar", "url": site}])
    found = []
    for name in NARROW:
        page.goto(site + screens[name])
        assert page.get_attribute("html", "dir") == "rtl"
        found += [f"{name}, {said}" for said in faults_in_both_lights(page)]
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": site}])
    page.set_viewport_size(DESK)
    assert found == []


def test_nor_has_a_refused_form(page, site, screens):
    found = []
    for name, send in (("new incident", "[name=_save]"), ("quick entry", ".quick-submit input")):
        page.goto(site + screens[name])
        page.fill("[name=occurred_from]", "2021-02-15")
        with page.expect_navigation():
            page.click(send)
        assert page.locator(".errornote").count() == 1
        found += [f"{name}, {said}" for said in faults_in_both_lights(page)]
    assert found == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nor_has_the_sign_in(browser, site, language):
    page = browser.new_context(bypass_csp=True, locale=language).new_page()
    page.goto(site + SIGN_IN)
    page.fill("#id_username", "nobody")
    page.fill("#id_password", "guessed")
    page.press("#id_password", "Enter")
    page.wait_for_selector("[role=alert]")

    assert faults_in_both_lights(page) == []
