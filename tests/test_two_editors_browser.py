"""Two people edit one incident in two real browsers: both edits end up in it."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from incidents.models import Incident
from records.models import User
from tests import test_front_page_browser as front
from tests.admin_pages import form_data
from tests.factories import IncidentFactory, UserFactory, cite

browser = front.browser
pytestmark = front.pytestmark
PHRASE = "a long phrase"


@pytest.fixture(scope="module")
def site(as_migrated, django_db_blocker):
    """Served pages read what is committed, so the rows are, and are taken away afterwards."""
    with django_db_blocker.unblock():
        for name in ("amal", "badr"):
            UserFactory(username=name, password=PHRASE, is_staff=True, is_superuser=True)
        for _attack in range(2):
            attack = IncidentFactory(title="Rockets at Erbil", summary="Three rockets fell.")
            cite(attack, pinpoint="p. 1")
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        as_migrated()


@pytest.fixture
def incident(site):
    return Incident.objects.filter(title="Rockets at Erbil").first()


def opened(browser, site, name, incident, **context):
    page = browser.new_context(**context).new_page()
    page.goto(f"{site}/admin/login/?next=/admin/incidents/incident/{incident.pk}/change/")
    page.fill("#id_username", name)
    page.fill("#id_password", PHRASE)
    page.press("#id_password", "Enter")
    page.wait_for_url(re.compile("/change/$"))
    return page


def save(page):
    if page.locator("#id_change_reason").count():
        page.fill("#id_change_reason", "As the police say.")
    page.click("input[name=_continue]")
    page.wait_for_load_state()


def test_both_edits_end_up_in_the_incident(site, browser, incident):
    amal = opened(browser, site, "amal", incident)
    badr = opened(browser, site, "badr", incident, viewport={"width": 1440, "height": 900})

    amal.fill("#id_title", "Rockets at Erbil airport")
    amal.fill("#id_summary", "Three rockets fell Nobody was hurt.")
    save(amal)
    badr.fill("#id_summary", "Three rockets fell Two people were wounded.")
    badr.fill("#id_citations-0-pinpoint", "p. 4")
    save(badr)

    assert "Nothing has been saved" in badr.inner_text(".errornote + .errorlist")
    assert badr.input_value("#id_title") == "Rockets at Erbil airport"
    assert badr.input_value("#id_citations-0-pinpoint") == "p. 4"
    assert badr.evaluate("document.activeElement.id") == "id_summary"
    stored, own = badr.locator(".both-texts dd").all_inner_texts()
    assert "Nobody was hurt." in stored
    assert "Two people were wounded." in own

    badr.fill("#id_summary", "Three rockets fell Two people were wounded. Nobody died.")
    save(badr)
    incident.refresh_from_db()
    assert incident.title == "Rockets at Erbil airport"
    assert incident.summary.endswith("Two people were wounded. Nobody died.")
    assert incident.citations.get().pinpoint == "p. 4"


def add_words(address, words):
    """Adds each word to the summary until that is acknowledged, as one of many editors would."""
    client = Client()
    client.force_login(User.objects.get(username="amal"))
    for word in words:
        form = form_data(client.get(address))
        while True:
            sent = form | {"summary": f"{form['summary']} {word}"}
            answer = client.post(address, sent)
            if answer.status_code == 302:
                break
            assert answer.status_code == 200
            form = form_data(client.get(address))
    connections.close_all()


def test_of_many_editors_at_once_none_loses_a_word(site, incident):
    address = f"/admin/incidents/incident/{incident.pk}/change/"
    words = [[f"e{editor}r{round}" for round in range(3)] for editor in range(4)]

    with ThreadPoolExecutor(len(words)) as editors:
        list(editors.map(lambda own: add_words(address, own), words))

    incident.refresh_from_db()
    written = incident.summary.split()[-12:]
    assert sorted(written) == sorted(word for own in words for word in own)


def test_the_cursor_of_a_refused_new_record_stands_in_the_wrong_field(site, browser, incident):
    page = opened(browser, site, "amal", incident)
    page.goto(f"{site}/admin/incidents/incident/add/")
    page.fill("#id_title", "Drones")
    page.fill("#id_occurred_from", "yesterday")
    page.select_option("#id_kind", "drone_attack")
    save(page)
    page.wait_for_timeout(300)

    assert page.evaluate("document.activeElement.id") == "id_occurred_from"


def test_both_texts_fit_a_phone(site, browser, incident):
    amal = opened(browser, site, "amal", incident)
    phone = opened(browser, site, "badr", incident, viewport={"width": 390, "height": 844})
    amal.fill("#id_summary", "Four rockets. " * 80)
    save(amal)
    phone.fill("#id_summary", "Five rockets. " * 80)
    save(phone)

    assert phone.locator(".both-texts").count() == 1
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
