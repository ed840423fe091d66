"""Lists and refused forms on screens of every width: what is said, and where one is led."""

import re

import pytest
from django.contrib.auth.models import Group as Role

from incidents.models import Claim, Incident
from legal.models import Arrest
from records.roles import MONITOR
from tests.admin_pages import address, form_data
from tests.factories import ClaimFactory, IncidentFactory, UserFactory


@pytest.fixture
def browser(client):
    user = UserFactory(is_staff=True, rights=[], clearance="TLP:RED")
    user.groups.add(Role.objects.get(name=MONITOR))
    client.force_login(user)
    return client


def test_every_cell_of_a_list_knows_the_heading_of_its_column(browser):
    ClaimFactory(incident=IncidentFactory(title="<b>Rockets</b>"))

    page = browser.get(address(Incident, "changelist")).text

    cells = re.findall(r'<t[dh] data-label="([^"]+)" class="field-(\w+)', page)
    assert {
        ("Title", "title"),
        ("Claimed by", "claimed_by"),
        ("Status", "state"),
    } <= set(cells)
    assert "&lt;b&gt;Rockets" in page
    assert "<b>Rockets" not in page


def test_a_refused_form_lists_what_is_wrong_and_leads_there(browser):
    page = address(Incident, "add")

    refused = browser.post(page, form_data(browser.get(page)))

    said = {id_: label for id_, label, _why in refused.context["refusals"]}
    assert said["id_title"] == "Title"
    assert said["id_place"] == "Place"
    for id_ in said:
        assert f'href="#{id_}"' in refused.text
        assert f'id="{id_}"' in refused.text
    assert "refusals.js" in refused.text


def test_a_refused_row_is_among_them(browser):
    page = address(Claim, "add")
    row = {"citations-TOTAL_FORMS": 1, "citations-0-support": "states"}

    refused = browser.post(page, form_data(browser.get(page)) | row | {"citations-0-pinpoint": "x"})

    assert "id_citations-0-source" in {each[0] for each in refused.context["refusals"]}


def test_a_form_that_is_not_refused_says_nothing_of_it(browser):
    shown = browser.get(address(Arrest, "add"))

    assert "refusals" not in shown.context
    assert "refusals.js" not in shown.text
