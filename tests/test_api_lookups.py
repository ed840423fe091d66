"""Columns are asked alike for every noun: `__gte`, `__lte`, `__in`, `__isnull`."""

from datetime import date, timedelta, timezone

import pytest

from config.urls import NOUNS
from records.lookups import MOST_VALUES
from records.parameters import RecordFilter
from tests.factories import (
    ArrestFactory,
    CasualtyFigureFactory,
    ClaimFactory,
    ConvictionFactory,
    DesignationFactory,
    DetentionFactory,
    GroupFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    RelationFactory,
    SourceFactory,
    StatementFactory,
    SuspectFactory,
    UserFactory,
)
from tests.problems import refused


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


def parameters_of(view):
    return view.filterset_class.base_filters


# What there is


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_is_asked_by_reference_and_by_the_moment_of_change(noun):
    asked = {"reference__in", "updated_at__gte", "updated_at__lte", "marking__in", "certainty__in"}

    assert asked <= set(parameters_of(NOUNS[noun]))


@pytest.mark.parametrize("noun", NOUNS)
def test_what_is_shown_as_a_choice_is_asked_as_one_and_as_several(noun):
    view = NOUNS[noun]
    shown = {
        name
        for name, field in view.serializer_class().fields.items()
        if getattr(field, "choices", None) and name not in {"review_status", "side"}
    }

    assert shown
    assert shown | {f"{name}__in" for name in shown} <= set(parameters_of(view))


@pytest.mark.parametrize("noun", NOUNS)
def test_whether_it_is_unknown_is_asked_only_of_what_can_be(noun):
    view = NOUNS[noun]
    for name in parameters_of(view):
        if name.endswith("__isnull"):
            assert view.serializer_class().fields[name.removesuffix("__isnull")].allow_null, name


@pytest.mark.parametrize("noun", NOUNS)
def test_no_lookup_leads_over_another_table_but_behind_the_gate(noun):
    for name, filter_ in parameters_of(NOUNS[noun]).items():
        if "__" in filter_.field_name:
            assert isinstance(filter_, RecordFilter), name


# What each finds


def test_days_match_by_overlap(found):
    month = IncidentFactory(
        occurred_from=date(2020, 10, 1), occurred_to=date(2020, 10, 31), occurred_precision="month"
    ).reference
    day = IncidentFactory(on=date(2020, 11, 1)).reference

    assert found("incidents", occurred__gte="2020-10-31") == {month, day}
    assert found("incidents", occurred__gte="2020-11-01") == {day}
    assert found("incidents", occurred__lte="2020-10-01") == {month}
    assert found("incidents", occurred__lte="2020-09-30") == set()


def test_single_days(found):
    ended = DesignationFactory(on=date(2020, 2, 26), ended_on=date(2023, 1, 1)).reference
    goes_on = DesignationFactory(on=date(2020, 2, 26)).reference

    assert found("designations", ended_on__gte="2023-01-01") == {ended}
    assert found("designations", ended_on__gte="2023-01-02") == set()
    assert found("designations", ended_on__lte="2023-01-01") == {ended}
    assert found("designations", ended_on__isnull="true") == {goes_on}
    assert found("designations", ended_on__isnull="false") == {ended}


def test_days_with_a_precision(found):
    begun = RelationFactory(since="2020-03-01", since_precision="month").reference
    unknown = RelationFactory().reference

    assert found("relations", since__gte="2020-03-01") == {begun}
    assert found("relations", since__lte="2020-02-29") == set()
    assert found("relations", since__isnull="true") == {unknown}


def test_spans_that_nobody_knows(found):
    unknown = ClaimFactory().reference
    known = ClaimFactory(
        asserted_from="2021-02-15", asserted_to="2021-02-15", asserted_precision="day"
    ).reference

    assert found("claims", asserted__isnull="true") == {unknown}
    assert found("claims", asserted__isnull="false") == {known}


def test_moments(found):
    row = GroupFactory()
    row.refresh_from_db()
    moment, instant = row.updated_at, timedelta(microseconds=1)
    in_baghdad = moment.astimezone(timezone(timedelta(hours=3)))

    assert found("groups", updated_at__gte=moment.isoformat()) == {row.reference}
    assert found("groups", updated_at__gte=(moment + instant).isoformat()) == set()
    assert found("groups", updated_at__lte=in_baghdad.isoformat()) == {row.reference}
    assert found("groups", updated_at__lte=(in_baghdad - instant).isoformat()) == set()
    assert found("groups", updated_at__gte="2020-01-31T12:00Z") == {row.reference}


def test_numbers(found):
    short, long = (
        ConvictionFactory(sentence="term", sentence_months=months).reference for months in (24, 180)
    )
    unknown = ConvictionFactory().reference

    assert found("convictions", sentence_months="24") == {short}
    assert found("convictions", sentence_months__gte="24") == {short, long}
    assert found("convictions", sentence_months__gte="25") == {long}
    assert found("convictions", sentence_months__lte="24") == {short}
    assert found("convictions", sentence_months__in="24, 180") == {short, long}
    assert found("convictions", sentence_months__isnull="true") == {unknown}


def test_ranges_match_by_overlap_too(found):
    thirteen_or_more = ArrestFactory(detained_low=13).reference
    up_to_five = ArrestFactory(detained_high=5).reference
    two_or_three = ArrestFactory(detained_low=2, detained_high=3).reference
    unknown = ArrestFactory().reference

    assert found("arrests", detained__gte="4") == {thirteen_or_more, up_to_five}
    assert found("arrests", detained__gte="500") == {thirteen_or_more}
    assert found("arrests", detained__lte="2") == {two_or_three, up_to_five}
    assert found("arrests", detained__lte="1") == {up_to_five}
    assert found("arrests", detained__isnull="true") == {unknown}
    assert found("arrests", detained__isnull="false") == {
        thirteen_or_more,
        up_to_five,
        two_or_three,
    }


def test_several_choices(found):
    ambush, arson = (IncidentFactory(kind=kind).reference for kind in ("ambush", "arson"))
    IncidentFactory(kind="shooting")

    assert found("incidents", kind__in="ambush,arson") == {ambush, arson}
    assert found("incidents", kind__in="ambush") == {ambush}


def test_several_records(found):
    first, second, _third = (ClaimFactory() for _ in range(3))
    groups = f"{first.group.reference},{second.group.reference}"

    assert found("claims", group__in=groups) == {first.reference, second.reference}


def test_several_suspects_by_code(found):
    steps = [DetentionFactory(suspect=SuspectFactory(code=f"S-7F3K-9QW{x}")) for x in "AB"]

    assert found("steps", suspect__in="S-7F3K-9QWA,S-7F3K-9QWB") == {s.reference for s in steps}


def test_rows_by_their_own_references(found):
    first, second, _third = (GroupFactory().reference for _ in range(3))

    assert found("groups", reference__in=f"{first},{second},0000-0000-0000") == {first, second}


def test_whether_nobody_says_who(found):
    by_a_group = StatementFactory().reference

    assert found("statements", person__isnull="true") == {by_a_group}
    assert found("statements", group__isnull="true") == set()


def test_whether_it_has_a_point(found):
    unplaced = PlaceFactory(name="Somewhere").reference
    PlaceFactory(name="Here", latitude="33.3", longitude="44.4", point_radius_m=50)

    assert found("places", point__isnull="true") == {unplaced}


# What is refused


@pytest.mark.parametrize(
    ("noun", "parameter", "value", "remedy"),
    [
        ("incidents", "occurred__gte", "2021-02-30", "Give a day as YYYY-MM-DD."),
        ("incidents", "occurred__gte", "2021-2-3", "Give a day as YYYY-MM-DD."),
        ("incidents", "occurred__lte", "٢٠٢١-٠٢-٠٣", "Give a day as YYYY-MM-DD."),
        ("incidents", "kind__in", "ambush,rocket_atack", "Did you mean “rocket_attack”?"),
        ("incidents", "kind__in", "ambush,,arson", "Between two commas there is nothing."),
        ("incidents", "kind__in", ",".join(["arson"] * (MOST_VALUES + 1)), "Name at most 50."),
        ("incidents", "kind", "ambus", "Did you mean “ambush”?"),
        ("incidents", "weapons__gte", "1.5", "Give a whole number of up to nine digits."),
        ("incidents", "weapons__gte", "9" * 10, "Give a whole number of up to nine digits."),
        ("incidents", "weapons__isnull", "yes", "Give true or false."),
        ("convictions", "sentence_months__in", "1,x", "Give a whole number"),
        ("groups", "updated_at__gte", "2026-01-31", "2026-01-31T12:00:00Z"),
        ("groups", "updated_at__gte", "2026-01-31T12:00:00", "2026-01-31T12:00:00Z"),
        ("groups", "updated_at__gte", "2026-01-31T12:00:00 03:00", "%2B"),
        ("groups", "updated_at__gte", "0001-01-01T00:00:00+14:00", "2026-01-31T12:00:00Z"),
        ("groups", "updated_at__gte", "9999-12-31T23:59:59-14:00", "2026-01-31T12:00:00Z"),
        ("groups", "updated_at__lte", "2026-02-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("incidents", "title__regex", "x", "Unknown parameter."),
        ("incidents", "ocurred__gte", "2021-01-01", "Did you mean “occurred__gte”?"),
        ("incidents", "kind__gte", "ambush", "Did you mean “kind__in”?"),
        ("incidents", "q", "x" * 2001, "Give a shorter value."),
    ],
)
def test_a_wrong_question_is_refused_with_the_remedy(ask, noun, parameter, value, remedy):
    answer = ask(noun, **{parameter: value})

    assert answer.status_code == 400
    assert remedy in refused(answer)[parameter]


def test_among_several_a_hidden_record_is_refused_like_an_absent_one(ask):
    seen = GroupFactory().reference
    hidden = GroupFactory(
        marking="TLP:AMBER+STRICT", owner=OrganisationFactory(slug="partner", name="A partner")
    ).reference

    answers = [
        refused(ask("claims", group__in=f"{seen},{key}"))["group__in"].replace(key, "KEY")
        for key in (hidden, "0000-0000-0000")
    ]

    assert answers[0] == answers[1] == "There is no such record: “KEY”."


def test_a_form_is_made_of_what_is_asked_alone(rf):
    view = NOUNS["incidents"]

    asked = view.filterset_class({"kind": "ambush"}, queryset=view.queryset)

    assert list(asked.filters) == ["kind"]


@pytest.mark.parametrize(
    ("noun", "make", "column"),
    [
        ("sources", SourceFactory, "language"),
        ("casualties", CasualtyFigureFactory, "nationality"),
        ("places", PlaceFactory, "country"),
        ("incidents", IncidentFactory, "origin_id"),
        ("suspects", SuspectFactory, "code"),
        ("claims", ClaimFactory, "reference"),
    ],
)
def test_codes_are_asked_as_one_and_as_several(found, ask, noun, make, column):
    codes = {"code": ["S-AAAA-AAAA", "S-BBBB-BBBB", "S-CCCC-CCCC"]}.get(
        column, ["AA", "BB", "CC"] if column != "reference" else ["AAAA-1", "BBBB-1", "CCCC-1"]
    )
    first, second, _third = (make(**{column: code}).reference for code in codes)

    assert found(noun, **{column: codes[0]}) == {first}
    assert found(noun, **{f"{column}__in": ",".join(codes[:2])}) == {first, second}
    assert column in refused(ask(noun, **{column: "A" * 201}))
