"""A change of what a reader may not see moves no byte of any answer to him.

Two worlds, one after the other in time: the same rows before and after the change, which a
monitor makes through the role that answers people. Status, headers and body are compared.
"""

import pytest
from django.core.signing import TimestampSigner
from django.test import Client
from django.urls import reverse

from config.urls import NOUNS
from incidents.models import Incident
from militias.models import Group
from records.gate import unrestricted
from records.models import Source
from records.viewer import Viewer, viewing
from tests.factories import (
    GroupFactory,
    GroupNameFactory,
    IncidentFactory,
    SourceFactory,
    UserFactory,
    cite,
)
from tests.feeding import CHANGES, Reader

pytestmark = pytest.mark.django_db(transaction=True)

RIGHTS = [
    "records.read_records",
    "records.review_records",
    "incidents.change_incident",
    "militias.change_group",
]


@pytest.fixture
def monitor():
    """He reads and changes what nobody else may see."""
    return UserFactory(clearance="TLP:RED", rights=RIGHTS, username="monitor")


@pytest.fixture
def world(monitor):
    """A group and an incident that everybody may read, each with a part for the monitor alone."""
    red = {"marking": "TLP:RED", "readers": [monitor.pk]}
    group, incident = GroupFactory(), IncidentFactory()
    cite(incident)
    return {
        "group": group,
        "incident": incident,
        "name": GroupNameFactory(bearer=group, text="Unseen", **red),
        "citation": cite(incident, pinpoint="Unseen", **red),
        "by a hidden source": cite(incident, SourceFactory(marking="TLP:GREEN")),
        "source": SourceFactory(marking="TLP:GREEN"),
        "red": red,
    }


UNSEEN = {
    "a hidden name changes": lambda world: change(world["name"], text="Still unseen"),
    "a hidden name goes": lambda world: world["name"].delete(),
    "a hidden name comes": lambda world: GroupNameFactory(
        bearer=world["group"], text="New", **world["red"]
    ),
    "a hidden citation changes": lambda world: change(world["citation"], pinpoint="p. 2"),
    "a citation of a hidden source changes": lambda world: change(
        world["by a hidden source"], pinpoint="p. 2"
    ),
    "a hidden source changes": lambda world: change(world["source"], title="Unseen"),
}
SEEN = {
    "a name comes": lambda world: GroupNameFactory(bearer=world["group"]),
    "a citation changes": lambda world: change(world["incident"].citations.first(), pinpoint="p"),
    "a record changes": lambda world: change(world["incident"], title="Another"),
}


def change(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)


def as_monitor(monitor, move, world):
    with viewing(Viewer.of(monitor), user=monitor.pk), unrestricted("tests"):
        move(world)


@pytest.fixture(autouse=True)
def _addresses_are_signed_in_one_moment(monkeypatch):
    monkeypatch.setattr(TimestampSigner, "timestamp", lambda signer: "then")


def answers(reader, place):
    """All that a reader is answered by the API: lists in each order, details, report, feed."""
    client = Client()
    client.force_login(reader.user)
    asked = [f"{CHANGES}?page_size=3", place, reverse("accountability")]
    for noun, view in NOUNS.items():
        asked.append(f"/api/v1/{noun}/")
        for ordering in view.orderings:
            asked.append(f"/api/v1/{noun}/?ordering=-{ordering}&page_size=1")
        for row in view.queryset.model.objects.order_by("pk"):
            asked.append(f"/api/v1/{noun}/{row.reference}/")
    got = {}
    for address in asked:
        answer = client.get(address)
        got[address] = (answer.status_code, dict(answer.headers), answer.content)
    return got


@pytest.mark.parametrize("move", UNSEEN.values(), ids=UNSEEN)
def test_what_moves_unseen_moves_nothing(world, monitor, move):
    reader = Reader()
    reader.follow()
    before, versions_before = answers(reader, reader.next), versions()

    as_monitor(monitor, move, world)

    assert answers(reader, reader.next) == before
    assert versions() != versions_before


def versions():
    return [
        list(model.objects.order_by("pk").values_list("pk", "version"))
        for model in (Group, Incident, Source)
    ]


@pytest.mark.parametrize("move", SEEN.values(), ids=SEEN)
def test_what_moves_in_sight_is_told_and_dated(world, monitor, move):
    reader = Reader()
    reader.follow()
    dates = [entry["record"]["updated_at"] for entry in reader.told]

    as_monitor(monitor, move, world)

    (news,) = reader.follow()
    assert news["record"]["updated_at"] > max(dates)


def test_how_a_record_stands_with_its_reviewers_moves_nothing(world):
    reader = Reader()
    before = answers(reader, CHANGES)

    change(world["incident"], to_countersign=True)
    change(world["incident"], wider={"marking": "TLP:CLEAR"})

    assert answers(reader, CHANGES) == before


def test_a_part_seen_by_all_moves_the_moment_after_one_that_is_not(world, monitor):
    """Both in one transaction, in which a record is counted once."""
    reader = Reader()
    reader.follow()
    group, version = world["group"], world["group"].version

    as_monitor(monitor, lambda world: [UNSEEN[HIDDEN](world), SEEN[SHOWN](world)], world)

    moment = group.updated_at
    group.refresh_from_db()
    assert group.updated_at > moment
    assert group.version == version + 1


HIDDEN, SHOWN = "a hidden name changes", "a name comes"
