"""What a likely duplicate is: by day, place, kind and words, and by the viewer's sight alone."""

from datetime import date, timedelta

import pytest

from incidents.likeness import Sketch, Where, compared, folded_titles, likely_duplicates, where_is
from records.viewer import Viewer
from tests.factories import IncidentFactory, OrganisationFactory, PlaceFactory, UserFactory
from tests.imports import importer

DAY = date(2021, 2, 15)
POINT = {"latitude": 36.24, "longitude": 43.96, "point_radius_m": 100}
RED = {"marking": "TLP:RED", "readers": [-1]}


@pytest.fixture
def erbil():
    return PlaceFactory(name="Erbil airport", **POINT)


@pytest.fixture
def attack(erbil):
    return IncidentFactory(title="Rockets at Erbil", kind="rocket_attack", place=erbil, on=DAY)


@pytest.fixture
def viewer():
    return Viewer.of(importer())


def sketch(place, first=DAY, last=None, kind="rocket_attack", title=""):
    return Sketch(first, last or first, kind, where_is(place), folded_titles(title))


def like(viewer, *sketched, **options):
    return [
        (each.incident, each.alike.is_likely, [str(reason) for reason in each.alike.reasons])
        for each in likely_duplicates(*sketched, viewer, **options)
    ]


def test_the_same_day_place_and_kind_is_likely_the_same(attack, erbil, viewer):
    found = like(viewer, sketch(erbil))

    assert found == [(attack, True, ["same day", "same place", "same kind"])]


@pytest.mark.parametrize("days", [-1, 1])
def test_a_day_around_is_as_likely(attack, erbil, viewer, days):
    found = like(viewer, sketch(erbil, DAY + timedelta(days)))

    assert found == [(attack, True, ["a day apart", "same place", "same kind"])]


@pytest.mark.parametrize("days", [-2, 2])
def test_two_days_apart_is_another(attack, erbil, viewer, days):
    assert like(viewer, sketch(erbil, DAY + timedelta(days))) == []


def test_another_kind_is_shown_and_asks_only_with_the_same_words(attack, erbil, viewer):
    assert like(viewer, sketch(erbil, kind="drone_attack")) == [
        (attack, False, ["same day", "same place"])
    ]
    assert like(viewer, sketch(erbil, kind="drone_attack", title="Rockets, at Erbil!")) == [
        (attack, True, ["same day", "same place", "like title"])
    ]


@pytest.mark.parametrize(
    ("north", "reason"), [(0.004, "less than 1 km away"), (0.018, "2 km away"), (0.06, None)]
)
def test_near_is_within_five_kilometres(attack, viewer, north, reason):
    place = PlaceFactory(**POINT | {"latitude": POINT["latitude"] + north})

    found = like(viewer, sketch(place))

    assert found == ([(attack, True, ["same day", reason, "same kind"])] if reason else [])


def test_where_one_is_known_to_its_governorate_any_place_in_it_may_be_meant(viewer):
    governorate = PlaceFactory(kind="governorate", name="Erbil", **POINT)
    inside = PlaceFactory(governorate=governorate, **POINT | {"latitude": 36.9})
    attack = IncidentFactory(kind="rocket_attack", place=inside, on=DAY)

    assert like(viewer, sketch(governorate)) == [
        (attack, True, ["same day", "same governorate", "same kind"])
    ]


def test_like_words_far_away_are_shown_but_never_ask(attack, viewer):
    far = PlaceFactory(latitude=30.5, longitude=47.8, point_radius_m=100)

    found = like(viewer, sketch(far, title="Rockets at Irbil"))

    assert found == [(attack, False, ["same day", "same kind", "like title"])]


def test_vague_dates_are_shown_and_dates_beyond_a_month_are_not(attack, erbil, viewer):
    month = like(viewer, sketch(erbil, date(2021, 2, 1), date(2021, 2, 28)))

    assert month == [(attack, False, ["dates overlap", "same place", "same kind"])]
    assert like(viewer, sketch(erbil, date(2021, 1, 1), date(2021, 12, 31))) == []


def test_an_attack_known_to_a_month_is_found_from_any_of_its_days(erbil, viewer):
    attack = IncidentFactory(
        place=erbil,
        kind="rocket_attack",
        occurred_from=date(2021, 2, 1),
        occurred_to=date(2021, 2, 28),
        occurred_precision="month",
    )

    assert [row for row, *_ in like(viewer, sketch(erbil, date(2021, 2, 28)))] == [attack]


def test_the_most_alike_come_first(attack, erbil, viewer):
    other = IncidentFactory(kind="ambush", place=erbil, on=DAY)

    assert [row for row, *_ in like(viewer, sketch(erbil))] == [attack, other]


def test_what_is_withdrawn_or_being_edited_is_no_duplicate(attack, erbil, viewer):
    IncidentFactory(
        place=erbil, on=DAY, review_status="withdrawn", withdrawn_reason="Entered twice."
    )

    assert like(viewer, sketch(erbil), besides=attack.pk) == []


@pytest.mark.parametrize(
    "hidden",
    [RED, {"owner": "partner", "marking": "TLP:AMBER+STRICT"}, {"place": RED}],
    ids=["red", "of another organisation", "at a hidden place"],
)
def test_a_hidden_incident_is_never_told(erbil, viewer, hidden):
    if "owner" in hidden:
        hidden = {**hidden, "owner": OrganisationFactory(slug="partner")}
    if "place" in hidden:
        hidden = {"place": PlaceFactory(**POINT, **hidden["place"])}
    IncidentFactory(**{"kind": "rocket_attack", "place": erbil, "on": DAY, **hidden})

    assert like(viewer, sketch(erbil, title="Rockets")) == []


def test_a_colleagues_draft_is_told_and_a_partners_is_not(attack, erbil, viewer):
    attack.review_status = "draft"
    attack.save()
    stranger = Viewer.of(importer(organisation=OrganisationFactory(slug="partner")))

    assert [row for row, *_ in like(viewer, sketch(erbil))] == [attack]
    assert like(stranger, sketch(erbil)) == []
    assert like(Viewer.of(UserFactory(rights=[])), sketch(erbil)) == []


def test_it_takes_two_queries_however_much_is_alike(attack, erbil, viewer, count_queries):
    """Candidates with what is compared, and the few that are shown with their places."""
    for _another in range(9):
        IncidentFactory(kind="rocket_attack", place=erbil, on=DAY)

    assert count_queries(lambda: likely_duplicates(sketch(erbil), viewer)) == 2


def test_without_place_and_words_nothing_is_alike():
    assert compared(Sketch(DAY, DAY, "ambush"), Sketch(DAY, DAY, "ambush", Where(1, 2))) is None


@pytest.mark.parametrize("day", [date.min, date.max])
def test_nothing_is_like_an_attack_at_the_end_of_all_days(erbil, viewer, day):
    assert like(viewer, sketch(erbil, day)) == []
