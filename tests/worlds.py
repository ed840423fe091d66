"""Small random worlds, and the ladder worked out over them in plain Python.

`reached` restates docs/methodology.md#the-ladder row by row, with no SQL, so that
property tests can hold reports/ladder.py against it.
"""

from contextlib import contextmanager
from datetime import date, timedelta

from django.db import transaction
from hypothesis import strategies as st

from incidents.models import Attribution, Claim
from legal.models import ArrestLink, Conviction, Ruling, Step
from records.models import Confidence
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
    ClaimFactory,
    ConvictionFactory,
    ConvictionIncidentFactory,
    ConvictionSuspectFactory,
    DetentionFactory,
    GroupFactory,
    IncidentFactory,
    RulingFactory,
    RulingSuspectFactory,
    StepFactory,
    StepIncidentFactory,
    SuspectFactory,
)

FIRST = date(2021, 1, 1)
days = st.integers(0, 9).map(lambda n: FIRST + timedelta(days=n))
confidences = st.sampled_from(Confidence.values)
statuses = st.sampled_from(["published", "published", "published", "draft"])


@contextmanager
def rolled_back():
    """What is written inside is gone afterwards: one world per example."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@st.composite
def worlds(draw):
    """A recipe: lists of plain values that `build` turns into rows."""
    incident, arrest, suspect = st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)

    def rows(*fields, most=3):
        return draw(st.lists(st.tuples(*fields), max_size=most))

    return {
        "incidents": draw(st.lists(st.tuples(days, statuses), min_size=3, max_size=3)),
        "claims": rows(incident, st.none() | days, confidences, statuses),
        "attributions": rows(
            incident, st.none() | days, confidences, st.sampled_from(["attributes", "denies"])
        ),
        "arrests": draw(st.lists(st.tuples(days, statuses), min_size=3, max_size=3)),
        "links": rows(
            arrest,
            incident,
            st.sampled_from(["suspected_perpetrator", "negligence", "commander", "other"]),
            st.booleans(),
            confidences,
            most=5,
        ),
        "detentions": rows(arrest, suspect),
        "steps": rows(
            suspect,
            st.sampled_from(["charged", "tried", "acquitted", "bailed"]),
            days,
            st.none() | arrest,
            st.none() | incident,
            confidences,
        ),
        "convictions": rows(st.lists(suspect, max_size=2, unique=True), incident, days, statuses),
        "rulings": rows(
            st.integers(0, 2),
            st.sampled_from(["upheld", "annulled", "retrial_ordered", "commuted", "pardoned"]),
            days,
            st.none() | suspect,
            statuses,
            most=4,
        ),
    }


def build(world):
    """The rows of a world. Returns its incidents."""
    incidents = [IncidentFactory(on=on, review_status=status) for on, status in world["incidents"]]
    arrests = [ArrestFactory(on=on, review_status=status) for on, status in world["arrests"]]
    suspects = SuspectFactory.create_batch(3)
    group = GroupFactory()
    for n, on, confidence, status in world["claims"]:
        ClaimFactory(
            incident=incidents[n], group=group, on=on, confidence=confidence, review_status=status
        )
    for n, on, confidence, stance in world["attributions"]:
        AttributionFactory(
            incident=incidents[n], group=group, on=on, confidence=confidence, stance=stance
        )
    for a, n, basis, contested, confidence in {row[:3]: row for row in world["links"]}.values():
        ArrestLinkFactory(
            arrest=arrests[a],
            incident=incidents[n],
            basis_kind=basis,
            contested=contested,
            confidence=confidence,
        )
    for a, s in set(world["detentions"]):
        DetentionFactory(arrest=arrests[a], suspect=suspects[s])
    for s, kind, on, a, n, confidence in world["steps"]:
        step = StepFactory(
            suspect=suspects[s],
            kind=kind,
            on=on,
            arrest=None if a is None else arrests[a],
            confidence=confidence,
        )
        if n is not None:
            StepIncidentFactory(step=step, incident=incidents[n])
    convictions = []
    for guilty, n, on, status in world["convictions"]:
        conviction = ConvictionFactory(on=on, review_status=status)
        convictions.append(conviction)
        ConvictionIncidentFactory(conviction=conviction, incident=incidents[n])
        for s in guilty:
            ConvictionSuspectFactory(conviction=conviction, suspect=suspects[s])
    for c, kind, on, s, status in world["rulings"]:
        if c < len(convictions):
            ruling = RulingFactory(
                conviction=convictions[c], kind=kind, on=on, review_status=status
            )
            if s is not None:
                RulingSuspectFactory(ruling=ruling, suspect=suspects[s])
    return incidents


# The ladder in plain Python


def _counts(row):
    return row.review_status == "published" and row.marking == "TLP:CLEAR"


def _sure_enough(row, least):
    order = Confidence.values
    return order.index(row.confidence) <= order.index(least)


def _by(row, day):
    return row.occurred_to <= day


def linked(question):
    """Pairs (arrest id, incident id) that count."""
    return {
        (link.arrest_id, link.incident_id)
        for link in ArrestLink.objects.select_related("arrest")
        if _counts(link)
        and _counts(link.arrest)
        and _by(link.arrest, question.as_of)
        and link.basis_kind in ("suspected_perpetrator", "accomplice", "commander")
        and _sure_enough(link, "possible")
        and (question.contested or not link.contested)
    }


def _steps(question):
    return [
        step
        for step in Step.objects.prefetch_related("incidents")
        if _counts(step) and _by(step, question.as_of) and _sure_enough(step, "possible")
    ]


def _of_steps(question, kinds):
    steps, pairs, found = _steps(question), linked(question), set()
    for step in steps:
        if step.kind not in kinds:
            continue
        named = {row.incident_id for row in step.incidents.all()}
        arrests = (
            {step.arrest_id}
            if step.arrest_id
            else {
                held.arrest_id
                for held in steps
                if held.kind == "detained" and held.suspect_id == step.suspect_id
            }
        )
        found |= named or {incident for arrest, incident in pairs if arrest in arrests}
    return found


def _convictions(question):
    return [
        conviction
        for conviction in Conviction.objects.prefetch_related("incidents", "suspects")
        if _counts(conviction) and conviction.decided_to <= question.as_of
    ]


def stands(conviction, question):
    """Whether one conviction holds on the day, for at least one suspect."""

    def undone(suspect_id):
        last = None
        for ruling in Ruling.objects.filter(conviction=conviction).order_by("decided_to", "id"):
            named = set(ruling.suspects.values_list("suspect", flat=True))
            concerns = not named or suspect_id in named
            decisive = ruling.kind in ("upheld", "annulled", "retrial_ordered")
            if _counts(ruling) and ruling.decided_to <= question.as_of and concerns and decisive:
                last = ruling.kind
        return last in ("annulled", "retrial_ordered")

    suspects = [row.suspect_id for row in conviction.suspects.all()] or [None]
    return any(not undone(suspect) for suspect in suspects)


def reached(rung, question):
    """The ids of the counted incidents on a rung."""
    from_statements = {
        "claimed": lambda: {
            row.incident_id
            for row in Claim.objects.all()
            if _counts(row)
            and (row.asserted_to is None or row.asserted_to <= question.as_of)
            and _sure_enough(row, "possible")
        },
        "attributed": lambda: {
            row.incident_id
            for row in Attribution.objects.all()
            if _counts(row)
            and row.stance == "attributes"
            and (row.asserted_to is None or row.asserted_to <= question.as_of)
            and _sure_enough(row, question.min_confidence)
        },
        "arrested": lambda: {incident for _arrest, incident in linked(question)},
        "convicted": lambda: {
            row.incident_id for c in _convictions(question) for row in c.incidents.all()
        },
        "standing": lambda: {
            row.incident_id
            for c in _convictions(question)
            if stands(c, question)
            for row in c.incidents.all()
        },
        "charged": lambda: (
            _of_steps(question, {"charged", "tried", "acquitted"}) | reached("convicted", question)
        ),
        "tried": lambda: (
            _of_steps(question, {"tried", "acquitted"}) | reached("convicted", question)
        ),
    }
    return from_statements[rung]()
