"""What is in the queue about the cases of suspects, and what is not: each rule both ways."""

from datetime import date, timedelta

import pytest

from legal.models import Suspect
from reports.queue.words import why
from tests.factories import (
    ConvictionFactory,
    ConvictionSuspectFactory,
    RulingFactory,
    StepFactory,
    SuspectFactory,
)
from tests.queues import TODAY, asked, case, items, kinds_of

LONG_AGO = date(2024, 1, 10)
RECENT = TODAY - timedelta(days=30)


# Cases


@pytest.mark.parametrize(
    ("steps", "kinds"),
    [
        ([("detained", LONG_AGO)], {"quiet"}),
        ([("detained", RECENT)], set()),
        ([("detained", LONG_AGO), ("transferred", RECENT)], set()),
        ([("detained", LONG_AGO), ("transferred", RECENT, "doubtful")], {"quiet"}),
        ([("sought", LONG_AGO)], {"quiet"}),
        ([("bailed", LONG_AGO)], {"bailed"}),
        ([("bailed", RECENT)], set()),
        ([("bailed", LONG_AGO), ("charged", LONG_AGO + timedelta(1))], {"quiet"}),
        ([("bailed", LONG_AGO), ("released", LONG_AGO, "possible")], {"bailed"}),
        ([("bailed", LONG_AGO), ("released", LONG_AGO)], set()),
        ([("released", LONG_AGO)], set()),
        ([("released", LONG_AGO, "possible")], {"quiet"}),
        ([("charged", LONG_AGO), ("released", LONG_AGO)], {"quiet"}),
        (
            [("charged", LONG_AGO), ("charge_dropped", LONG_AGO), ("released", LONG_AGO)],
            set(),
        ),
        ([("charged", LONG_AGO), ("charge_dropped", LONG_AGO)], {"quiet"}),
        ([("released", LONG_AGO), ("detained", LONG_AGO + timedelta(1))], {"quiet"}),
        ([("acquitted", LONG_AGO)], set()),
        ([("acquitted", LONG_AGO), ("tried", LONG_AGO + timedelta(1))], {"quiet"}),
        ([("died", LONG_AGO)], set()),
        ([("escaped", LONG_AGO)], {"quiet"}),
    ],
)
def test_a_case_is_quiet_until_something_is_heard_or_it_has_ended(steps, kinds):
    assert kinds_of(case(*steps)) == kinds


def test_the_days_after_which_a_case_is_quiet_are_asked_for():
    suspect = case(("detained", RECENT))

    assert kinds_of(suspect, quiet_days=29) == {"quiet"}
    assert kinds_of(suspect, quiet_days=30) == set()


def test_what_is_dated_after_the_day_is_not_known_then():
    suspect = case(("detained", LONG_AGO), ("acquitted", RECENT))

    assert kinds_of(suspect, day=RECENT - timedelta(1)) == {"quiet"}
    assert kinds_of(suspect, day=LONG_AGO - timedelta(1)) == set()
    assert kinds_of(suspect, day=RECENT + timedelta(200)) == set()


def test_a_suspect_of_whom_no_step_is_recorded_is_quiet():
    suspect = SuspectFactory()
    Suspect.objects.filter(pk=suspect.pk).update(created_at="2024-01-01T00:00Z")

    assert kinds_of(suspect) == {"quiet"}
    assert kinds_of(SuspectFactory()) == set()


@pytest.mark.parametrize(("final", "kinds"), [(True, set()), (False, {"quiet"}), (None, {"quiet"})])
def test_a_conviction_ends_a_case_when_it_stands_and_is_final(final, kinds):
    suspect = case(("detained", LONG_AGO))
    judged = ConvictionFactory(on=LONG_AGO + timedelta(9), final=final)
    ConvictionSuspectFactory(conviction=judged, suspect=suspect)

    assert kinds_of(suspect) == kinds
    assert kinds_of(suspect, day=LONG_AGO + timedelta(60)) == set()  # heard of lately

    RulingFactory(conviction=judged, kind="annulled", on=LONG_AGO + timedelta(20))
    assert kinds_of(suspect) == {"quiet"}
    (item,) = items(asked(), kind="quiet")
    assert why(item, TODAY).startswith("Annulled on 2024-01-30; nothing recorded for ")


def test_a_next_step_that_waits_for_review_is_recorded():
    suspect = case(("detained", LONG_AGO))
    step = StepFactory(suspect=suspect, kind="charged", on=RECENT, review_status="submitted")

    assert kinds_of(suspect) == set()
    assert kinds_of(step) == {"to_review"}


# Hearings


def test_a_hearing_ahead_is_due_and_its_case_not_quiet():
    suspect = case(("detained", LONG_AGO))
    hearing = StepFactory(suspect=suspect, kind="hearing_set", on=TODAY + timedelta(10))

    assert kinds_of(hearing) == {"hearing_due"}
    assert kinds_of(suspect) == set()
    assert kinds_of(hearing, day=TODAY - timedelta(25)) == set()  # not within the month
    assert kinds_of(suspect, day=TODAY - timedelta(25)) == set()


def test_a_hearing_that_has_passed_wants_its_outcome():
    day = TODAY - timedelta(200)
    suspect = case(("charged", LONG_AGO))
    hearing = StepFactory(suspect=suspect, kind="hearing_set", on=day)

    assert kinds_of(hearing) == {"hearing_passed"}
    assert kinds_of(suspect) == set()

    StepFactory(suspect=suspect, kind="tried", on=day)
    assert kinds_of(hearing) == set()
    assert kinds_of(suspect) == {"quiet"}


def test_a_hearing_that_is_put_off_waits_for_its_new_day():
    suspect = case(("charged", LONG_AGO))
    first = StepFactory(suspect=suspect, kind="hearing_set", on=TODAY - timedelta(9))
    second = StepFactory(suspect=suspect, kind="hearing_set", on=TODAY + timedelta(9))

    assert kinds_of(first) == set()
    assert kinds_of(second) == {"hearing_due"}


def test_a_judgment_is_the_outcome_of_a_hearing():
    suspect = case(("charged", LONG_AGO))
    hearing = StepFactory(suspect=suspect, kind="hearing_set", on=RECENT)
    judged = ConvictionFactory(on=RECENT + timedelta(1))
    ConvictionSuspectFactory(conviction=judged, suspect=suspect)

    assert kinds_of(hearing) == set()
