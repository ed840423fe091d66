"""One group, one place, one attack: found in any spelling wherever one can search."""

import pytest
from django.urls import reverse

from incidents.models import Attribution, Claim, Incident, Place
from militias.models import Group
from records.web_role import WEB_ROLE
from tests.admin_pages import address
from tests.factories import (
    AttributionFactory,
    ClaimFactory,
    GroupFactory,
    GroupNameFactory,
    IncidentFactory,
    OrganisationFactory,
    PersonFactory,
    PlaceFactory,
    PlaceNameFactory,
    UserFactory,
)

NAMES = {  # name, Arabic name, abbreviation, further names
    "Kata'ib Hezbollah": ("كتائب حزب الله", "KH", []),
    "Asa'ib Ahl al-Haq": ("عصائب أهل الحق", "AAH", ["League of the Righteous"]),
    "Saraya Awliya al-Dam": ("سرايا أولياء الدم", "SAD", []),
    "Ashab al-Kahf": ("أصحاب الكهف", "", ["Ahl al-Kahf", "أهل الكهف"]),
    "Quwat Ahrar Hewlêr": ("قوات أحرار هەولێر", "", []),
    "Brigade 45": ("اللواء ٤٥", "", []),
}
SPELLINGS = {
    "Kata'ib Hezbollah": [
        "Kata'ib Hezbollah",
        "Kataib Hizballah",
        "كتائب حزب الله",
        "کتائب حزب الله",  # Persian kaf
        "كـتـائـب حـزب الله",  # tatweel
        "كَتَائِبُ حِزْبِ اللّٰه",  # marks of vowels
        "KH",
        "kh",
    ],
    "Asa'ib Ahl al-Haq": ["عصائب أهل الحق", "عصائب اهل الحق", "AAH", "Asaib", "Asaib Ahl el-Haqq"],
    "Saraya Awliya al-Dam": ["Saraya Awliya al-Dam", "سرايا أولياء الدم", "Saraya Auliya Addam"],
    "Ashab al-Kahf": ["Ahl al-Kahf", "أهل الكهف", "Ahl alkahf", "اهل الکهف"],
    "Quwat Ahrar Hewlêr": ["قوات احرار ههولير", "قوات أحرار ھەولێر"],
    "Brigade 45": ["Brigade ٤٥", "brigade ۴۵", "لواء 45"],
}
CASES = [(name, spelling) for name, spellings in SPELLINGS.items() for spelling in spellings]


@pytest.fixture
def browser(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True, clearance="TLP:AMBER+STRICT"))
    return client


@pytest.fixture
def groups():
    made = {}
    for name, (name_ar, abbreviation, others) in NAMES.items():
        group = made[name] = GroupFactory(name=name, name_ar=name_ar, abbreviation=abbreviation)
        for text in others:
            GroupNameFactory(bearer=group, text=text)
    return made


def listed(browser, model, term):
    page = browser.get(address(model, "changelist"), {"q": term})
    return set(page.context["cl"].result_list.values_list("pk", flat=True))


def asked(browser, model, noun, **parameters):
    found = browser.get(f"/api/v1/{noun}/", parameters).json()["results"]
    references = [row["reference"] for row in found]
    return set(model.objects.filter(reference__in=references).values_list("pk", flat=True))


def typed(browser, term, **field):
    field = {"app_label": "incidents", "model_name": "claim", "field_name": "group"} | field
    found = browser.get(reverse("admin:autocomplete"), {"term": term, **field}).json()
    return {int(row["id"]) for row in found["results"]}


@pytest.mark.parametrize(("name", "spelling"), CASES)
def test_every_face_finds_a_group_in_every_spelling(browser, groups, name, spelling):
    """The list of groups, the choice of one, the API; and what the group is said to have done."""
    group = groups[name]
    claim = ClaimFactory(group=group, channel="")
    attribution = AttributionFactory(group=group)
    ClaimFactory(group=GroupFactory(name="Zulfiqar"), channel="")
    incidents = {claim.incident_id, attribution.incident_id}

    assert {
        "list of groups": listed(browser, Group, spelling),
        "choice of a group": typed(browser, spelling),
        "groups over the API": asked(browser, Group, "groups", name=spelling),
        "list of claims": listed(browser, Claim, spelling),
        "list of attributions": listed(browser, Attribution, spelling),
        "list of incidents": listed(browser, Incident, spelling),
        "incidents over the API": asked(browser, Incident, "incidents", q=spelling),
    } == {
        "list of groups": {group.pk},
        "choice of a group": {group.pk},
        "groups over the API": {group.pk},
        "list of claims": {claim.pk},
        "list of attributions": {attribution.pk},
        "list of incidents": incidents,
        "incidents over the API": incidents,
    }


@pytest.mark.parametrize(
    "spelling", ["Erbil", "ERBIL", "أربيل", "ھەولێر", "هه‌ولێر", "ههولير", "اربیل", "Hewler"]
)
def test_every_face_finds_a_place_in_every_spelling(browser, spelling):
    governorate = PlaceFactory(name="Erbil", name_ar="أربيل", kind="governorate")
    PlaceNameFactory(bearer=governorate, text="هەولێر", language="ckb")
    PlaceNameFactory(bearer=governorate, text="Hewlêr", language="ku")
    site = PlaceFactory(name="A consulate", governorate=governorate)
    incident = IncidentFactory(title="Rockets", place=site)
    IncidentFactory(title="Drones", place=PlaceFactory(name="Basra"))
    field = {"model_name": "incident", "field_name": "place"}

    assert listed(browser, Place, spelling) == {governorate.pk}
    assert typed(browser, spelling, **field) == {governorate.pk}
    assert asked(browser, Place, "places", name=spelling) == {governorate.pk}
    assert listed(browser, Incident, spelling) == {incident.pk}
    assert asked(browser, Incident, "incidents", q=spelling) == {incident.pk}


def test_who_is_said_to_have_done_it_finds_the_incident_and_who_is_said_not_to_does_not(browser):
    person = PersonFactory(name="Qais al-Khazali", name_ar="قيس الخزعلي")
    said = AttributionFactory(group=None, person=person)
    AttributionFactory(group=None, person=person, stance="denies")

    assert listed(browser, Incident, "Qays al-Khazali") == {said.incident_id}


HIDDEN = {"marking": "TLP:RED", "readers": [10**9]}


@pytest.mark.parametrize("hidden", ["claim", "group"])
@pytest.mark.parametrize("role", [WEB_ROLE, "none"], ids=["both walls", "first wall alone"])
def test_a_hidden_claim_or_name_finds_nothing(monkeypatch, browser, hidden, role):
    monkeypatch.setattr("records.viewer.WEB_ROLE", role)
    group = GroupFactory(name="Zulfiqar", **HIDDEN if hidden == "group" else {})
    ClaimFactory(group=group, owner=OrganisationFactory(), **HIDDEN if hidden == "claim" else {})

    assert listed(browser, Incident, "Zulfiqar") == set()
    assert asked(browser, Incident, "incidents", q="Zulfiqar") == set()


def test_a_search_costs_the_same_however_much_it_finds(browser, count_queries):
    def search():
        return browser.get(address(Incident, "changelist"), {"q": "Kataib"})

    group = GroupFactory(name="Kata'ib Hezbollah")
    ClaimFactory(group=group)
    search()
    cost = count_queries(search)
    ClaimFactory.create_batch(9, group=group)

    assert count_queries(search) == cost
