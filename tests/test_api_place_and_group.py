"""Asking for incidents by where they may lie, and by who stands behind them."""

from datetime import date

import pytest

from tests.factories import (
    AttributionFactory,
    ClaimFactory,
    GroupFactory,
    GroupNameFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    RelationFactory,
    UserFactory,
)
from tests.problems import refused

BAGHDAD = ("33.31520", "44.36610")
ERBIL = ("36.19110", "44.00920")  # 321.5 km away
HIDDEN = {"marking": "TLP:AMBER+STRICT"}


@pytest.fixture
def ask(client):
    client.force_login(UserFactory())
    return lambda noun, **parameters: client.get(f"/api/v1/{noun}/", parameters)


@pytest.fixture
def found(ask):
    def references(noun, **parameters):
        answer = ask(noun, **parameters)
        assert answer.status_code == 200, answer.text
        return {row["reference"] for row in answer.json()["results"]}

    return references


@pytest.fixture
def partner():
    return OrganisationFactory(slug="partner", name="A partner")


def at(point, radius_m=100, **given):
    latitude, longitude = point
    return PlaceFactory(latitude=latitude, longitude=longitude, point_radius_m=radius_m, **given)


# Where


@pytest.mark.parametrize(
    ("radius_m", "km", "within"),
    [(100, "321", False), (100, "322", True), (1000, "321", True), (330_000, "1", True)],
)
def test_a_place_is_near_if_its_circle_touches(found, radius_m, km, within):
    erbil = at(ERBIL, radius_m)
    incident = IncidentFactory(place=erbil)
    near = f"{BAGHDAD[0]},{BAGHDAD[1]},{km}"

    assert found("places", near=near) == ({erbil.reference} if within else set())
    assert found("incidents", near=near) == ({incident.reference} if within else set())


@pytest.mark.parametrize(
    ("radius_m", "bbox", "within"),
    [
        (100, "43.9,36.1,44.1,36.3", True),
        (100, "44.02,36.1,44.1,36.3", False),  # 970 m to the east
        (1000, "44.02,36.1,44.1,36.3", True),
        (100, "43.9,36.2,44.1,36.3", False),  # 990 m to the north
        (1000, "43.9,36.2,44.1,36.3", True),
        (1200, "44.02,36.2,44.1,36.3", False),  # 1,390 m to the corner
        (1400, "44.02,36.2,44.1,36.3", True),
        (330_000, "44.3661,33.3152,44.3661,33.3152", True),
    ],
)
def test_a_place_lies_in_a_box_if_its_circle_touches(found, radius_m, bbox, within):
    erbil = at(ERBIL, radius_m)
    incident = IncidentFactory(place=erbil)

    assert found("places", bbox=bbox) == ({erbil.reference} if within else set())
    assert found("incidents", bbox=bbox) == ({incident.reference} if within else set())


def test_a_place_without_a_point_is_near_nothing(found):
    IncidentFactory(place=PlaceFactory())

    assert found("incidents", near="33.3,44.4,2000") == set()
    assert found("incidents", bbox="-180,-90,180,90") == set()


def test_the_date_line_does_not_part_what_is_near(found):
    fiji = at(("-17.00000", "179.99000"))

    assert found("places", near="-17,-179.99,5") == {fiji.reference}


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("near", "33.3,44.4"),
        ("near", "33.3,44.4,0"),
        ("near", "33.3,44.4,2001"),
        ("near", "33.3,44.4,-1"),
        ("near", "91,44.4,1"),
        ("near", "33.3,181,1"),
        ("near", "NaN,44.4,1"),
        ("near", "1e1,44.4,1"),
        ("near", "٣٣,44.4,1"),
        ("near", "33.3,44.4,inf"),
        ("near", "33.3,44.4,1,1"),
        ("bbox", "44,33,45"),
        ("bbox", "45,33,44,34"),
        ("bbox", "44,34,45,33"),
        ("bbox", "44,-91,45,33"),
        ("bbox", "44,33,200,34"),
        ("bbox", "a,b,c,d"),
    ],
)
def test_what_is_nowhere_is_refused(ask, parameter, value):
    answer = ask("incidents", **{parameter: value})

    assert answer.status_code == 400
    assert refused(answer)[parameter]


# Who


def folded(facade, militia, **given):
    return RelationFactory(kind="facade_of", from_group=facade, to_group=militia, **given)


def test_a_group_is_asked_for_by_claim_and_by_attribution(found):
    group = GroupFactory()
    claimed = ClaimFactory(group=group).incident.reference
    attributed = AttributionFactory(group=group).incident.reference
    ClaimFactory()
    AttributionFactory(group=group, stance="denies")

    assert found("incidents", group=group.reference) == {claimed, attributed}


def test_facades_are_included_if_asked_for(found):
    facade, militia = GroupFactory(), GroupFactory()
    folded(facade, militia)
    incident = ClaimFactory(group=facade).incident.reference

    assert found("incidents", group=militia.reference) == set()
    assert found("incidents", group=militia.reference, include="facades") == {incident}


def test_a_facade_counts_on_the_days_on_which_it_was_one(found):
    facade, militia = GroupFactory(), GroupFactory()
    folded(
        facade,
        militia,
        since="2020-03-01",
        since_precision="month",
        until="2021-12-31",
        until_precision="year",
    )
    days = ("2020-02-29", "2020-03-01", "2021-12-31", "2022-01-01")
    of_days = [
        AttributionFactory(group=facade, incident=IncidentFactory(on=day)).incident.reference
        for day in map(date.fromisoformat, days)
    ]

    assert found("incidents", group=militia.reference, include="facades") == set(of_days[1:3])


def test_the_group_between_has_facades_of_its_own(found):
    facade, brigade, militia = GroupFactory(), GroupFactory(), GroupFactory()
    folded(facade, brigade)
    RelationFactory(kind="brigade_of", from_group=brigade, to_group=militia)
    RelationFactory(kind="sponsors", from_group=militia, to_group=GroupFactory())
    of_facade = ClaimFactory(group=facade).incident.reference
    of_brigade = AttributionFactory(group=brigade).incident.reference
    of_militia = AttributionFactory(group=militia).incident.reference

    def including(group):
        return found("incidents", group=group.reference, include="facades")

    assert including(facade) == {of_facade}
    assert including(brigade) == {of_facade, of_brigade}
    assert including(militia) == {of_facade, of_brigade, of_militia}


def test_relations_and_attributions_are_held_as_surely_as_asked(found):
    facade, militia = GroupFactory(), GroupFactory()
    folded(facade, militia, confidence="likely")
    incident = AttributionFactory(group=facade, confidence="confirmed").incident.reference
    AttributionFactory(group=facade, confidence="possible")
    asked = {"group": militia.reference, "include": "facades"}

    assert len(found("incidents", **asked)) == 2
    assert found("incidents", **asked, min_confidence="likely") == {incident}
    assert found("incidents", **asked, min_confidence="confirmed") == set()


def test_a_circle_of_relations_ends(found):
    one, other = GroupFactory(), GroupFactory()
    folded(one, other)
    folded(other, one)
    incident = ClaimFactory(group=one).incident.reference

    assert found("incidents", group=other.reference, include="facades") == {incident}


def test_a_relation_that_is_hidden_folds_nothing(found, partner):
    facade, militia = GroupFactory(), GroupFactory()
    folded(facade, militia, owner=partner, **HIDDEN)
    ClaimFactory(group=facade)

    assert found("incidents", group=militia.reference, include="facades") == set()


def test_the_report_takes_the_same_question(ask):
    facade, militia = GroupFactory(), GroupFactory()
    folded(facade, militia)
    ClaimFactory(group=facade)
    ClaimFactory()

    report = ask("reports/accountability", group=militia.reference, include="facades").json()

    assert report["total"]["recorded"] == 1
    assert f"group={militia.reference}&include=facades" in report["total"]["incidents"]["recorded"]


def test_facades_of_whom(ask):
    answer = ask("incidents", include="facades")

    assert answer.status_code == 400
    assert refused(answer) == {"include": "Say with “group” whose facades are to be included."}


# Words


@pytest.mark.parametrize("words", ["Saraya Awliya", "سرايا أولياء الدم", "Guardians of Blood"])
def test_words_find_the_groups_that_claimed_it_or_are_said_to_have_done_it(found, words):
    group = GroupFactory(name="Saraya Awliya al-Dam", name_ar="سرايا أولياء الدم")
    GroupNameFactory(bearer=group, text="Guardians of Blood Brigades")
    claimed = ClaimFactory(group=group).incident.reference
    attributed = AttributionFactory(group=group).incident.reference
    AttributionFactory(group=group, stance="denies")
    ClaimFactory(group=GroupFactory(name="Ashab al-Kahf"))

    assert found("incidents", q=words) == {claimed, attributed}


def test_words_do_not_find_what_a_hidden_claim_says(found, partner):
    group = GroupFactory(name="Saraya Awliya al-Dam")
    ClaimFactory(group=group, owner=partner, **HIDDEN)
    ClaimFactory(group=GroupFactory(name="Ashab al-Kahf", owner=partner, **HIDDEN))

    assert found("incidents", q="Saraya Awliya") == set()
    assert found("incidents", q="Ashab al-Kahf") == set()
