from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.models import Incident
from records.models import Confidence
from records.viewer import PUBLIC, Viewer
from reports.ladder import Question, Rung, ladder
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
    IncidentFactory,
    OrganisationFactory,
    RulingFactory,
    StepFactory,
)

LATE = date(2030, 1, 1)
RUNGS = [rung.value for rung in Rung if rung != Rung.RECORDED]
EVER = [rung for rung in RUNGS if rung != "standing"]

questions = st.builds(
    Question,
    as_of=worlds.days,
    viewer=st.just(PUBLIC),
    contested=st.booleans(),
    min_confidence=st.sampled_from(list(Confidence)[:4]),
)


def on_rung(rung, **asked):
    question = Question(**{"as_of": LATE, "viewer": PUBLIC} | asked)
    return ladder(Incident.objects.all()).reached(rung, question).count()


def ids(incidents):
    return set(incidents.values_list("pk", flat=True))


def convicted_incident(**conviction):
    """An incident with one suspect convicted for it; returns the conviction."""
    judgment = ConvictionFactory(**conviction)
    ConvictionIncidentFactory(conviction=judgment)
    ConvictionSuspectFactory(conviction=judgment)
    return judgment


# Against the same rules in plain Python


@settings(max_examples=60, deadline=None)
@given(world=worlds.worlds(), question=questions)
def test_every_rung_equals_the_rule_in_plain_python(world, question):
    with worlds.rolled_back():
        worlds.build(world)
        counted = ids(ladder(Incident.objects.all()).counted(question))
        for rung in RUNGS:
            found = ids(ladder(Incident.objects.all()).reached(rung, question))
            assert found == worlds.reached(rung, question) & counted, rung


@settings(max_examples=30, deadline=None)
@given(
    world=worlds.worlds(),
    question=questions,
    pair=st.tuples(st.sampled_from(RUNGS), st.sampled_from(RUNGS)),
    since=worlds.days,
)
def test_rungs_and_filters_compose_in_any_order(world, question, pair, since):
    first, second = pair
    with worlds.rolled_back():
        worlds.build(world)
        start = ladder(Incident.objects.all())
        one = start.reached(first, question).since(since).reached(second, question)
        other = start.since(since).reached(second, question).reached(first, question)
        flagged = start.with_rungs(question).since(since).counted(question)
        both = flagged.filter(**{first: True}).filter(**{second: True})
        assert ids(one) == ids(other) == ids(both)
        assert one.count() == len(ids(one))


@settings(max_examples=30, deadline=None)
@given(world=worlds.worlds(), question=questions, later=st.integers(0, 9))
def test_what_was_ever_reached_stays_reached(world, question, later):
    with worlds.rolled_back():
        worlds.build(world)
        then = Question(
            question.as_of + timedelta(days=later),
            PUBLIC,
            question.contested,
            question.min_confidence,
        )
        for rung in EVER:
            before = ids(ladder(Incident.objects.all()).reached(rung, question))
            assert before <= ids(ladder(Incident.objects.all()).reached(rung, then))


def test_a_standing_conviction_can_fall():
    judgment = convicted_incident(on=date(2023, 5, 7))
    RulingFactory(conviction=judgment, kind="annulled", on=date(2023, 7, 31))

    assert on_rung("standing", as_of=date(2023, 7, 30)) == 1
    assert on_rung("standing", as_of=date(2023, 7, 31)) == 0
    assert on_rung("convicted", as_of=date(2023, 7, 31)) == 1


# Counts that fool a naive join


def test_a_thousand_links_never_multiply_a_count():
    incident = IncidentFactory()
    arrests = [ArrestFactory() for _ in range(10)]
    for arrest in arrests:
        ArrestLinkFactory(incident=incident, arrest=arrest)
        for _ in range(10):
            detention = DetentionFactory(arrest=arrest)
            StepFactory(suspect=detention.suspect, arrest=arrest, kind="charged")
    for _ in range(10):
        judgment = ConvictionFactory()
        ConvictionIncidentFactory(conviction=judgment, incident=incident)
        ConvictionSuspectFactory.create_batch(10, conviction=judgment)
    ClaimFactory.create_batch(100, incident=incident)

    assert {rung: on_rung(rung) for rung in RUNGS} == {
        "claimed": 1, "attributed": 0, "arrested": 1, "charged": 1,
        "tried": 1, "convicted": 1, "standing": 1,
    }  # fmt: skip


def test_an_arrest_for_negligence_is_not_an_arrest_for_the_attack():
    link = ArrestLinkFactory(basis_kind="negligence")
    StepFactory(suspect=DetentionFactory(arrest=link.arrest).suspect, kind="charged")

    assert on_rung("arrested") == on_rung("charged") == 0


def test_contested_links_count_only_when_asked():
    ArrestLinkFactory(contested=True)

    assert on_rung("arrested") == 1
    assert on_rung("arrested", contested=False) == 0


def test_a_link_held_doubtful_does_not_count():
    ArrestLinkFactory(confidence="doubtful")

    assert on_rung("arrested") == 0


def test_a_conviction_without_arrest_raises_no_arrest():
    convicted_incident(in_absentia=True)

    assert on_rung("convicted") == on_rung("tried") == on_rung("charged") == 1
    assert on_rung("arrested") == 0


def test_an_arrest_of_unknown_day_counts_from_its_last_possible_day():
    arrest = ArrestFactory(about=(date(2021, 2, 15), date(2021, 3, 3)))
    ArrestLinkFactory(arrest=arrest)

    assert on_rung("arrested", as_of=date(2021, 3, 2)) == 0
    assert on_rung("arrested", as_of=date(2021, 3, 3)) == 1


def test_a_charge_that_names_an_incident_leaves_the_arrests_others_alone():
    named, other = IncidentFactory.create_batch(2)
    arrest = ArrestFactory()
    for incident in (named, other):
        ArrestLinkFactory(arrest=arrest, incident=incident)
    charge = StepFactory(suspect=DetentionFactory(arrest=arrest).suspect, arrest=arrest)
    charge.incidents.create(incident=named)

    question = Question(LATE, PUBLIC)
    assert ids(ladder(Incident.objects.all()).reached("charged", question)) == {named.pk}


def test_a_charge_without_arrest_is_about_what_its_suspect_was_detained_for():
    link, _other = ArrestLinkFactory.create_batch(2)
    StepFactory(suspect=DetentionFactory(arrest=link.arrest).suspect, arrest=None)

    question = Question(LATE, PUBLIC)
    assert ids(ladder(Incident.objects.all()).reached("charged", question)) == {link.incident_id}


@pytest.mark.parametrize(
    ("rung", "statement"), [("claimed", ClaimFactory), ("attributed", AttributionFactory)]
)
def test_a_statement_counts_from_its_last_possible_day_or_if_undated_at_once(rung, statement):
    statement(about=(date(2021, 3, 1), date(2021, 3, 31)))

    assert on_rung(rung, as_of=date(2021, 3, 30)) == 0
    assert on_rung(rung, as_of=date(2021, 3, 31)) == 1
    statement()
    assert on_rung(rung, as_of=date(2021, 3, 30)) == 1


def test_an_incident_counts_once_it_has_certainly_happened_or_a_span_has_begun():
    IncidentFactory(about=(date(2021, 3, 1), date(2021, 3, 31)))
    IncidentFactory(
        occurred_from=date(2021, 3, 1), occurred_to=date(2021, 3, 5), occurred_precision="span"
    )

    assert on_rung("recorded", as_of=date(2021, 2, 28)) == 0
    assert on_rung("recorded", as_of=date(2021, 3, 1)) == 1
    assert on_rung("recorded", as_of=date(2021, 3, 31)) == 2


# Only published rows that the viewer may read


@pytest.mark.parametrize("status", ["draft", "submitted"])
def test_what_is_not_published_does_not_count(status):
    ArrestLinkFactory(review_status=status)
    ArrestLinkFactory(arrest=ArrestFactory(review_status=status))
    judgment = convicted_incident()
    RulingFactory(conviction=judgment, kind="annulled", review_status=status)

    assert on_rung("arrested") == 0
    assert on_rung("standing") == 1


def test_a_withdrawn_incident_does_not_count():
    IncidentFactory(review_status="withdrawn", withdrawn_reason="Entered twice")

    assert on_rung("recorded") == 0


def test_markings_above_the_viewer_do_not_count():
    ours, other = OrganisationFactory(), OrganisationFactory(slug="other")
    link = ArrestLinkFactory(marking="TLP:AMBER+STRICT")

    assert on_rung("recorded") == 1
    assert on_rung("arrested", viewer=Viewer(organisation_id=ours.pk, clearance=3)) == 1
    assert on_rung("arrested", viewer=Viewer(organisation_id=other.pk, clearance=3)) == 0
    assert on_rung("arrested", viewer=PUBLIC) == 0
    link.marking, link.shared_with = "TLP:AMBER", [other.pk]
    link.save()
    assert on_rung("arrested", viewer=Viewer(organisation_id=other.pk, clearance=3)) == 1
    link.marking, link.shared_with, link.readers = "TLP:RED", [], [7]
    link.save()
    assert on_rung("arrested", viewer=Viewer(8, organisation_id=ours.pk, clearance=4)) == 0
    assert on_rung("arrested", viewer=Viewer(7, organisation_id=ours.pk, clearance=4)) == 1


def test_a_hearing_that_is_set_raises_nothing_before_or_after_its_day():
    held = DetentionFactory(arrest=ArrestLinkFactory().arrest)
    StepFactory(suspect=held.suspect, kind="hearing_set", on=date(2024, 5, 1))

    for day in (date(2024, 4, 1), date(2024, 6, 1)):
        assert on_rung("charged", as_of=day) == on_rung("tried", as_of=day) == 0
    StepFactory(suspect=held.suspect, kind="tried", on=date(2024, 5, 1))
    assert on_rung("tried", as_of=date(2024, 6, 1)) == 1


def test_an_unknown_rung_is_refused():
    with pytest.raises(ValueError, match="not a valid Rung"):
        on_rung("acquitted")


def test_the_ladder_makes_no_query_until_it_is_evaluated(count_queries):
    question = Question(LATE, PUBLIC)

    assert count_queries(lambda: ladder(Incident.objects.all()).reached("tried", question)) == 0
