"""Which convictions stand on a day, and on whom."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legal.models import Conviction, ConvictionSuspect
from records.models import Marking
from records.viewer import PUBLIC, Viewer
from tests.factories import (
    ConvictionFactory,
    ConvictionSuspectFactory,
    RulingFactory,
    RulingSuspectFactory,
)

CONVICTED = date(2021, 1, 10)
YEAR_LATER, TWO_LATER = date(2022, 1, 10), date(2023, 1, 10)
AT_LAST = date(2026, 1, 1)


def standing(day=AT_LAST):
    return list(Conviction.objects.standing_on(day))


def suspects_held(day=AT_LAST):
    """The rows of convicted suspects on whom their conviction stands."""
    return set(ConvictionSuspect.objects.standing_on(day))


@pytest.fixture
def convicted():
    """One suspect found guilty in one conviction."""
    return ConvictionSuspectFactory(conviction=ConvictionFactory(on=CONVICTED))


@pytest.fixture
def two_convicted(convicted):
    """Two suspects found guilty in one conviction."""
    return convicted, ConvictionSuspectFactory(conviction=convicted.conviction)


def rule(convicted, kind, on, only=None, **values):
    """A ruling on a conviction, on all of the convicted or on one only."""
    ruling = RulingFactory(conviction=convicted.conviction, kind=kind, on=on, **values)
    if only:
        RulingSuspectFactory(ruling=ruling, suspect=only.suspect)
    return ruling


def test_a_conviction_stands_from_its_day(convicted):
    before = CONVICTED - timedelta(days=1)

    assert (standing(before), suspects_held(before)) == ([], set())
    assert (standing(CONVICTED), suspects_held(CONVICTED)) == (
        [convicted.conviction],
        {convicted},
    )


def test_a_conviction_of_an_uncertain_day_stands_from_the_last_possible_one():
    conviction = ConvictionFactory(about=(date(2021, 1, 1), date(2021, 3, 31)))

    assert standing(date(2021, 3, 30)) == []
    assert standing(date(2021, 3, 31)) == [conviction]


@pytest.mark.parametrize("kind", ["annulled", "retrial_ordered"])
def test_what_undoes_the_guilt_ends_the_conviction(convicted, kind):
    rule(convicted, kind, YEAR_LATER)

    assert (standing(), suspects_held()) == ([], set())


@pytest.mark.parametrize("kind", ["annulled", "retrial_ordered"])
def test_a_ruling_after_the_day_asked_about_is_not_known_on_it(convicted, kind):
    rule(convicted, kind, YEAR_LATER)

    assert standing(YEAR_LATER - timedelta(days=1)) == [convicted.conviction]
    assert standing(YEAR_LATER) == []


def test_a_ruling_of_an_uncertain_day_undoes_from_the_last_possible_one(convicted):
    RulingFactory(conviction=convicted.conviction, about=(YEAR_LATER, TWO_LATER))

    assert standing(TWO_LATER - timedelta(days=1)) == [convicted.conviction]
    assert standing(TWO_LATER) == []


@pytest.mark.parametrize("kind", ["upheld", "commuted", "pardoned"])
def test_what_leaves_the_guilt_leaves_the_conviction(convicted, kind):
    rule(convicted, kind, YEAR_LATER)

    assert (standing(), suspects_held()) == ([convicted.conviction], {convicted})


def test_a_judgment_upheld_after_an_annulment_is_restored(convicted):
    rule(convicted, "annulled", YEAR_LATER)
    rule(convicted, "upheld", TWO_LATER)

    assert standing(TWO_LATER - timedelta(days=1)) == []
    assert (standing(TWO_LATER), suspects_held(TWO_LATER)) == (
        [convicted.conviction],
        {convicted},
    )


@pytest.mark.parametrize("kind", ["commuted", "pardoned"])
def test_a_word_on_the_sentence_restores_no_guilt(convicted, kind):
    rule(convicted, "annulled", YEAR_LATER)
    rule(convicted, kind, TWO_LATER)

    assert (standing(), suspects_held()) == ([], set())


def test_rulings_prevail_by_their_day_not_by_the_order_of_entry(convicted):
    rule(convicted, "upheld", TWO_LATER)
    rule(convicted, "annulled", YEAR_LATER)

    assert standing() == [convicted.conviction]


@pytest.mark.parametrize(
    ("first", "then", "stands"), [("annulled", "upheld", True), ("upheld", "annulled", False)]
)
def test_of_two_rulings_on_one_day_the_later_entered_prevails(convicted, first, then, stands):
    rule(convicted, first, YEAR_LATER)
    rule(convicted, then, YEAR_LATER)

    assert standing() == [convicted.conviction] * stands
    assert suspects_held() == ({convicted} if stands else set())


def test_a_ruling_on_one_leaves_the_conviction_of_the_other(two_convicted):
    freed, held = two_convicted
    rule(freed, "annulled", YEAR_LATER, only=freed)

    assert (standing(), suspects_held()) == ([held.conviction], {held})


def test_a_conviction_ends_when_it_is_undone_for_each(two_convicted):
    one, other = two_convicted
    rule(one, "annulled", YEAR_LATER, only=one)
    rule(other, "retrial_ordered", TWO_LATER, only=other)

    assert (standing(YEAR_LATER), suspects_held(YEAR_LATER)) == ([one.conviction], {other})
    assert (standing(TWO_LATER), suspects_held(TWO_LATER)) == ([], set())


def test_a_judgment_restored_for_one_stays_undone_for_the_other(two_convicted):
    restored, freed = two_convicted
    rule(restored, "annulled", YEAR_LATER)
    rule(restored, "upheld", TWO_LATER, only=restored)

    assert (standing(), suspects_held()) == ([freed.conviction], {restored})


def test_a_conviction_whose_suspects_nobody_names_stands_until_undone_as_a_whole():
    conviction = ConvictionFactory(on=CONVICTED)
    RulingFactory(conviction=conviction, on=TWO_LATER)

    assert standing(TWO_LATER - timedelta(days=1)) == [conviction]
    assert (standing(TWO_LATER), suspects_held(TWO_LATER)) == ([], set())


def test_a_ruling_on_another_conviction_changes_nothing(convicted):
    RulingFactory(on=YEAR_LATER)
    other = ConvictionSuspectFactory(suspect=convicted.suspect)
    rule(other, "annulled", YEAR_LATER, only=other)

    assert (standing(), suspects_held()) == ([convicted.conviction], {convicted})


@pytest.mark.parametrize("status", ["draft", "submitted", "withdrawn"])
def test_a_ruling_that_is_not_published_undoes_nothing(convicted, status):
    reason = "Entered twice." if status == "withdrawn" else ""
    rule(convicted, "annulled", YEAR_LATER, review_status=status, withdrawn_reason=reason)

    assert standing() == [convicted.conviction]


def test_a_ruling_that_the_viewer_may_not_read_undoes_nothing_for_him(convicted):
    rule(convicted, "annulled", YEAR_LATER, marking="TLP:GREEN")
    seen_by_staff = Viewer(clearance=Marking.GREEN.rank)

    for viewer, standing_for_him in ((PUBLIC, [convicted.conviction]), (seen_by_staff, [])):
        rows = Conviction.objects.counted_for(viewer)
        assert list(rows.standing_on(AT_LAST)) == standing_for_him


def test_many_rulings_and_suspects_give_each_conviction_once(two_convicted, count_queries):
    for day in (YEAR_LATER, TWO_LATER):
        ruling = rule(two_convicted[0], "upheld", day, only=two_convicted[0])
        RulingSuspectFactory(ruling=ruling, suspect=two_convicted[1].suspect)

    assert standing() == [two_convicted[0].conviction]
    assert len(ConvictionSuspect.objects.standing_on(AT_LAST)) == 2
    assert count_queries(standing) == count_queries(suspects_held) == 1


KINDS = ["upheld", "annulled", "retrial_ordered", "commuted", "pardoned"]
SEQUENCES = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 4).map(lambda years: date(2021 + years, 1, 10)),
        st.sampled_from([None, 0, 1]),  # all of the convicted, or one of two
    ),
    max_size=6,
)


def held_by_hand(rulings, day):
    """The numbers of those of two suspects, convicted together, who stay so."""
    held = set()
    for number in (0, 1):
        stands = True
        for kind, _, only in sorted((r for r in rulings if r[1] <= day), key=lambda r: r[1]):
            if only in (None, number) and kind in ("upheld", "annulled", "retrial_ordered"):
                stands = kind == "upheld"
        if stands:
            held.add(number)
    return held


@given(rulings=SEQUENCES, years=st.integers(0, 5))
def test_any_rulings_give_what_reading_them_in_order_gives(rulings, years):
    day = date(2021 + years, 1, 10)
    conviction = ConvictionFactory(on=CONVICTED)
    convicted = [ConvictionSuspectFactory(conviction=conviction) for _ in range(2)]
    for kind, decided, only in rulings:
        rule(convicted[0], kind, decided, only=None if only is None else convicted[only])

    found = ConvictionSuspect.objects.filter(conviction=conviction).standing_on(day)
    stands = Conviction.objects.filter(pk=conviction.pk).standing_on(day).exists()

    by_hand = held_by_hand(rulings, day)
    assert {convicted.index(row) for row in found} == by_hand
    assert stands == bool(by_hand)
