"""The dashboard: every number is the length of its list, and that of the API."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from incidents.models import Incident
from records.viewer import PUBLIC, Viewer
from reports.accountability import COLUMNS
from reports.dashboard.figures import HEADS
from tests import worlds
from tests.dashboards import answer_of, figures_for, filters, numbers_of, rows_at
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
    ClaimFactory,
    DetentionFactory,
    GovernorateFactory,
    IncidentFactory,
    PlaceFactory,
    RelationFactory,
    UserFactory,
)
from tests.hidden_world import EVERY_RIGHT
from tests.starter import StarterDataTestCase

PAGE = "/admin/dashboard/"
DAYS = st.dates(date(2019, 6, 1), date(2024, 6, 1))
LATE = {"as_of": "2030-01-01"}


@pytest.fixture
def reader(client):
    """A client of somebody who may read."""
    client.force_login(_reader())
    return client


def _reader(**values):
    return UserFactory(is_staff=True, rights=EVERY_RIGHT, **values)


def numbers(**asked):
    """{(figure, row, column): number} of all figures."""
    return {
        (name, label, head): number.value
        for name, figure in figures_for({**LATE, **asked}, PUBLIC).items()
        for label, head, number in numbers_of(figure)
    }


class TestStarterData(StarterDataTestCase, HypothesisTestCase):
    @classmethod
    def setUpTestData(cls):
        """PostgreSQL plans badly for tables that it takes for empty."""
        super().setUpTestData()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    @settings(max_examples=10)
    @given(data=st.data(), chance=st.randoms(use_true_random=False))
    def test_every_number_is_the_length_of_its_list(self, data, chance):
        """Of each figure a handful, other ones each time: there are hundreds."""
        for figure in figures_for(data.draw(filters(DAYS)), PUBLIC).values():
            found = list(numbers_of(figure))
            for label, head, number in chance.sample(found, min(5, len(found))):
                listed = rows_at(number.address, PUBLIC).count()
                assert listed == number.value, (figure.name, label, head, number.address)

    @settings(max_examples=30)
    @given(data=st.data())
    def test_the_api_answers_with_the_same_numbers(self, data):
        asked = data.draw(filters(DAYS))
        user = _reader()
        client = Client()
        client.force_login(user)
        figures = figures_for(asked, Viewer.of(user))
        for name in ("months", "militias", "governorates", "sites"):
            answer = answer_of(client, figures[name].query)
            said = [_counts(line) for line in figures[name].lines]
            assert said == [[row[column] for column in HEADS] for row in answer["rows"]], name
            assert _counts(figures[name].total) == [answer["total"][c] for c in HEADS]
        rungs = [number.value for _l, _h, number in numbers_of(figures["ladder"])]
        total = answer_of(client, figures["ladder"].query)["total"]
        uncounted = ("arrested_uncontested", "convicted_without_arrest")
        assert rungs == [total[column] for column in COLUMNS if column not in uncounted]
        pairs = answer_of(client, figures["claims"].query)["rows"]
        shown = sum(number.value for _l, _h, number in numbers_of(figures["claims"]))
        assert shown == sum(row["recorded"] for row in pairs if row["key"] != "none")
        held = answer_of(client, figures["arrests"].query)
        assert [line.cells[0][0].value for line in figures["arrests"].all_lines] == [
            row["arrests"] for row in (*_as_shown(held["rows"], figures), held["total"])
        ]

    def test_the_dora_raid(self):
        """13 or 14 held; 13 bailed; whether any were released is 0 to 14; nobody charged."""
        figure = figures_for(LATE, PUBLIC)["arrests"]
        line = next(line for line in figure.lines if "Counter Terrorism Service" in line.label)
        said = dict(zip(figure.heads[1:], [[*map(str, cell)] for cell in line.cells], strict=True))

        assert said["Arrests"] == ["1"]
        assert said["On the ladder"] == ["0"]  # the link to Taji is held doubtful
        assert said["Persons detained"] == ["13 to 14"]
        assert said["Suspects recorded"] == ["14"]
        assert said["Bailed"] == ["13"]
        assert said["Released"] == ["0", "14"]
        assert said["Charged"] == ["0"]

    def test_muslih_was_released_for_two_reasons(self):
        figure = figures_for(LATE, PUBLIC)["reasons"]
        told = [line for line in figure.lines if "Pressure on the judges" in str(line.cells[1][0])]

        assert len(told) == 1
        assert "no evidence was presented" in str(told[0].cells[0][0])


def _counts(line):
    return [cell[0].value for cell in line.cells]


def _as_shown(rows, figures):
    order = [line.label for line in figures["arrests"].lines]
    return sorted(rows, key=lambda row: order.index(row["label"]))


@settings(max_examples=15)
@given(world=worlds.worlds(), data=st.data())
def test_every_number_is_the_length_of_its_list_in_any_world(world, data):
    with worlds.rolled_back():
        worlds.build(world)
        days = st.integers(0, 12).map(lambda n: worlds.FIRST + timedelta(days=n))
        for figure in figures_for(data.draw(filters(days)), PUBLIC).values():
            for label, head, number in numbers_of(figure):
                listed = rows_at(number.address, PUBLIC)
                assert listed.count() == number.value, (figure.name, label, head)


# The page


def test_a_page_costs_the_same_for_one_attack_as_for_many(reader, count_queries):
    """Beside two of session and rights and four of the transaction: the groups, the places, the
    counts, the roll-up, people, arrests, reasons and saved views."""
    _attack()
    cost = count_queries(lambda: reader.get(PAGE))
    for _n in range(5):
        _attack()

    assert count_queries(lambda: reader.get(PAGE)) == cost
    assert cost - count_queries(lambda: reader.get("/admin/password_change/")) <= 8


def test_a_page_with_every_filter_asks_for_little_more(reader, count_queries):
    attack = _attack()
    group = attack.claims.get().group.reference
    asked = {"governorate": attack.place.governorate.reference, "place": attack.place.reference}
    asked |= {"group": group, "include": "facades", "kind": attack.kind}
    plain = count_queries(lambda: reader.get(PAGE))

    assert reader.get(PAGE, asked).status_code == 200
    assert count_queries(lambda: reader.get(PAGE, asked)) <= plain + 4


def _attack():
    attack = IncidentFactory(place=PlaceFactory(governorate=GovernorateFactory()))
    ClaimFactory(incident=attack)
    AttributionFactory(incident=attack)
    arrest = ArrestFactory(detained_low=1, detained_high=2)
    ArrestLinkFactory(arrest=arrest, incident=attack)
    DetentionFactory(arrest=arrest)
    return attack


def test_what_is_not_known_is_refused(reader):
    for asked, remedy in (
        ({"sinse": "2020-01-01"}, "Did you mean “since”?"),
        ({"since": "01/02/2020"}, "YYYY-MM-DD"),
        ({"governorate": "IQ-XX"}, "There is no such record"),
        ({"by": "root_grp"}, "Did you mean “root_group”?"),
        ({"include": "facades"}, "Say with “group”"),
        ({"kind": ["ambush", "arson"]}, "once"),
    ):
        answer = reader.get(PAGE, asked)
        assert answer.status_code == 400, asked
        assert remedy in answer.content.decode(), asked


def test_what_a_form_leaves_empty_goes_out_of_the_address(reader):
    answer = reader.get(f"{PAGE}?since=&kind=ambush&group=&include=facades&as_of=")

    assert answer.status_code == 302
    assert answer.url == f"{PAGE}?kind=ambush"


def test_a_filter_that_is_set_can_be_taken_away(reader):
    _attack()
    page = reader.get(PAGE, {"kind": "rocket_attack", "contested": "false"})

    assert [str(what) for what, _value, _address in page.context["chips"]] == [
        "Kind of attack",
        "Contested links",
    ]
    assert page.context["chips"][0][2] == f"{PAGE}?contested=false"


def test_where_no_attack_matches_the_page_says_what_to_take_away(reader):
    _attack()
    page = reader.get(PAGE, {"until": "1999-01-01"}).content.decode()

    assert "No attack matches." in page
    assert "remove To: 1999-01-01" in page


def test_attacks_that_have_no_month_stand_apart():
    IncidentFactory(on=date(2021, 3, 5))
    IncidentFactory(
        occurred_from=date(2021, 1, 1), occurred_to=date(2021, 12, 31), occurred_precision="year"
    )
    figure = figures_for(LATE, PUBLIC)["months"]

    assert [line.label for line in figure.lines] == ["2021-03", "not known to the month"]
    assert figure.chart.rest.count == 1
    assert [column.count for column in figure.chart.columns] == [1]


def test_a_link_for_negligence_is_an_arrest_but_not_on_the_ladder():
    ArrestLinkFactory(arrest=ArrestFactory(), incident=IncidentFactory(), basis_kind="negligence")
    found = numbers()

    assert found["arrests", "All authorities", "Arrests"] == 1
    assert found["arrests", "All authorities", "On the ladder"] == 0
    assert found["ladder", "Led to an arrest", "Attacks"] == 0


def test_a_rejected_link_ties_nothing():
    ArrestLinkFactory(incident=IncidentFactory(), confidence="rejected")

    assert numbers()["arrests", "All authorities", "Arrests"] == 0


def test_facades_are_folded_in_or_shown():
    facade = RelationFactory(kind="facade_of")
    AttributionFactory(group=facade.from_group)
    folded, shown = (
        [line.label for line in figures_for({**LATE, "by": by}, PUBLIC)["militias"].lines]
        for by in ("root_group", "attributed_group")
    )

    assert (folded, shown) == ([facade.to_group.name], [facade.from_group.name])


# Files


@pytest.mark.parametrize(
    ("kind", "begins"), [("csv", b"Rung,Attacks\n"), ("svg", b"<svg"), ("png", b"\x89PNG")]
)
def test_a_figure_is_a_file(reader, kind, begins):
    _attack()
    answer = reader.get(f"{PAGE}ladder.{kind}", LATE)

    assert answer.status_code == 200
    assert answer.content.lstrip().startswith(begins)
    assert f'filename="musaala-ladder-2030-01-01.{kind}"' in answer["Content-Disposition"]


def test_a_file_of_text_that_a_spreadsheet_would_run_is_harmless(reader):
    attack = IncidentFactory(place=PlaceFactory(name="=1+1"))
    assert Incident.objects.get() == attack
    lines = reader.get(f"{PAGE}sites.csv").content.decode().splitlines()

    assert not any(line.startswith("=") for line in lines)


@pytest.mark.parametrize("name", ["reasons.svg", "nothing.csv", "ladder.pdf"])
def test_what_is_no_figure_is_not_found(reader, name):
    assert reader.get(f"{PAGE}{name}").status_code == 404


def test_who_may_see_no_incidents_has_no_dashboard(client):
    client.force_login(UserFactory(is_staff=True, rights=[]))

    for address in (PAGE, f"{PAGE}ladder.csv", f"{PAGE}changes/?against=2020-01-01"):
        assert client.get(address).status_code == 403
