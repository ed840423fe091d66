"""The screens of the admin: every noun's list and forms, their cost, search and refusals."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group as UserGroup
from django.urls import reverse
from factory.django import DjangoModelFactory

from incidents.models import Incident
from legal.models import Arrest, Conviction, Suspect
from militias.models import Group, Person, Relation
from records.models import User
from tests import factories
from tests.admin_pages import address, without_manifest
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
    CasualtyFigureFactory,
    ClaimFactory,
    ConvictionIncidentFactory,
    ConvictionSuspectFactory,
    DetentionFactory,
    GovernorateFactory,
    GroupFactory,
    GroupNameFactory,
    IncidentFactory,
    IncidentPlaceFactory,
    PlaceFactory,
    PositionFactory,
    RelationFactory,
    RulingFactory,
    StepFactory,
    UserFactory,
    cite,
)

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
RECORDS = [model for model in REGISTERED if hasattr(model, "review_status")]


@pytest.fixture(autouse=True)
def _static_files(settings):
    settings.STORAGES = without_manifest(settings.STORAGES)


@pytest.fixture
def browser(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def make(model):
    if model is UserGroup:
        return UserGroup.objects.create(name="Monitors")
    return next(
        factory
        for factory in vars(factories).values()
        if isinstance(factory, type)
        and issubclass(factory, DjangoModelFactory)
        and factory._meta.model is model
    )()


# Every noun


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_every_noun_has_a_list_and_forms(browser, model):
    row = make(model)

    for page, keys in [("changelist", []), ("add", []), ("change", [row.pk])]:
        assert browser.get(address(model, page, *keys)).status_code == 200


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_every_list_is_searched(browser, model):
    make(model)

    assert (
        browser.get(address(model, "changelist"), {"q": "nothing is called this"})
        .context["cl"]
        .result_count
        == 0
    )


def test_nouns_stand_in_the_order_of_the_story(browser):
    apps = browser.get(reverse("admin:index")).context["app_list"]
    legal = next(app for app in apps if app["app_label"] == "legal")

    assert [app["app_label"] for app in apps] == [
        "records",
        "militias",
        "incidents",
        "legal",
        "auth",
    ]
    assert [model["object_name"] for model in apps[0]["models"]] == ["Source", "Organisation"]
    assert [model["object_name"] for model in legal["models"]][:4] == [
        "Arrest",
        "ArrestLink",
        "Suspect",
        "Step",
    ]
    assert apps[-1]["models"][-1]["object_name"] == "User"


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model._meta.label)
def test_a_record_is_not_deleted(browser, model):
    row = make(model)

    assert browser.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


def test_a_user_is_made_inactive_not_deleted(browser):
    assert browser.get(address(User, "delete", UserFactory().pk)).status_code == 403


# Cost


def _told(incident):
    ClaimFactory(incident=incident)
    AttributionFactory(incident=incident)
    CasualtyFigureFactory(incident=incident)
    IncidentPlaceFactory(incident=incident, place__governorate=GovernorateFactory())
    cite(incident)


def _followed_up(arrest):
    ArrestLinkFactory(arrest=arrest)
    DetentionFactory(arrest=arrest, suspect__affiliation=GroupFactory())
    StepFactory(arrest=arrest, authority=GroupFactory())
    cite(arrest)


def _judged(conviction):
    ConvictionSuspectFactory(conviction=conviction, suspect__affiliation=GroupFactory())
    ConvictionIncidentFactory(conviction=conviction)
    RulingFactory(conviction=conviction)
    cite(conviction)


def _tried(suspect):
    DetentionFactory(suspect=suspect)
    StepFactory(suspect=suspect, authority=GroupFactory())


def _related(group):
    RelationFactory(from_group=group)
    RelationFactory(to_group=group)
    GroupNameFactory(bearer=group)
    cite(group)


PARTED = [
    (Incident, _told),
    (Arrest, _followed_up),
    (Conviction, _judged),
    (Suspect, _tried),
    (Group, _related),
    (Person, lambda person: PositionFactory(person=person, title=f"{person.positions.count()}")),
]


@pytest.mark.parametrize(("model", "add_parts"), PARTED, ids=lambda given: given.__name__)
def test_a_form_costs_the_same_with_one_part_as_with_ten(browser, count_queries, model, add_parts):
    """No query a part: labels of chosen rows come with the parts."""
    row = make(model)
    page = address(model, "change", row.pk)
    add_parts(row)
    browser.get(page)  # fills the content types' cache
    cost_of_one = count_queries(lambda: browser.get(page))

    for _ in range(9):
        add_parts(row)

    assert count_queries(lambda: browser.get(page)) == cost_of_one


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model._meta.label)
def test_a_list_costs_the_same_with_one_row_as_with_ten(browser, count_queries, model):
    add_parts = dict(PARTED).get(model, lambda row: None)
    page = address(model, "changelist")
    add_parts(make(model))
    browser.get(page)
    cost_of_one = count_queries(lambda: browser.get(page))

    for _ in range(9):
        add_parts(make(model))

    assert count_queries(lambda: browser.get(page)) == cost_of_one


# Search


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


def test_a_term_no_text_can_hold_finds_nothing(browser):
    asked = {"app_label": "incidents", "model_name": "claim", "field_name": "group", "term": "\0"}

    assert browser.get(reverse("admin:autocomplete"), asked).json()["results"] == []


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
        {"governorate": dora.governorate.pk},
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

    assert f'<td class="field-detained">{shown}</td>' in page


def test_an_arrest_leads_to_its_links(browser):
    link = ArrestLinkFactory(contested=True)
    ArrestLinkFactory()

    page = browser.get(address(Arrest, "changelist")).content.decode()
    target = f"{address(type(link), 'changelist')}?arrest__id__exact={link.arrest.pk}"

    assert f'<a href="{target}">1 (1 contested)</a>' in page
    assert list(browser.get(target).context["cl"].queryset) == [link]
