"""Who proposes over the API in tests: people, and keys of partners; and what they send."""

from dataclasses import dataclass, field

from django.test import Client

from partners.models import Key
from records.rights import PROPOSE, READ
from tests.factories import (
    GroupFactory,
    KeyFactory,
    OrganisationFactory,
    PersonFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
)
from tests.keys import text_of


def by_key(prefix="aaaaaaaa", organisation=None, **options):
    """A client that asks with a key of a partner."""
    organisation = organisation or OrganisationFactory(slug="partner", name="Partner")
    options = {"scopes": ["read", "propose"], "rate": 6000, "burst": 6000, **options}
    if Key.objects.filter(prefix=prefix).update(**options) == 0:
        KeyFactory(prefix=prefix, organisation=organisation, **options)
    key = Key.objects.get(prefix=prefix)
    return Client(headers={"authorization": f"Bearer {text_of(key)}"})


def by_person(**options):
    client = Client()
    client.force_login(UserFactory(rights=[READ, PROPOSE], **options))
    return client


@dataclass
class World:
    """Published rows that a proposal can name."""

    place: object = field(default_factory=lambda: PlaceFactory(origin_id="P-1"))
    launch: object = field(default_factory=PlaceFactory)
    group: object = field(default_factory=lambda: GroupFactory(origin_id="G-1"))
    state: object = field(default_factory=lambda: GroupFactory(kind="state"))
    person: object = field(default_factory=PersonFactory)
    source: object = field(default_factory=lambda: SourceFactory(origin_id="S-1"))


NEW_SOURCE = {
    "publisher": "Shafaq News",
    "title": "Rockets near the airport",
    "address": "https://example.org/rockets",
    "published": {"from": "2021-02-16", "to": "2021-02-16", "precision": "day"},
    "kind": "news",
    "language": "ar",
    "reliability": "C",
}


def smallest(world, **more):
    return {
        "title": "Rockets at the airport",
        "kind": "rocket_attack",
        "occurred": {"from": "2021-02-15"},
        "place": world.place.reference,
        **more,
    }


def everything(world):
    """A body with every member that a proposal may have."""
    said = {
        "asserted_by": "A newspaper",
        "asserted": {"from": "2021-02-16", "to": "2021-02-16", "precision": "day"},
        "confidence": "likely",
        "confidence_stated": "almost certain",
        "basis": "Read it.",
        "marking": "TLP:GREEN",
        "certainty": "low",
        "note": "A note.",
        "sources": [{"reference": world.source.reference, "pinpoint": "p. 2"}],
    }
    return {
        "title": "Rockets at the airport",
        "title_ar": "صواريخ على المطار",
        "kind": "rocket_attack",
        "outcome": "intercepted",
        "occurred": {"from": "2021-02-15", "to": "2021-02-17", "precision": "about"},
        "time_from": "21:30:00",
        "time_to": "21:45:00",
        "time_stated": "before midnight",
        "timezone": "Asia/Baghdad",
        "place": "P-1",
        "further_places": [{"place": world.launch.reference, "role": "launch", "note": "A truck."}],
        "weapon": "rocket_107",
        "weapons": {"low": 13, "high": 14},
        "weapons_note": "Two did not start.",
        "target_kind": "civil_airport",
        "target_name": "Erbil",
        "summary": "First line.\nSecond line.",
        "summary_ar": "ملخص",
        "series": "February 2021",
        "casualties": [
            {
                "status": "wounded",
                "category": "civilian",
                "nationality": "IQ",
                "number": {"low": 0, "high": None},
                **said,
            }
        ],
        "claims": [
            {
                "group": "G-1",
                "channel": "Telegram",
                "statement_text": "We did it.",
                "address": "https://example.org/claim",
                **said,
            }
        ],
        "attributions": [
            {"stance": "attributes", "group": world.state.reference, **said},
            {"stance": "denies", "person": world.person.reference, **said},
        ],
        "marking": "TLP:GREEN",
        "certainty": "medium",
        "note": "From a partner.",
        "sources": [{"reference": "S-1"}, {**NEW_SOURCE, "pinpoint": "§ 3", "support": "implies"}],
    }


def errors_of(answer):
    """{JSON pointer: sentences} of an answer that refuses a body."""
    said = answer.json()
    if isinstance(said, dict) and "errors" in said:
        return {error["pointer"].removeprefix("#"): error["detail"] for error in said["errors"]}
    return dict(_leaves(said, ""))


def _leaves(said, path):
    if isinstance(said, dict):
        for name, below in said.items():
            yield from _leaves(below, path if name == "non_field_errors" else f"{path}/{name}")
    elif said and isinstance(said[0], dict | list):
        for at, below in enumerate(said):
            yield from _leaves(below, f"{path}/{at}")
    elif said:
        yield path, " ".join(said)
