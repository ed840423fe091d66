"""What a record shows of what belongs to it."""

from datetime import date

import pytest

from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
    CasualtyFigureFactory,
    ClaimFactory,
    ConvictionIncidentFactory,
    DetentionFactory,
    GovernorateFactory,
    GroupFactory,
    GroupNameFactory,
    IncidentFactory,
    IncidentPlaceFactory,
    ObligationFactory,
    PlaceFactory,
    RelationFactory,
    SourceFactory,
    StepFactory,
    UserFactory,
    cite,
)

OUTLINE = {"type": "Polygon", "coordinates": [[[44, 33], [45, 33], [45, 34], [44, 33]]]}


@pytest.fixture
def show(client):
    """Returns what the API shows of one record."""
    client.force_login(UserFactory())

    def shown(noun, row):
        return client.get(f"/api/v1/{noun}/{row.reference}/").json()

    return shown


def test_an_incident_shows_where_it_happened_and_who_says_what(show):
    baghdad = GovernorateFactory(name="Baghdad", iso_code="IQ-BG")
    zone = PlaceFactory(
        name="Green Zone", governorate=baghdad, latitude=33.3, longitude=44.39, point_radius_m=800
    )
    incident = IncidentFactory(place=zone, weapons_low=3, weapons_high=None)
    claim = ClaimFactory(incident=incident)
    denial = AttributionFactory(incident=incident, stance="denies")
    CasualtyFigureFactory(incident=incident, status="died_indirectly", category="civilian_child")
    launched = IncidentPlaceFactory(incident=incident, role="launch")

    shown = show("incidents", incident)

    assert shown["place"]["governorate"]["iso_code"] == "IQ-BG"
    assert shown["place"]["point"]["latitude"] == 33.3
    assert shown["further_places"][0]["place"]["name"] == launched.place.name
    assert shown["weapons"] == {"low": 3, "high": None}
    assert [row["group"]["name"] for row in shown["claims"]] == [claim.group.name]
    assert [(row["stance"], row["group"]["name"]) for row in shown["attributions"]] == [
        ("denies", denial.group.name)
    ]
    assert [(row["status"], row["side"]) for row in shown["casualties"]] == [
        ("died_indirectly", "civilians")
    ]


def test_an_incident_shows_what_followed(show):
    link = ArrestLinkFactory(basis_kind="negligence", contested=True)
    judgment = ConvictionIncidentFactory(incident=link.incident).conviction

    shown = show("incidents", link.incident)

    held = shown["arrest_links"][0]
    assert (held["basis_kind"], held["contested"]) == ("negligence", True)
    assert held["arrest"]["authority"]["name"] == link.arrest.authority.name
    assert [row["conviction"]["reference"] for row in shown["convictions"]] == [judgment.reference]


def test_a_span_shows_both_ends_and_its_precision(show):
    incident = IncidentFactory(about=(date(2020, 12, 20), date(2020, 12, 25)))

    assert show("incidents", incident)["occurred"] == {
        "from": "2020-12-20",
        "to": "2020-12-25",
        "precision": "about",
    }


def test_what_is_unknown_is_null_and_never_nought(show):
    arrest = show("arrests", ArrestFactory())
    obligation = show("obligations", ObligationFactory())

    assert arrest["detained"] is arrest["place"] is arrest["affiliation"] is None
    assert obligation["amount"] is None
    assert show("claims", ClaimFactory())["asserted"] is None
    assert show("relations", RelationFactory())["since"] is None


def test_a_source_is_shown_with_what_it_does_for_the_record(show):
    source = SourceFactory(publisher="Wire", reliability="B", on=date(2021, 2, 16))
    incident = IncidentFactory()
    cite(incident, source, pinpoint="para. 4", support="disputes")

    assert show("incidents", incident)["sources"] == [
        {
            "reference": source.reference,
            "publisher": "Wire",
            "title": "",
            "address": "",
            "published": {"from": "2021-02-16", "to": "2021-02-16", "precision": "day"},
            "reliability": "B",
            "pinpoint": "para. 4",
            "support": "disputes",
        }
    ]


def test_a_groups_labels_come_before_its_other_names(show):
    group = GroupFactory(name="Kata'ib Hezbollah", name_ar="كتائب حزب الله")
    GroupNameFactory(bearer=group, text="Hezbollah Brigades", kind="translation")

    assert [
        (name["text"], name["language"], name["script"], name["kind"])
        for name in show("groups", group)["names"]
    ] == [
        ("Kata'ib Hezbollah", "en", "Latn", "official"),
        ("كتائب حزب الله", "ar", "Arab", "official"),
        ("Hezbollah Brigades", "en", "Latn", "translation"),
    ]


def test_a_group_shows_relations_in_both_directions(show):
    group = GroupFactory()
    outward, inward = RelationFactory(from_group=group), RelationFactory(to_group=group)

    shown = show("groups", group)

    assert [row["reference"] for row in shown["relations"]] == [outward.reference]
    assert [row["reference"] for row in shown["relations_to"]] == [inward.reference]


def test_only_the_detained_are_an_arrests_suspects(show):
    arrest = ArrestFactory()
    detained = DetentionFactory(arrest=arrest).suspect
    StepFactory(arrest=arrest, kind="sought")
    link = ArrestLinkFactory(arrest=arrest, basis_kind="negligence", contested=True)

    shown = show("arrests", arrest)

    assert shown["suspects"] == [{"reference": detained.reference, "code": detained.code}]
    assert len(shown["steps"]) == 2
    assert [
        (row["incident"]["reference"], row["basis_kind"], row["contested"])
        for row in shown["links"]
    ] == [(link.incident.reference, "negligence", True)]


def test_an_amount_is_exact_and_has_its_currency(show):
    obligation = ObligationFactory(
        kind="reparation", head="medical", amount_low="1200.50", currency="USD"
    )

    assert show("obligations", obligation)["amount"] == {
        "low": "1200.50",
        "high": None,
        "currency": "USD",
    }


def test_an_outline_comes_with_one_place_and_not_with_a_list(show, client):
    place = GovernorateFactory(outline=OUTLINE)

    assert show("places", place)["outline"] == OUTLINE
    assert "outline" not in client.get("/api/v1/places/").json()["results"][0]


def test_no_outline_is_fetched_for_an_incident(client, django_assert_num_queries):
    client.force_login(UserFactory())
    place = PlaceFactory(governorate=GovernorateFactory(outline=OUTLINE), outline=OUTLINE)
    IncidentPlaceFactory(incident=IncidentFactory(place=place), place=place)

    with django_assert_num_queries(11) as queries:
        client.get("/api/v1/incidents/")

    assert not any('"outline"' in query["sql"] for query in queries.captured_queries)
