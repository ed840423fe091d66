"""STIX 2.1 bundles: valid, the same each time, and nothing in them that the reader may not see."""

import json

import pytest
import stix2

from incidents.models import Claim, Incident
from records.models import Marking
from records.viewer import PUBLIC, Viewer, viewing
from reports.stix import bundle
from tests.factories import (
    AttributionFactory,
    ClaimFactory,
    GroupFactory,
    IncidentFactory,
    PersonFactory,
    RelationFactory,
    UserFactory,
    cite,
)

ADDRESS = "/api/v1/stix/"


@pytest.fixture
def attack():
    """Claimed by a facade of a militia, attributed to that by one and denied by another."""
    attack = IncidentFactory(title="Rockets at Erbil", summary="Three rockets fell.")
    facade = GroupFactory(name="Saraya", name_ar="سرايا", kind="facade")
    militia = GroupFactory(name="Brigades", kind="militia", abbreviation="BR")
    RelationFactory(from_group=facade, to_group=militia, kind="facade_of", confidence="likely")
    cite(attack)
    ClaimFactory(incident=attack, group=facade, confidence="confirmed")
    AttributionFactory(incident=attack, group=militia, confidence="possible", basis="Trajectory")
    AttributionFactory(
        incident=attack,
        group=GroupFactory(name="Iran", kind="state"),
        stance="denies",
        confidence="doubtful",
    )
    AttributionFactory(incident=attack, group=None, person=PersonFactory(name="A commander"))
    AttributionFactory(incident=attack, group=None, stance="cannot_say")
    return attack


def bundled(client, **parameters):
    answer = client.get(ADDRESS, parameters)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/stix+json;version=2.1"
    return json.loads(answer.content)


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(rights=["records.read_records"], clearance="TLP:RED"))
    return client


def test_a_bundle_takes_the_filters_of_the_list(reader, attack):
    """A group's own incidents, and with `include` those of its facades; another's are not."""
    other = IncidentFactory(title="Elsewhere")
    own = ClaimFactory(incident=other, group=GroupFactory(name="Others")).group
    facade = Claim.objects.get(incident=attack).group
    militia = facade.relations.get().to_group
    attack.attributions.filter(group=militia).delete()

    def told(group, **more):
        found = bundled(reader, group=group.reference, **more)["objects"]
        return {each["name"] for each in found if each["type"] == "incident"}

    assert told(own) == {"Elsewhere"}
    assert told(facade) == {"Rockets at Erbil"}
    assert told(militia) == set()
    assert told(militia, include="facades") == {"Rockets at Erbil"}


def test_a_bundle_is_valid_and_complete(reader, attack):
    text = reader.get(ADDRESS).content.decode()

    made = stix2.parse(text)  # raises what the standard does not allow
    kinds = sorted(each["type"] for each in made.objects)
    assert kinds == sorted(
        ["extension-definition", "identity", "identity", "identity", "incident", "location"]
        + ["marking-definition", "threat-actor", "threat-actor"]
        + ["relationship"] * 6
    )


def test_relationships_say_who_and_how_surely(reader, attack):
    objects = {each["id"]: each for each in bundled(reader)["objects"]}

    said = {
        (
            each["relationship_type"],
            objects[each["source_ref"]]["name"],
            objects[each["target_ref"]]["name"],
            each.get("confidence"),
        )
        for each in objects.values()
        if each["type"] == "relationship"
    }
    assert said == {
        ("located-at", "Rockets at Erbil", attack.place.name, None),
        ("claimed-by", "Rockets at Erbil", "Saraya", 90),
        ("attributed-to", "Rockets at Erbil", "Brigades", 50),
        ("not-attributed-to", "Rockets at Erbil", "Iran", 30),
        ("attributed-to", "Rockets at Erbil", "A commander", 70),
        ("facade-of", "Saraya", "Brigades", 70),
    }


def test_names_sources_and_dates_are_told(reader, attack):
    objects = bundled(reader)["objects"]
    named = {each.get("name"): each for each in objects}

    assert named["Saraya"]["aliases"] == ["سرايا"]
    incident = named["Rockets at Erbil"]
    publisher = attack.citations.get().source.publisher
    names = [each["source_name"] for each in incident["external_references"]]
    assert names == ["Musaala", publisher]
    [told] = incident["extensions"].values()
    assert told["occurred_from"] == attack.occurred_from.isoformat()


def test_the_same_rows_make_the_same_text(reader, attack):
    assert reader.get(ADDRESS).content == reader.get(ADDRESS).content


@pytest.mark.parametrize("marking", ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER+STRICT"])
def test_an_object_is_marked_as_narrowly_as_what_it_names(attack, marking):
    Incident.objects.filter(pk=attack.pk).update(marking=marking)
    with viewing(viewer := Viewer.of(UserFactory(rights=["records.read_records"]))):
        made = json.loads(bundle(Incident.objects.counted_for(viewer)))

    names = {each["id"]: each.get("name") for each in made["objects"]}
    [incident] = [each for each in made["objects"] if each["type"] == "incident"]
    [claim] = [each for each in made["objects"] if each.get("relationship_type") == "claimed-by"]
    for each in (incident, claim):
        assert [names[key] for key in each["object_marking_refs"]] == [marking]


def test_what_a_reader_may_not_see_is_in_no_object(attack):
    Claim.objects.update(marking=Marking.RED, readers=[-1])
    with viewing(PUBLIC):
        made = bundle(Incident.objects.counted_for(PUBLIC))

    assert "Saraya" not in made
    assert "facade-of" not in made


def test_filters_narrow_it_and_too_many_are_refused(reader, attack, monkeypatch):
    IncidentFactory(occurred_from="2019-01-01", occurred_to="2019-01-01")
    names = [each.get("name") for each in bundled(reader, since="2020-01-01")["objects"]]
    assert "Rockets at Erbil" in names

    monkeypatch.setattr("reports.stix_api.LARGEST", 1)
    refused = reader.get(ADDRESS)
    assert refused.status_code == 400
    assert "since" in refused.content.decode()


def test_an_unknown_filter_is_refused(reader):
    assert reader.get(ADDRESS, {"sinse": "2020-01-01"}).status_code == 400


def test_it_costs_the_same_for_one_incident_as_for_ten(reader, attack, count_queries):
    one = count_queries(lambda: bundled(reader))
    for _each in range(9):
        incident = IncidentFactory()
        ClaimFactory(incident=incident)
        AttributionFactory(incident=incident)

    assert count_queries(lambda: bundled(reader)) == one


def test_a_bundle_holds_the_attacks_behind_a_number_of_a_report(reader, attack):
    """Whatever narrows the list of incidents narrows the bundle: rung, day, wait, reach."""
    IncidentFactory(title="Nobody claimed it")

    def told(**asked):
        found = bundled(reader, **asked)["objects"]
        return {each["name"] for each in found if each["type"] == "incident"}

    assert told(rung="recorded", without="claimed") == {"Nobody claimed it"}
    assert told(rung="claimed") == {"Rockets at Erbil"}
    assert told(rung="claimed", min_confidence="confirmed") == {"Rockets at Erbil"}
    assert told(rung="attributed", min_confidence="confirmed") == set()
    assert told(reached="nobody") == {"Rockets at Erbil", "Nobody claimed it"}
    assert reader.get(ADDRESS, {"within": "3"}).status_code == 400
