"""A source made by pasting its address, and a file stored with it, on a phone's screen."""

import re

import pytest
from pytest_django.live_server_helper import LiveServer

from incidents.models import IncidentCitation
from records.models import Source, StoredFile
from tests import test_front_page_browser as front
from tests.admin_pages import address
from tests.evidence import PDF, files_of
from tests.factories import IncidentFactory
from tests.imports import importer

browser = front.browser
pytestmark = front.pytestmark
PHRASE = "a long phrase"
PASTED = "https://www.reuters.com/world/erbil?utm_source=x"


@pytest.fixture(scope="module")
def site(as_migrated, django_db_blocker):
    with django_db_blocker.unblock():
        person = importer(username="amal", password=PHRASE)
        IncidentFactory(review_status="draft", owner=person.organisation, created_by=person)
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        as_migrated()


def test_an_address_becomes_a_source_and_a_file_is_stored(site, browser, tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    file = tmp_path / "ruling.pdf"
    file.write_bytes(PDF)
    incident = IncidentFactory._meta.model.objects.get()
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{site}/admin/login/?next={address(type(incident), 'change', incident.pk)}")
    page.fill("#id_username", "amal")
    page.fill("#id_password", PHRASE)
    page.press("#id_password", "Enter")

    page.click("#citations-group .add-row a")
    page.click("#citations-0 .field-source .select2-selection")
    page.fill(".select2-search__field", PASTED)
    page.click("text=New source: reuters.com")
    page.click("input[name=_continue]")
    page.click(".messagelist a:has-text('reuters.com')")
    page.wait_for_selector("#id_address")
    source = Source.objects.get()
    assert (source.address, IncidentCitation.objects.get().source) == (PASTED, source)

    page.fill("#id_archived_address", "javascript:alert(1)")
    page.press("#id_archived_address", "Tab")
    page.wait_for_selector(".address-known:has-text('begins with https')")
    page.goto(f"{site}{files_of(source)}")
    page.set_input_files("#id_file", file)
    page.click(".submit-row input")
    page.wait_for_selector(".file-hash")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_download() as sent:
        page.click(".files-list h2 a")

    assert sent.value.suggested_filename == "ruling.pdf"
    assert sent.value.path().read_bytes() == PDF == open_of(StoredFile.objects.get())
    assert re.search(r"^evidence/", StoredFile.objects.get().file.name)
    assert complaints == []


def open_of(stored):
    with stored.file.open() as kept:
        return kept.read()
