"""The lists of the admin: search in any spelling, lookups that are refused, columns."""

from datetime import date

import pytest
from django.urls import reverse

from incidents.models import Incident
from legal.models import Arrest
from militias.models import Group, Relation
from tests.admin_pages import address, form_data
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
    ClaimFactory,
    GovernorateFactory,
    GroupFactory,
    IncidentFactory,
    PlaceFactory,
    RelationFactory,
    UserFactory,
)


@pytest.fixture
def browser(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def kataib():
    GroupFactory(name="Asa'ib Ahl al-Haq", abbreviation="AAH")
    return GroupFactory(name="Kata'ib Hezbollah", name_ar="كتائب حزب الله", abbreviation="KH")


SPELLINGS = ["كتائب حزب الله", "Kataib Hizballah", "KH", "kata’ib hizbullah"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_group_is_found_in_any_spelling(browser, kataib, spelling):
    found = browser.get(address(Group, "changelist"), {"q": spelling}).context["cl"].queryset

    assert list(found) == [kataib]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_group_is_chosen_in_any_spelling(browser, kataib, spelling):
    asked = {"app_label": "incidents", "model_name": "claim", "field_name": "group"}
    answer = browser.get(reverse("admin:autocomplete"), asked | {"term": spelling}).json()

    assert answer["results"] == [{"id": str(kataib.pk), "text": "Kata'ib Hezbollah (KH)"}]


def test_the_best_match_stands_first(browser, kataib):
    GroupFactory(name="Brigade of Katib Hizbula")
    page = address(Group, "changelist")

    found = browser.get(page, {"q": "Kata'ib Hezbollah"}).context["cl"]

    assert found.result_count == 2
    assert found.queryset.first() == kataib


def test_an_abbreviation_stands_before_names_that_contain_it(browser, kataib):
    GroupFactory(name="KH Airlines")

    found = browser.get(address(Group, "changelist"), {"q": "kh"}).context["cl"]

    assert found.result_count == 2
    assert found.queryset.first() == kataib


def test_a_column_chosen_for_sorting_outdoes_the_best_match(browser):
    GroupFactory(name="Kata'ib Hezbollah")
    last = GroupFactory(name="Zealots of Kata'ib Hezbollah")

    sorted_down = {"q": "Kata'ib Hezbollah", "o": "-1"}
    found = browser.get(address(Group, "changelist"), sorted_down).context["cl"].queryset

    assert found.first() == last


@pytest.mark.parametrize(
    "term", ["al-Dora", "الدوره", "baghdad", "rockets", "refinery", "0000-7777"]
)
def test_an_incident_is_found_by_words_and_place(browser, term):
    baghdad = GovernorateFactory(name="Baghdad")
    dora = PlaceFactory(name="Dora", name_ar="الدورة", governorate=baghdad)
    incident = IncidentFactory(
        place=dora, title="Rockets", target_name="Refinery", reference="0000-7777-0000"
    )
    IncidentFactory(title="Shooting", place__name="Basra")

    found = browser.get(address(Incident, "changelist"), {"q": term}).context["cl"].queryset

    assert list(found) == [incident]


def test_a_relation_is_found_by_its_groups_in_any_spelling(browser, kataib):
    relation = RelationFactory(to_group=kataib)
    RelationFactory()

    found = browser.get(address(Relation, "changelist"), {"q": "Kataib Hizballah"}).context["cl"]

    assert list(found.queryset) == [relation]


def test_a_term_no_text_can_hold_is_refused(browser):
    asked = {"app_label": "incidents", "model_name": "claim", "field_name": "group", "term": "\0"}

    assert browser.get(reverse("admin:autocomplete"), asked).status_code == 400


# Lists


@pytest.mark.parametrize(
    "asked",
    ["summary__regex=.", "id__gte=1", "owner__name=x", "created_by__password__startswith=a"],
)
def test_a_lookup_that_no_filter_offers_is_refused(browser, asked):
    assert browser.get(f"{address(Incident, 'changelist')}?{asked}").status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        "kind__exact=rocket_attack",
        "occurred_from__year=2021&occurred_from__month=2",
        "review_status__exact=published",
        "marking__exact=TLP%3ACLEAR",
    ],
)
def test_a_lookup_that_a_filter_offers_is_answered(browser, asked):
    incident = IncidentFactory()

    found = browser.get(f"{address(Incident, 'changelist')}?{asked}").context["cl"].queryset

    assert list(found) == [incident]


def test_incidents_are_filtered_by_governorate_claimant_and_attribution(browser):
    dora = PlaceFactory(governorate=GovernorateFactory())
    attack = IncidentFactory(place=dora)
    claim = ClaimFactory(incident=attack)
    ClaimFactory(incident=attack, group=claim.group)
    said = AttributionFactory(incident=attack)
    ClaimFactory(), AttributionFactory()
    page = address(Incident, "changelist")

    for asked in [
        {"in_governorate": dora.governorate.pk},
        {"claimant": claim.group.pk},
        {"attributed": said.group.pk},
    ]:
        assert list(browser.get(page, asked).context["cl"].queryset) == [attack]

    assert not browser.get(page, {"claimant": "nobody"}).context["cl"].queryset


def test_an_incident_shows_the_attribution_that_prevails_first(browser):
    attack = IncidentFactory()
    AttributionFactory(incident=attack, group__name="Weakly named", confidence="possible")
    AttributionFactory(incident=attack, group__name="Surely named", confidence="confirmed")
    AttributionFactory(
        incident=attack,
        group__name="Wrongly named",
        confidence="confirmed",
        review_status="withdrawn",
        withdrawn_reason="Misread.",
    )

    page = browser.get(address(Incident, "changelist")).content.decode()

    assert "Surely named (Confirmed), +1" in page
    assert "Wrongly named" not in page.partition('id="result_list"')[2].partition("</table>")[0]


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(13, 14, "13–14"), (13, 13, "13"), (5, None, "5–?"), (None, None, "?")],
)
def test_an_unknown_number_of_detained_is_not_zero(browser, low, high, shown):
    ArrestFactory(detained_low=low, detained_high=high)

    page = browser.get(address(Arrest, "changelist")).content.decode()

    assert f'class="field-detained">{shown}</td>' in page


def test_an_arrest_leads_to_its_links(browser):
    link = ArrestLinkFactory(contested=True)
    ArrestLinkFactory()

    page = browser.get(address(Arrest, "changelist")).content.decode()
    target = f"{address(type(link), 'changelist')}?arrest__id__exact={link.arrest.pk}"

    assert f'<a href="{target}">1 (1 contested)</a>' in page
    assert list(browser.get(target).context["cl"].queryset) == [link]


def test_a_day_drilled_down_to_lists_only_what_certainly_lies_in_it(browser):
    exact = IncidentFactory(on=date(2021, 4, 1))
    month = IncidentFactory(
        occurred_from=date(2021, 4, 1), occurred_to=date(2021, 4, 30), occurred_precision="month"
    )
    torn = IncidentFactory(about=(date(2021, 4, 20), date(2021, 5, 3)))

    def listed(**parts):
        asked = {f"occurred_from__{part}": value for part, value in parts.items()}
        page = browser.get("/admin/incidents/incident/", asked)
        return set(page.context["cl"].queryset)

    assert listed(year=2021) == {exact, month, torn}
    assert listed(year=2021, month=4) == {exact, month}
    assert listed(year=2021, month=4, day=1) == {exact}


def test_a_nul_in_an_address_is_a_bad_request(browser):
    page = browser.get("/admin/incidents/incident/?marking__exact=%00")

    assert page.status_code == 400


def test_publishing_a_record_says_that_its_parts_are_still_drafts(browser):
    claim = ClaimFactory(review_status="draft")
    page = address(Incident, "change", claim.incident.pk)

    answer = browser.post(page, form_data(browser.get(page)), follow=True)

    assert "still drafts: 1." in answer.text
