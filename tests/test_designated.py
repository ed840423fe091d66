"""Designated when it attacked? One definition for the list of the desk and for the API."""

from datetime import date

import pytest
from django.urls import reverse

from incidents.models import Incident
from records.viewer import PUBLIC
from reports.designated import designated
from reports.ladder import Question
from tests.admin_pages import address
from tests.factories import (
    AttributionFactory,
    ClaimFactory,
    DesignationFactory,
    GroupFactory,
    IncidentFactory,
    PersonFactory,
    RelationFactory,
    UserFactory,
)
from tests.starter import StarterDataTestCase

ATTACKED = date(2021, 2, 15)
BEFORE, AFTER = date(2020, 1, 1), date(2021, 3, 1)
TODAY = date(2026, 11, 22)


def attack(group=None, **attribution):
    incident = IncidentFactory(on=ATTACKED)
    AttributionFactory(incident=incident, group=group or GroupFactory(), **attribution)
    return incident


def was(incident, **question):
    found = designated(Incident.objects.all(), Question(TODAY, PUBLIC, **question))
    return incident in found


def test_a_group_listed_before_the_attack_was_designated():
    incident = attack()
    DesignationFactory(group=incident.attributions.get().group, on=BEFORE)

    assert was(incident)


@pytest.mark.parametrize(
    "listing",
    [
        {"on": AFTER},
        {"on": BEFORE, "ended_on": date(2021, 2, 14)},
        {"on": BEFORE, "kind": "possible_alias_match"},
        {"on": BEFORE, "review_status": "draft"},
        {"on": BEFORE, "marking": "TLP:GREEN"},
    ],
    ids=["later", "ended", "alias", "draft", "hidden"],
)
def test_a_listing_that_was_not_in_force_does_not_count(listing):
    incident = attack()
    DesignationFactory(group=incident.attributions.get().group, **listing)

    assert not was(incident)


def test_a_listing_counts_on_its_first_and_on_its_last_day():
    incident = attack()
    DesignationFactory(group=incident.attributions.get().group, on=ATTACKED, ended_on=ATTACKED)

    assert was(incident)


def test_a_facade_is_designated_with_the_group_above_it_that_day():
    facade, militia, top = (GroupFactory() for _each in range(3))
    RelationFactory(from_group=facade, to_group=militia, kind="facade_of", confidence="possible")
    RelationFactory(from_group=militia, to_group=top, kind="brigade_of", confidence="likely")
    DesignationFactory(group=top, on=BEFORE)
    incident = IncidentFactory(on=ATTACKED)
    ClaimFactory(incident=incident, group=facade)

    assert was(incident)
    assert not was(incident, min_confidence="likely")


def test_a_facade_of_another_time_is_not():
    incident = attack()
    militia = DesignationFactory(on=BEFORE, group=GroupFactory()).group
    RelationFactory(
        from_group=incident.attributions.get().group,
        to_group=militia,
        kind="facade_of",
        since=AFTER,
        since_precision="day",
    )

    assert not was(incident)


def test_a_denial_ties_nobody_to_it():
    incident = attack(stance="denies")
    DesignationFactory(group=incident.attributions.get().group, on=BEFORE)

    assert not was(incident)


def test_a_person_is_designated_himself():
    person = PersonFactory()
    incident = attack()
    AttributionFactory(incident=incident, group=None, person=person)
    DesignationFactory(group=None, person=person, on=BEFORE)

    assert was(incident)


def test_it_costs_two_queries_and_the_list(count_queries):
    for _each in range(3):
        DesignationFactory(group=attack().attributions.get().group, on=BEFORE)
    question = Question(TODAY, PUBLIC)

    assert count_queries(lambda: list(designated(Incident.objects.all(), question))) == 3


class StarterTests(StarterDataTestCase):
    def test_desk_and_api_say_the_same(self):
        self.client.force_login(
            UserFactory(is_staff=True, is_superuser=True, clearance="TLP:CLEAR")
        )
        listed = reverse("incidents-list")
        for said in ("true", "false"):
            desk = self.client.get(address(Incident, "changelist"), {"designated": said})
            api = self.client.get(listed, {"designated": said, "page_size": 200})
            assert desk.context["cl"].result_count == len(api.json()["results"]) > 0
        everything = self.client.get(address(Incident, "changelist")).context["cl"].result_count
        assert everything == Incident.objects.count()
