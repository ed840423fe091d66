"""The pages on time and on reach: every number is the length of its list, and that of the API."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from records.viewer import PUBLIC, Viewer
from reports.reach import Instrument, Reached
from tests import worlds
from tests.dashboards import answer_of, filters, measures_for, numbers_of, rows_at
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
    DesignationFactory,
    DetentionFactory,
    IncidentFactory,
    StepFactory,
    UserFactory,
)
from tests.hidden_world import EVERY_RIGHT
from tests.starter import StarterDataTestCase

TIME, REACH = "/admin/dashboard/time/", "/admin/dashboard/reach/"
SOME = 7  # of what is drawn, each so manieth number is looked at: all are, without filters
DAYS = st.dates(date(2019, 6, 1), date(2024, 6, 1))


@pytest.fixture
def reader(client):
    client.force_login(_reader())
    return client


def _reader():
    return UserFactory(is_staff=True, rights=EVERY_RIGHT)


def assert_numbers_are_lengths(figures, first=0, every=1):
    """Of all numbers, or of each so manieth, beginning with the first so manieth."""
    numbers = [
        (figure.name, label, head, number)
        for figure in figures.values()
        for label, head, number in numbers_of(figure)
        if number.is_number
    ]
    for name, label, head, number in numbers[first::every]:
        found = rows_at(number.address, PUBLIC).count()
        assert found == number.value, (name, label, head, number.address)


class TestStarterData(StarterDataTestCase, HypothesisTestCase):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.reader = _reader()

    def test_without_filters_every_number_is_the_length_of_its_list(self):
        assert_numbers_are_lengths(measures_for({"as_of": "2026-11-22"}, PUBLIC))

    @settings(max_examples=4)
    @given(data=st.data(), first=st.integers(0, SOME - 1))
    def test_every_number_is_the_length_of_its_list(self, data, first):
        assert_numbers_are_lengths(measures_for(data.draw(filters(DAYS)), PUBLIC), first, SOME)

    @settings(max_examples=3)
    @given(data=st.data())
    def test_page_api_and_file_say_the_same(self, data):
        asked = data.draw(filters(DAYS))
        client = Client()
        client.force_login(self.reader)
        figures = measures_for(asked, Viewer.of(self.reader))

        levels = answer_of(client, figures["reach"].query)["rows"]
        assert [[row[each] for each in Instrument.values] for row in levels] == [
            [cell[0].value for cell in line.cells] for line in figures["reach"].lines
        ]
        assert [row["level"] for row in levels] == Reached.values
        time = answer_of(client, figures["waits_by_militia"].query)
        assert [
            number for row in time["rows"] for each in row["waits"] for number in _of(each)
        ] == [
            cell[0].value
            for line in figures["waits_by_militia"].lines
            for place in (1, 2, 4, 5, 7, 8)
            for cell in [line.cells[place]]
        ]
        file = client.get("/admin/dashboard/to_arrest.csv", asked).content.decode()
        rows = list(csv.reader(io.StringIO(file)))
        assert len(rows) == 1 + len(figures["to_arrest"].all_lines)
        file = client.get("/admin/dashboard/reach.csv", asked).content.decode()
        assert [row[1:] for row in csv.reader(io.StringIO(file))][1:] == [
            [str(cell[0]) for cell in line.cells] for line in figures["reach"].lines
        ]

    def test_lists_of_the_api_are_those_of_the_admin(self):
        client = Client()
        client.force_login(self.reader)
        for figure in measures_for({"as_of": "2023-06-30"}, Viewer.of(self.reader)).values():
            for _label, _head, number in list(numbers_of(figure))[::SOME]:
                if number.is_number and "/incidents/incident/" in number.address:
                    asked = number.address.partition("?")[2]
                    answer = client.get(
                        f"/api/v1/incidents/?{asked}&page_size=200&fields=reference"
                    )
                    assert len(answer.json()["results"]) == number.value, number.address

    def test_the_dora_raid_is_released_only_possibly(self):
        """All 14 by a step held possible, none likely; bail of 13 is no release."""
        line = measures_for({"as_of": "2026-11-22"}, PUBLIC)["released"].lines[0]

        assert "the case was dropped for all" in line.label
        assert [str(number) for number in line.cells[1]] == ["0", "14"]
        assert str(line.cells[2][0]) == "3"


def _of(waits):
    return waits["ended"], waits["waiting"]


@settings(max_examples=3)
@given(world=worlds.worlds(), data=st.data())
def test_every_number_is_the_length_of_its_list_in_any_world(world, data):
    with worlds.rolled_back():
        worlds.build(world)
        days = st.integers(0, 12).map(lambda n: worlds.FIRST + timedelta(days=n))
        first = data.draw(st.integers(0, SOME - 1))
        assert_numbers_are_lengths(measures_for(data.draw(filters(days)), PUBLIC), first, SOME)


# The pages


def _attack():
    link = ArrestLinkFactory(arrest=ArrestFactory(detained_low=1), incident=IncidentFactory())
    held = DetentionFactory(arrest=link.arrest)
    StepFactory(kind="released", suspect=held.suspect, arrest=link.arrest)
    DesignationFactory(group=AttributionFactory(incident=link.incident).group)


@pytest.mark.parametrize("page", [TIME, REACH])
def test_a_page_costs_the_same_for_one_attack_as_for_many(reader, count_queries, page):
    """Beside session and rights: groups, places, counts, the roll-up twice at most, waits or
    levels, and custody, reasons and arrests or the levels and titles of each attack."""
    _attack()
    cost = count_queries(lambda: reader.get(page))
    for _n in range(5):
        _attack()

    assert count_queries(lambda: reader.get(page)) == cost
    assert cost - count_queries(lambda: reader.get("/admin/password_change/")) <= 9


@pytest.mark.parametrize("page", [TIME, REACH])
def test_a_page_keeps_the_filters_on_the_way_to_the_others(reader, page):
    _attack()
    shown = reader.get(page, {"kind": "rocket_attack"}).content.decode()

    for other in ("/admin/dashboard/", TIME, REACH):
        assert f'href="{other}?kind=rocket_attack"' in shown


@pytest.mark.parametrize("page", [TIME, REACH])
def test_what_is_not_known_is_refused(reader, page):
    answer = reader.get(page, {"sinse": "2020-01-01"})

    assert answer.status_code == 400
    assert "Did you mean “since”?" in answer.content.decode()


def test_where_no_attack_matches_the_page_says_what_to_take_away(reader):
    for page in (TIME, REACH):
        shown = reader.get(page, {"until": "1999-01-01"}).content.decode()
        assert "remove To: 1999-01-01" in shown


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"waited_for": "arrested"}, "Say within how many days"),
        ({"within": "30"}, "Say with “waited_for”"),
        ({"through": "arrested"}, "Say with “reached” which level"),
        ({"reached": "emperor"}, "Known are: state"),
        ({"waited_for": "claimed", "within": "30"}, "Known are: arrested"),
    ],
)
def test_a_list_refuses_what_is_no_number(reader, asked, complaint):
    _attack()
    shown = reader.get("/admin/incidents/incident/", asked).content.decode()
    answer = reader.get("/api/v1/incidents/", asked)

    assert complaint in shown
    assert "Attack 1" not in shown
    assert answer.status_code == 400
    assert complaint in answer.content.decode()


def test_the_list_of_attacks_offers_the_levels(reader):
    _attack()
    IncidentFactory(title="Nobody held")
    listed = "/admin/incidents/incident/"
    chosen = "?reached=nobody&amp;through=justice"

    assert f'href="{chosen}"' in reader.get(listed).content.decode()
    shown = reader.get(listed, {"reached": "nobody", "through": "justice"}).content.decode()
    assert f'class="selected"><a href="{chosen}"' in shown
    assert "Nobody held" in shown
    assert "1 incident" in shown


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_curve_is_a_file(reader, kind):
    _attack()
    answer = reader.get(f"/admin/dashboard/to_arrest.{kind}")

    assert answer.status_code == 200
    assert answer.content.lstrip().startswith({"svg": b"<svg", "png": b"\x89PNG"}[kind])


def test_who_may_see_no_incidents_has_neither_page(client):
    client.force_login(UserFactory(is_staff=True, rights=[]))

    for page in (TIME, REACH):
        assert client.get(page).status_code == 403
