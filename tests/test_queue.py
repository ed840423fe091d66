"""What is in the queue, and what is not: each rule both ways, and the starter data by hand."""

from datetime import date, timedelta

import pytest

from incidents.models import Incident
from legal.models import Arrest, Conviction, Step, Suspect
from records.models import Record
from reports.models.queue_note import RECORDS
from reports.queue.items import Wanted, counts
from reports.queue.words import why
from tests.catalogue import our_models
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
    CandidateLinkFactory,
    CasualtyFigureFactory,
    ConvictionFactory,
    ConvictionSuspectFactory,
    DetentionFactory,
    GroupFactory,
    IncidentFactory,
    OrganisationFactory,
    RulingFactory,
    StepFactory,
    SuspectFactory,
)
from tests.queues import TODAY, asked, items, kinds_of
from tests.starter import StarterDataTestCase

LONG_AGO = date(2024, 1, 10)
RECENT = TODAY - timedelta(days=30)


def case(*steps, **suspect):
    """A suspect with steps: pairs of kind and day, and a confidence if not likely."""
    suspect = SuspectFactory(**suspect)
    for kind, day, *confidence in steps:
        factory = DetentionFactory if kind == "detained" else StepFactory
        factory(suspect=suspect, kind=kind, on=day, confidence=(confidence or ["likely"])[0])
    return suspect


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


# Arrests, convictions, links, names


def test_an_arrest_wants_a_person_and_a_link():
    arrest = ArrestFactory()
    assert kinds_of(arrest) == {"arrest_without_person", "arrest_without_link"}

    DetentionFactory(arrest=arrest)
    ArrestLinkFactory(arrest=arrest)
    assert kinds_of(arrest) == set()


def test_a_conviction_wants_the_arrest_of_everybody_convicted():
    judged = ConvictionFactory()
    assert kinds_of(judged) == {"conviction_without_arrest"}

    held, other = SuspectFactory(), SuspectFactory()
    DetentionFactory(suspect=held)
    ConvictionSuspectFactory(conviction=judged, suspect=held)
    assert kinds_of(judged) == set()

    ConvictionSuspectFactory(conviction=judged, suspect=other)
    assert kinds_of(judged) == {"conviction_without_arrest"}


def test_a_contested_link_is_to_be_settled():
    assert kinds_of(ArrestLinkFactory(contested=True)) == {"link_contested"}
    assert kinds_of(ArrestLinkFactory(contested=False)) == set()


def test_a_name_in_question_is_to_be_decided():
    assert kinds_of(CandidateLinkFactory()) == {"name_in_question"}
    decided = {"decision": "rejected", "decided_on": TODAY, "decision_reason": "Another one."}
    assert kinds_of(CandidateLinkFactory(**decided)) == set()


# Sources that conflict


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ({"low": 1, "high": 2}, {"low": 3, "high": 4}, {"casualties_differ"}),
        ({"low": 1, "high": 3}, {"low": 3, "high": 4}, set()),
        ({"low": None, "high": 2}, {"low": 3, "high": None}, {"casualties_differ"}),
        ({"low": 1, "high": None}, {"low": 3, "high": 4}, set()),
        ({"low": 1, "high": 2}, {"low": 3, "high": 4, "status": "wounded"}, set()),
        ({"low": 1, "high": 2}, {"low": 3, "high": 4, "confidence": "rejected"}, set()),
    ],
)
def test_figures_conflict_where_they_do_not_overlap(one, other, kinds):
    incident = IncidentFactory()
    for figure in (one, other):
        CasualtyFigureFactory(incident=incident, **{"status": "killed", **figure})

    assert kinds_of(incident) == kinds


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        (["likely", "likely"], {"attributions_differ"}),
        (["confirmed", "likely"], set()),
        (["confirmed", "likely", "likely"], set()),
        (["doubtful", "doubtful"], set()),
    ],
)
def test_attributions_conflict_where_none_is_surer(said, kinds):
    incident = IncidentFactory()
    for confidence in said:
        AttributionFactory(incident=incident, confidence=confidence, asserted_by="Somebody")

    assert kinds_of(incident) == kinds


def test_attributions_to_one_group_do_not_conflict():
    incident, group = IncidentFactory(), GroupFactory()
    for author in ("One", "Another"):
        AttributionFactory(incident=incident, group=group, asserted_by=author)

    assert kinds_of(incident) == set()


def test_numbers_of_detained_and_reasons_conflict():
    assert "detained_differ" in kinds_of(ArrestFactory(detained_low=13, detained_high=14))
    assert "detained_differ" not in kinds_of(ArrestFactory(detained_low=13, detained_high=13))
    reasons = {"kind": "released", "stated_reason": "Insufficient evidence"}
    assert kinds_of(StepFactory(**reasons, reported_reason="Pressure")) == {"reasons_differ"}
    assert kinds_of(StepFactory(**reasons)) == set()


# Review


def test_what_waits_for_a_second_person_and_drafts_left_lying():
    wider = {"marking": "TLP:CLEAR", "shared_with": [], "readers": [], "asked_by": 1}
    old = {"review_status": "draft"}

    assert kinds_of(IncidentFactory(review_status="submitted")) == {"to_review"}
    assert kinds_of(IncidentFactory(to_countersign=True)) == {"to_countersign"}
    assert kinds_of(IncidentFactory(wider={**wider, "reason": "Asked."})) == {"to_agree"}
    assert kinds_of(IncidentFactory(**old), day=date.today() + timedelta(30)) == {"draft_left"}
    assert kinds_of(IncidentFactory(**old), day=date.today()) == set()
    assert kinds_of(IncidentFactory()) == set()


def test_every_kind_of_record_can_be_in_the_queue():
    assert set(RECORDS) == {model for model in our_models() if issubclass(model, Record)}


def test_the_queue_is_that_of_ones_own_organisation():
    other = OrganisationFactory(slug="partner", name="Partner")
    suspect = case(("detained", LONG_AGO), owner=other)

    assert kinds_of(suspect) == set()


def test_counts_and_lists_are_of_the_same_items():
    for number in range(30):
        case(("detained", LONG_AGO + timedelta(number)))
    question = asked()
    listed = items(question)

    assert {kind: numbers[0] for kind, numbers in counts(question, Wanted()).items()} == {
        kind: sum(item.kind == kind for item in listed) for kind in {item.kind for item in listed}
    }
    assert len({item.position for item in listed}) == len(listed) == 60
    assert [item.position for item in listed] == sorted(item.position for item in listed)


class StarterQueue(StarterDataTestCase):
    """Checked by hand against fixtures/09_arrests.yaml and fixtures/10_convictions.yaml."""

    def numbers(self, **question):
        return {k.value: n[0] for k, n in counts(asked(**question), Wanted()).items()}

    def test_how_many_of_each_kind(self):
        assert self.numbers() == {
            "bailed": 13,
            "quiet": 36,
            "arrest_without_person": 1,
            "conviction_without_arrest": 2,
            "link_contested": 4,
            "detained_differ": 2,
            "reasons_differ": 1,
            "attributions_differ": 2,
            "name_in_question": 1,
        }

    def test_the_thirteen_bailed_after_dora(self):
        bailed = items(asked(), kind="bailed")
        codes = {
            suspect.code
            for suspect in Suspect.objects.filter(origin_id__startswith="arr-2020-06-26-dora")
            if suspect.origin_id != "arr-2020-06-26-dora-s14"
        }

        assert {item.title for item in bailed} == codes
        assert why(bailed[0], TODAY) == ("Bailed on 2020-06-29; nothing recorded for 2,337 days.")

    def test_the_fourteenth_is_a_case_gone_quiet(self):
        assert kinds_of(Suspect.objects.get(origin_id="arr-2020-06-26-dora-s14")) == {"quiet"}

    def test_al_hashimi_before_and_after_the_annulment_and_the_acquittal(self):
        suspect = Suspect.objects.get(origin_id="arr-2021-07-hashimi-s01")

        assert kinds_of(suspect, day=date(2023, 6, 30)) == set()  # convicted in May
        assert kinds_of(suspect, day=date(2023, 12, 1)) == {"quiet"}  # annulled in July
        assert kinds_of(suspect) == set()  # acquitted in March 2024

    def test_released_without_a_charge_is_an_end(self):
        suspect = Suspect.objects.get(origin_id="arr-2021-05-26-pmf-commander-s01")
        step = Step.objects.get(origin_id="arr-2021-05-26-pmf-commander-s01-released")

        assert kinds_of(suspect) == set()
        assert kinds_of(step) == {"reasons_differ"}

    def test_arrests_and_convictions(self):
        officers = Arrest.objects.get(origin_id="arr-2020-09-28-jihad-officers")
        dora = Arrest.objects.get(origin_id="arr-2020-06-26-dora")
        sajjad = Conviction.objects.get(origin_id="conv-2023-03-22-sajjad")
        troell = Conviction.objects.get(origin_id="conv-2023-08-31-troell")

        assert kinds_of(officers) == {"arrest_without_person"}
        assert kinds_of(dora) == {"detained_differ"}
        assert kinds_of(sajjad) == {"conviction_without_arrest"}
        assert kinds_of(troell) == set()

    def test_erbil_is_attributed_to_two_with_one_confidence(self):
        erbil = Incident.objects.get(origin_id="inc-20210215-erbil")

        assert kinds_of(erbil) == {"attributions_differ"}
