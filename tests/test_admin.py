"""The screens of the admin: every noun's list and forms, their cost and order."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group as UserGroup
from django.urls import reverse
from factory.django import DjangoModelFactory

from incidents.models import Incident
from legal.models import Arrest, Conviction, Suspect
from militias.models import Group, Person
from partners.models import Usage
from records.models import AuditEntry, Download, Grant, User
from tests import factories
from tests.admin_pages import address
from tests.factories import (
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
    IncidentPlaceFactory,
    PositionFactory,
    RelationFactory,
    RulingFactory,
    StepFactory,
    UserFactory,
    cite,
)

REGISTERED = sorted(
    admin.site._registry.keys() - {AuditEntry, Download, Grant, Usage},
    key=lambda noun: noun._meta.label,
)
RECORDS = [model for model in REGISTERED if hasattr(model, "review_status")]


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
        "partners",
    ]
    assert [model["object_name"] for model in apps[0]["models"]] == ["Source", "Organisation"]
    assert [model["object_name"] for model in legal["models"]][:4] == [
        "Arrest",
        "ArrestLink",
        "Suspect",
        "Step",
    ]
    assert apps[-2]["models"][-1]["object_name"] == "User"


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
