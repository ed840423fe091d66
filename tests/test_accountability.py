from dataclasses import astuple
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.models import Incident
from records.viewer import PUBLIC
from reports.accountability import (
    COLUMNS,
    Cell,
    accountability,
    cell_of,
    rows_behind,
    wilson,
)
from reports.grouping import GROUPINGS, NONE, UnknownKey
from reports.ladder import Question, Rung, ladder
from reports.people import Range
from tests import worlds
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
    ClaimFactory,
    ConvictionFactory,
    ConvictionIncidentFactory,
    ConvictionSuspectFactory,
    DetentionFactory,
    GovernorateFactory,
    GroupFactory,
    IncidentFactory,
    PlaceFactory,
    RelationFactory,
    RulingFactory,
    StepFactory,
    SuspectFactory,
)
from tests.test_ladder import questions

LATE = Question(date(2030, 1, 1), PUBLIC)


def report(by=None, question=LATE):
    return accountability(Incident.objects.all(), question, by)


def recorded(by):
    """{key: incidents recorded} of the rows of a report."""
    return {row.key: row.counts.recorded for row in report(by).rows}


@settings(max_examples=40, deadline=None)
@given(world=worlds.worlds(), question=questions, by=st.sampled_from(sorted(GROUPINGS)))
def test_every_number_is_the_length_of_its_list(world, question, by):
    with worlds.rolled_back():
        worlds.build(world)
        made = report(by, question)
        cells = [(made.total, None, None)]
        cells += [(row.counts, by, row.key) for row in made.rows]
        for counts, grouping, key in cells:
            for column in COLUMNS:
                cell, asked = cell_of(column, question, grouping, key)
                listed = rows_behind(Incident.objects.all(), asked, cell)
                assert getattr(counts, column) == listed.count(), (by, key, column)


@settings(max_examples=30, deadline=None)
@given(world=worlds.worlds(), question=questions)
def test_the_total_is_the_ladder_itself(world, question):
    with worlds.rolled_back():
        worlds.build(world)
        total = report(None, question).total
        for rung in Rung:
            reached = ladder(Incident.objects.all()).reached(rung, question)
            assert getattr(total, rung.value) == reached.count()


def test_rows_with_one_key_each_add_up_to_the_total():
    for day in (date(2020, 1, 1), date(2020, 12, 31), date(2021, 6, 1)):
        IncidentFactory(on=day)

    made = report("month")

    assert sum(row.counts.recorded for row in made.rows) == made.total.recorded == 3


def test_what_cannot_be_placed_in_a_month_is_never_in_january():
    IncidentFactory(
        occurred_from=date(2020, 1, 1), occurred_to=date(2020, 12, 31), occurred_precision="year"
    )
    IncidentFactory(about=(date(2020, 1, 30), date(2020, 2, 2)))
    IncidentFactory(
        occurred_from=date(2019, 12, 31), occurred_to=date(2020, 1, 1), occurred_precision="span"
    )

    assert recorded("month") == {"2019-12": 1, NONE: 2}
    assert recorded("year") == {"2019": 1, "2020": 2}


def test_an_attack_attributed_to_two_groups_counts_once_in_each_row():
    incident = IncidentFactory()
    one, other = GroupFactory.create_batch(2)
    for group in (one, one, other):
        AttributionFactory(incident=incident, group=group)

    assert recorded("attributed_group") == {one.reference: 1, other.reference: 1}
    assert report("attributed_group").total.recorded == 1


def test_a_facade_and_its_militia_are_one_row_after_roll_up():
    relation = RelationFactory()
    incident = IncidentFactory()
    for group in (relation.from_group, relation.to_group):
        AttributionFactory(incident=incident, group=group)

    assert recorded("root_group") == {relation.to_group.reference: 1}


def test_roll_up_follows_the_relations_of_the_day_of_the_attack():
    facade = GroupFactory()
    old = RelationFactory(from_group=facade, until=date(2020, 12, 31), until_precision="day")
    new = RelationFactory(from_group=facade, since=date(2021, 1, 1), since_precision="day")
    for day in (date(2020, 6, 1), date(2021, 6, 1), date(2021, 7, 1)):
        AttributionFactory(group=facade, incident=IncidentFactory(on=day))

    assert recorded("root_group") == {old.to_group.reference: 1, new.to_group.reference: 2}


def test_a_governorate_counts_its_sites_and_itself():
    governorate = GovernorateFactory()
    IncidentFactory(place=governorate)
    IncidentFactory(place=PlaceFactory(governorate=governorate))
    IncidentFactory(place=PlaceFactory(country="SA"))

    assert recorded("governorate") == {governorate.reference: 2, NONE: 1}


def test_rows_of_groups_come_largest_first_and_the_keyless_last():
    small, large = GroupFactory.create_batch(2)
    ClaimFactory(group=small)
    ClaimFactory.create_batch(2, group=large)
    IncidentFactory.create_batch(5)

    assert [row.key for row in report("claimant").rows] == [large.reference, small.reference, NONE]


def test_the_arresting_authority_is_that_of_a_counting_link():
    link = ArrestLinkFactory()
    ArrestLinkFactory(incident=link.incident, basis_kind="negligence")

    assert recorded("authority") == {link.arrest.authority.reference: 1}


def test_the_convicted_without_arrest_are_listed_without_the_arrested():
    arrested, absent = IncidentFactory.create_batch(2)
    held_for(arrested)
    for incident in (arrested, absent):
        ConvictionIncidentFactory(incident=incident)
    cell, question = cell_of("convicted_without_arrest", LATE)

    listed = rows_behind(Incident.objects.all(), question, cell)

    assert [incident.pk for incident in listed] == [absent.pk]
    assert report().total.convicted_without_arrest == 1


def test_an_arrest_is_uncontested_in_the_row_of_the_authority_whose_it_is():
    sure = ArrestLinkFactory()
    contested = ArrestLinkFactory(incident=sure.incident, contested=True)

    rows = {row.key: row.counts.arrested_uncontested for row in report("authority").rows}

    assert rows[sure.arrest.authority.reference] == 1
    assert rows[contested.arrest.authority.reference] == 0


def test_unknown_groupings_and_keys_are_refused():
    with pytest.raises(KeyError):
        report("moon")
    with pytest.raises(UnknownKey):
        rows_behind(Incident.objects.all(), LATE, Cell(Rung.CLAIMED, None, "month", "2020-13"))


def test_no_incident_gives_zeros_and_no_rates():
    made = report("root_group")

    assert made.rows == ()
    assert set(astuple(made.total)) == {0}
    assert made.total.arrested_rate is None


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (0, 20, 0.0, 0.1611),
        (12, 2000, 0.0034, 0.0105),
        (20, 20, 0.8389, 1.0),
        (7, 94, 0.0365, 0.1458),
    ],
)
def test_wilson_intervals(hits, of, low, high):
    """Worked out from the formula in docs/methodology.md#rates."""
    rate = wilson(hits, of)

    assert (round(rate.low, 4), round(rate.high, 4)) == (low, high)


# People


def held_for(incident, **arrest):
    """An arrest for the attack."""
    return ArrestLinkFactory(incident=incident, arrest=ArrestFactory(**arrest)).arrest


def test_detained_people_are_a_range_and_an_unknown_number_is_at_least_one():
    incident = IncidentFactory()
    held_for(incident, detained_low=13, detained_high=14)
    held_for(incident)

    assert report().people.detained == Range(14, 15, open_ended=1)


def test_bail_is_not_release():
    arrest = held_for(IncidentFactory())
    suspect = DetentionFactory(arrest=arrest).suspect
    StepFactory(suspect=suspect, kind="bailed", arrest=arrest)

    assert report().people.bailed == Range(1, 1)
    assert report().people.released == Range(0, 0)


def test_a_possible_release_counts_in_the_high_figure_alone():
    arrest = held_for(IncidentFactory())
    suspect = DetentionFactory(arrest=arrest).suspect
    StepFactory(suspect=suspect, kind="released", confidence="possible")
    StepFactory(suspect=suspect, kind="released", confidence="doubtful")

    assert report().people.released == Range(0, 1)


def test_a_conviction_proves_a_charge_but_no_detention():
    judgment = ConvictionFactory(in_absentia=True)
    ConvictionIncidentFactory(conviction=judgment)
    ConvictionSuspectFactory.create_batch(2, conviction=judgment)
    RulingFactory(conviction=judgment, kind="annulled", on=date(2023, 7, 31))

    people = report().people

    assert people.charged == Range(2, 2)
    assert (people.convicted, people.convicted_without_arrest, people.standing) == (2, 2, 0)
    assert people.detained == Range(0, 0)


def test_a_convict_who_was_detained_has_a_recorded_arrest():
    arrest = held_for(IncidentFactory())
    judgment = ConvictionFactory()
    ConvictionIncidentFactory(conviction=judgment)
    for suspect in (DetentionFactory(arrest=arrest).suspect, SuspectFactory()):
        ConvictionSuspectFactory(conviction=judgment, suspect=suspect)

    assert (report().people.convicted, report().people.convicted_without_arrest) == (2, 1)


def test_people_are_those_of_the_incidents_asked_about():
    rocket, drone = IncidentFactory(), IncidentFactory(kind="drone_attack")
    held_for(rocket, detained_low=1, detained_high=1)
    held_for(drone, detained_low=5, detained_high=5)

    only = accountability(Incident.objects.filter(kind="drone_attack"), LATE)

    assert only.people.arrests == 1
    assert only.people.detained == Range(5, 5)


@pytest.mark.parametrize(
    ("by", "queries"), [(None, 2), ("year", 2), ("claimant", 3), ("root_group", 4)]
)
def test_the_report_costs_the_same_however_many_incidents(by, queries, count_queries):
    """The counts; the people; the labels of groups; the relations climbed."""
    ClaimFactory(incident=AttributionFactory().incident)
    cost_of_one = count_queries(lambda: report(by))

    for _ in range(9):
        ClaimFactory(incident=AttributionFactory().incident)

    assert count_queries(lambda: report(by)) == cost_of_one == queries
