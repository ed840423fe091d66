"""What PostgreSQL writes is what the serializers say, for every noun and every reader.

Each address is asked twice: as it is answered, and rendered by Django REST framework
from the same rows. Both are compared as parsed JSON with the order of their keys.
"""

import json

import pytest
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from config.urls import NOUNS
from records.api import RecordViewSet
from records.compiling import forget
from tests.api_rows import ROWS
from tests.factories import OrganisationFactory, UserFactory
from tests.hidden_world import (
    EVERY_RIGHT,
    Hider,
    strangers,
    visible_world,
    ways_to_hide,
    ways_to_hide_a_part,
)
from tests.starter import load_starter_data


@pytest.fixture(autouse=True)
def _compiled_anew():
    forget()
    yield
    forget()


def parsed(answer):
    """The body, with objects as lists of pairs, so that their order counts."""
    assert answer.status_code == 200, answer.content.decode()
    return json.loads(answer.content, object_pairs_hook=list)


def told_apart(client, monkeypatch, addresses):
    """The addresses that PostgreSQL and Django REST framework answer differently."""
    written = {address: parsed(client.get(address)) for address in addresses}
    with monkeypatch.context() as patching:
        patching.setattr(RecordViewSet, "list", ListModelMixin.list)
        patching.setattr(RecordViewSet, "retrieve", RetrieveModelMixin.retrieve)
        rendered = {address: parsed(client.get(address)) for address in addresses}
    return [
        (address, written[address], rendered[address])
        for address in addresses
        if written[address] != rendered[address]
    ]


def addresses_of(client):
    """Every list in every ordering, and the address of each row of its first page."""
    for noun, view in NOUNS.items():
        listed = f"/api/v1/{noun}/"
        for ordering in view.orderings:
            yield f"{listed}?ordering={ordering}&page_size=200"
            yield f"{listed}?ordering=-{ordering}&page_size=3"
        for row in client.get(listed).json()["results"]:
            yield f"{listed}{row['reference']}/"


READERS = {
    "stranger to all": ("partner", "TLP:CLEAR", []),
    "partner": ("partner", "TLP:AMBER", []),
    "junior": ("musaala", "TLP:GREEN", []),
    "cleared for red": ("musaala", "TLP:RED", EVERY_RIGHT),
}


@pytest.mark.parametrize("reader", READERS)
def test_hidden_parts_are_hidden_both_ways(client, monkeypatch, reader):
    world = visible_world()
    strange = strangers()
    Hider(world, ways_to_hide(*strange), ways_to_hide_a_part(strange[1])).hide_everything()
    slug, clearance, rights = READERS[reader]
    organisation = OrganisationFactory(slug=slug, name=slug.title())
    more = {"rights": rights} if rights else {}
    client.force_login(UserFactory(organisation=organisation, clearance=clearance, **more))
    addresses = list(addresses_of(client))

    assert len(addresses) > 150
    assert not told_apart(client, monkeypatch, addresses)


def test_the_starter_data_is_the_same_both_ways(client, monkeypatch):
    load_starter_data()
    client.force_login(UserFactory(clearance="TLP:RED", rights=EVERY_RIGHT))
    addresses = list(addresses_of(client))

    assert len(addresses) > 500
    assert not told_apart(client, monkeypatch, addresses)


# The shape of an answer


@pytest.fixture
def ask(client):
    client.force_login(UserFactory())
    return lambda path, **parameters: client.get(f"/api/v1/{path}", parameters)


def test_fields_are_those_asked_for_in_the_order_they_are_declared(ask):
    row = ROWS["incidents"]()
    asked = {"fields": "claims.group,title, reference ,sources.publisher", "omit": "claims"}

    assert list(ask(f"incidents/{row.reference}/").json())[2] == "title"
    shown = ask(f"incidents/{row.reference}/", fields=asked["fields"]).json()
    assert list(shown) == ["reference", "title", "claims", "sources"]
    assert [list(claim) for claim in shown["claims"]] == [["group"]]
    assert list(shown["claims"][0]["group"])[:2] == ["reference", "name"]
    assert [list(source) for source in shown["sources"]] == [["publisher"]]
    listed = ask("incidents/", **asked).json()["results"]
    assert all(list(each) == ["reference", "title", "sources"] for each in listed)
