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
    StepFactory,
    SuspectFactory,
)
from tests.merges import merged_by, people
from tests.queues import TODAY, asked, case, items, kinds_of, monitor
from tests.reviewing import record_in
from tests.starter import StarterDataTestCase

__all__ = ["people"]

LONG_AGO = date(2024, 1, 10)


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


def test_the_withdrawal_of_a_merged_incident_waits_for_its_second_person(people):
    kept, other = (record_in("published", people) for _number in range(2))
    merged_by(people["monitor"], kept, other)

    asker = monitor(organisation=other.owner)
    (item,) = (each for each in items(asked(asker)) if each.row_id == other.pk)
    assert (item.kind, item.yours) == ("to_countersign", True)
    assert why(item, TODAY).startswith("Merged into another incident by one monitor alone on ")


def test_what_was_withdrawn_waits_for_nothing():
    withdrawn = {"review_status": "withdrawn", "withdrawn_reason": "It was no attack."}
    assert kinds_of(IncidentFactory(**withdrawn)) == set()


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
