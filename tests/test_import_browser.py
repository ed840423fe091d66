"""A file with three kinds of bad row, imported in a real browser, on a phone's screen too."""

import re

import pytest
from django.contrib.auth.models import Group as Role
from pytest_django.live_server_helper import LiveServer

from incidents.models import Incident
from records.roles import DATA_ENTRY
from tests import test_front_page_browser as front
from tests.factories import PlaceFactory, UserFactory
from tests.imports import HEADER, line

browser = front.browser
pytestmark = front.pytestmark
PHRASE = "a long phrase"
FILE = [
    HEADER,
    line("1"),
    line("2", place="Atlantis"),
    line("3", day="2021-02-30"),
    line("4", kind="Nuisance"),
]


@pytest.fixture(scope="module")
def site(as_migrated, django_db_blocker):
    with django_db_blocker.unblock():
        person = UserFactory(username="amal", password=PHRASE, is_staff=True, rights=[])
        person.groups.add(Role.objects.get(name=DATA_ENTRY))
        PlaceFactory(name="Erbil")
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        as_migrated()


@pytest.mark.parametrize(("width", "year"), [(390, "2014"), (1440, "2017")])
def test_a_file_with_three_kinds_of_bad_row(site, browser, tmp_path, width, year):
    file = tmp_path / f"attacks-{width}.csv"
    file.write_text("\n".join(FILE).replace("2021", year))
    page = browser.new_context(viewport={"width": width, "height": 844}).new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{site}/admin/login/?next=/admin/incidents/import/add/")
    page.fill("#id_username", "amal")
    page.fill("#id_password", PHRASE)
    page.press("#id_password", "Enter")
    page.wait_for_url(re.compile("/import/add/$"))

    page.set_input_files("#id_file", file)
    page.fill("#id_publisher", "A monitor")
    page.click(".submit-row input")
    page.fill("#id_dataset", f"set{width}")
    page.click(".submit-row input")
    page.wait_for_selector(".import-counts")
    before = Incident.objects.count()
    wrong = page.locator(".import-problems").all_inner_texts()
    assert ["Atlantis" in wrong[0], "no day there is" in wrong[1], "Nuisance" in wrong[2]] == [
        True
    ] * 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    with page.expect_download() as sent:
        page.click("text=Rows with errors, as a file")
    assert len(sent.value.path().read_text().splitlines()) == 4
    page.click("text=leave out those with errors")
    page.wait_for_selector(".import-counts .import-imported")

    assert Incident.objects.count() == before + 1
    assert complaints == []
