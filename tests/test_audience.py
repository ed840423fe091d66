"""The stored audience of every row equals the one worked out in plain Python.

`audience` below restates docs/security.md#who-may-read-what row by row, with no SQL, so that
whatever is inserted, changed, joined and taken away, in any order, the triggers in
records/migrations/_audience.py are held to it.
"""

from dataclasses import dataclass

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.models import (
    Claim,
    ClaimCitation,
    Incident,
    IncidentCitation,
    IncidentPlace,
    Place,
)
from legal.models import (
    Conviction,
    ConvictionSuspect,
    Ruling,
    RulingSuspect,
    Step,
    StepIncident,
    Suspect,
)
from militias.models import Group, GroupName
from records.models import Record, Source
from records.models.audience import keys_to_marked
from tests.factories import (
    ClaimFactory,
    ConvictionSuspectFactory,
    GroupNameFactory,
    IncidentFactory,
    IncidentPlaceFactory,
    OrganisationFactory,
    RulingFactory,
    RulingSuspectFactory,
    StepIncidentFactory,
    cite,
)
from tests.hidden_world import Hider, World, visible_world
from tests.worlds import rolled_back

RANKS = ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"]
EVERYBODY = None


@dataclass(frozen=True)
class Audience:
    """Who may read a row. EVERYBODY stands for no limit, of organisations or of readers."""

    rank: int
    organisations: frozenset | None
    readers: frozenset | None
    published: bool

    def met_with(self, other):
        return Audience(
            max(self.rank, other.rank),
            _narrower(self.organisations, other.organisations),
            _narrower(self.readers, other.readers),
            self.published and other.published,
        )


def _narrower(one, other):
    if EVERYBODY in (one, other):
        return one if other is EVERYBODY else other
    return one & other


def _of_marking(marking, owner, shared_with, readers, published):
    organisations = EVERYBODY
    if not published or marking == "TLP:AMBER+STRICT":
        organisations = frozenset([owner])
    elif marking == "TLP:AMBER":
        organisations = frozenset([owner, *shared_with])
    named = frozenset(readers) if marking == "TLP:RED" else EVERYBODY
    return Audience(RANKS.index(marking), organisations, named, published)


def own_audience(row):
    """What the row itself says. A part says nothing of owner and status: its record does."""
    if isinstance(row, Record):
        published = row.review_status == "published"
        return _of_marking(row.marking, row.owner_id, row.shared_with, row.readers, published)
    record = getattr(row, row.KEY[0])
    marking = row.marking or "TLP:CLEAR"
    return _of_marking(marking, record.owner_id, record.shared_with, row.readers, True)


def audience(row):
    """The row's own, met with that of all it names and of its members."""
    found = own_audience(row)
    for key in keys_to_marked(type(row)):
        if getattr(row, key.attname) is not None:
            found = found.met_with(audience(getattr(row, key.name)))
    for name in row.MEMBERS:
        for join in getattr(row, name).all():
            other = next(key.name for key in keys_to_marked(type(join)) if key.name != join.KEY[0])
            found = found.met_with(own_audience(join)).met_with(audience(getattr(join, other)))
    return found


def stored_audience(row):
    def as_set(ids):
        return EVERYBODY if ids is None else frozenset(ids)

    return Audience(
        row.audience_rank,
        as_set(row.audience_organisations),
        as_set(row.audience_readers),
        row.audience_published,
    )


MODELS = [
    Source,
    Group,
    GroupName,
    Place,
    Incident,
    IncidentPlace,
    IncidentCitation,
    Claim,
    ClaimCitation,
    Suspect,
    Step,
    StepIncident,
    Conviction,
    ConvictionSuspect,
    Ruling,
    RulingSuspect,
]
RECORDS = [model for model in MODELS if issubclass(model, Record)]
PARTS = [model for model in MODELS if not issubclass(model, Record)]


def wrong_rows():
    """Rows whose stored audience is not the one worked out."""
    return [
        (row, stored_audience(row), audience(row))
        for model in MODELS
        for row in model.objects.all()
        if stored_audience(row) != audience(row)
    ]


def test_every_row_of_a_world_with_every_kind_has_its_audience():
    world = visible_world()
    for model, rows in world.seen.items():
        for row in model.objects.filter(pk__in=[row.pk for row in rows]):
            assert stored_audience(row) == audience(row), row


def test_a_shared_record_is_for_its_owner_and_whom_it_is_shared_with():
    other = OrganisationFactory(slug="other", name="Other")
    claim = ClaimFactory(marking="TLP:AMBER", shared_with=[other.pk])

    claim.refresh_from_db()
    assert set(claim.audience_organisations) == {claim.owner_id, other.pk}
    assert stored_audience(claim) == audience(claim)


def test_two_limits_admit_whom_both_admit():
    one, other = OrganisationFactory(), OrganisationFactory(slug="other", name="Other")
    shared = {"marking": "TLP:AMBER", "shared_with": [other.pk]}
    claim = ClaimFactory(owner=one, **shared, incident__owner=other, incident__marking="TLP:AMBER")
    named = [{"marking": "TLP:RED", "readers": readers} for readers in ([7, 8], [8, 9])]
    red = ClaimFactory(incident=IncidentFactory(**named[0]), **named[1])

    for row in (claim, red):
        row.refresh_from_db()
        assert stored_audience(row) == audience(row)
    assert claim.audience_organisations == [other.pk]
    assert red.audience_readers == [8]


@pytest.mark.parametrize("marking", RANKS[1:])
def test_a_member_narrows_the_whole_for_as_long_as_it_is_one(marking):
    """By its own marking: the suspect himself is everybody's to read."""
    member = ConvictionSuspectFactory()
    conviction = member.conviction
    readers = [7] if marking == "TLP:RED" else []
    for values in ({"marking": marking, "readers": readers}, {"marking": "", "readers": []}):
        ConvictionSuspect.objects.filter(pk=member.pk).update(**values)
        conviction.refresh_from_db()
        assert stored_audience(conviction) == audience(conviction)
        assert (conviction.audience_rank == 0) is (not values["marking"])

    second = ConvictionSuspectFactory(conviction=conviction, marking=marking, readers=readers)
    conviction.refresh_from_db()
    assert conviction.audience_rank == RANKS.index(marking)
    second.delete()
    conviction.refresh_from_db()
    assert stored_audience(conviction) == audience(conviction) == Audience(0, None, None, True)


# Any sequence of changes

number = st.integers(0, 5)
markings = st.sampled_from(RANKS)
statuses = st.sampled_from(["published", "published", "draft", "withdrawn"])
changes = st.one_of(
    st.tuples(st.just("insert"), st.sampled_from(MODELS), number, number, markings),
    st.tuples(st.just("mark"), st.sampled_from(MODELS), number, number, markings),
    st.tuples(st.just("status"), st.sampled_from(RECORDS), number, statuses),
    st.tuples(st.just("owner"), st.sampled_from(RECORDS), number, st.integers(0, 1)),
    st.tuples(st.just("point"), st.sampled_from(MODELS), number, number),
    st.tuples(st.just("delete"), st.sampled_from(PARTS), number),
)


@settings(max_examples=50)
@given(st.lists(changes, min_size=1, max_size=12))
def test_any_sequence_of_changes_leaves_every_row_its_audience(sequence):
    with rolled_back():
        world = Small()
        for kind, model, *how in sequence:
            try:
                with transaction.atomic():
                    getattr(world, kind)(model, *how)
            except IntegrityError:  # a twin, or a second detention: nothing was changed
                pass
        assert wrong_rows() == []


class Small:
    """A few rows of each model, and what can befall them."""

    def __init__(self):
        self.owners = [OrganisationFactory(), OrganisationFactory(slug="other", name="Other")]
        self.making = Hider(_small_world(), [], [])
        self.making.world.seen.update(
            {model: list(model.objects.order_by("pk")[:3]) for model in MODELS}
        )

    def _row(self, model, which):
        rows = list(model.objects.order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def _said(self, marking, which, record=True):
        shared = [self.owners[which % 2].pk] if marking == "TLP:AMBER" and record else []
        said = {"marking": marking, "readers": [which, 7] if marking == "TLP:RED" else []}
        return {**said, "shared_with": shared} if record else said

    def insert(self, model, which, other, marking):
        keys = {key.name: self._row(key.related_model, other) for key in _required(model)}
        said = self._said(marking, which, issubclass(model, Record))
        self.making._make(model, {**keys, **said})

    def mark(self, model, which, other, marking):
        if row := self._row(model, which):
            said = self._said(marking, other, issubclass(model, Record))
            model.objects.filter(pk=row.pk).update(**said)

    def status(self, model, which, status):
        reason = "wrong" if status == "withdrawn" else ""
        rows = model.objects.filter(pk=self._row(model, which).pk)
        rows.update(review_status=status, withdrawn_reason=reason)

    def owner(self, model, which, owner):
        model.objects.filter(pk=self._row(model, which).pk).update(owner=self.owners[owner])

    def point(self, model, which, other):
        row = self._row(model, which)
        keys = _required(model)
        if row and keys:
            key = keys[other % len(keys)]
            target = self._row(key.related_model, other)
            model.objects.filter(pk=row.pk).update(**{key.name: target})

    def delete(self, model, which):
        if row := self._row(model, which):
            row.delete()


def _required(model):
    return [key for key in keys_to_marked(model) if not key.null and key.related_model in MODELS]


def _small_world():
    """Two rows of most kinds, and every way in which one hangs on another."""
    for _ in range(2):
        link = StepIncidentFactory()
        claim = ClaimFactory(incident=link.incident)
        cite(claim)
        cite(link.incident)
        IncidentPlaceFactory(incident=link.incident)
        GroupNameFactory(bearer=claim.group)
        convicted = ConvictionSuspectFactory(suspect=link.step.suspect)
        ruling = RulingFactory(conviction=convicted.conviction)
        RulingSuspectFactory(ruling=ruling, suspect=convicted.suspect)
    return World({})
