from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from records.models import Confidence
from records.viewer import PUBLIC
from reports.ladder import Question
from reports.rollup import stretches
from tests.factories import GroupFactory, RelationFactory
from tests.worlds import rolled_back

DAY = date(2021, 2, 15)


def roots(member, day=DAY, confidence=Confidence.POSSIBLE):
    """The roots of a group on a day, as `stretches` tells them."""
    found = stretches(Question(day, PUBLIC, min_confidence=confidence))
    own = [s.root for s in found if s.member == member.pk and s.since <= day <= s.until]
    return set(own) or {member.pk}


def test_a_facade_is_folded_into_its_militia():
    relation = RelationFactory()

    assert roots(relation.from_group) == {relation.to_group_id}
    assert roots(relation.to_group) == {relation.to_group_id}


def test_a_facade_of_a_brigade_climbs_to_the_militia():
    facade, brigade, militia = GroupFactory.create_batch(3)
    RelationFactory(from_group=facade, to_group=brigade)
    RelationFactory(from_group=brigade, to_group=militia, kind="brigade_of")

    assert roots(facade) == {militia.pk}


def test_membership_and_sponsors_are_not_climbed():
    militia = GroupFactory()
    for kind in ("member_of", "part_of", "organ_of", "coordinates_with", "splinter_of"):
        RelationFactory(from_group=militia, kind=kind)

    assert roots(militia) == {militia.pk}


def test_a_parent_is_a_question_with_a_date():
    facade, old, new = GroupFactory.create_batch(3)
    RelationFactory(
        from_group=facade, to_group=old, until=date(2020, 12, 31), until_precision="day"
    )
    RelationFactory(from_group=facade, to_group=new, since=date(2021, 1, 1), since_precision="day")

    assert roots(facade, date(2020, 12, 31)) == {old.pk}
    assert roots(facade, date(2021, 1, 1)) == {new.pk}


def test_between_two_parents_a_group_is_its_own_root():
    facade, old = GroupFactory.create_batch(2)
    RelationFactory(from_group=facade, to_group=old, until=date(2020, 6, 30), until_precision="day")

    assert roots(facade, date(2020, 7, 1)) == {facade.pk}


def test_contradicting_parents_are_both_roots_if_held_surely_enough():
    facade, likely, doubtful = GroupFactory.create_batch(3)
    RelationFactory(from_group=facade, to_group=likely, confidence="likely")
    RelationFactory(from_group=facade, to_group=doubtful, confidence="doubtful")

    assert roots(facade) == {likely.pk}
    assert roots(facade, confidence=Confidence.DOUBTFUL) == {likely.pk, doubtful.pk}


def test_a_circle_of_relations_ends():
    one, other = GroupFactory.create_batch(2)
    RelationFactory(from_group=one, to_group=other)
    RelationFactory(from_group=other, to_group=one)

    assert roots(one) == {one.pk}


def test_only_published_relations_that_the_viewer_may_read_are_climbed():
    draft = RelationFactory(review_status="draft")
    hidden = RelationFactory(marking="TLP:GREEN")

    assert roots(draft.from_group) == {draft.from_group_id}
    assert roots(hidden.from_group) == {hidden.from_group_id}


days = st.integers(1, 28).map(lambda n: date(2021, 2, n))


@settings(max_examples=40, deadline=None)
@given(
    recipe=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.none() | days, st.none() | days),
        max_size=7,
    ),
    day=days,
)
def test_stretches_equal_a_climb_on_the_day(recipe, day):
    """However relations overlap in time, the stretches tell what one climb that day tells."""
    with rolled_back():
        groups = GroupFactory.create_batch(5)
        parents = {group.pk: set() for group in groups}
        for child, parent, since, until in recipe:
            if child == parent or (since and until and since > until):
                continue
            RelationFactory(
                from_group=groups[child],
                to_group=groups[parent],
                since=since,
                since_precision="day" if since else "",
                until=until,
                until_precision="day" if until else "",
            )
            if (since is None or since <= day) and (until is None or until >= day):
                parents[groups[child].pk].add(groups[parent].pk)

        for group in groups:
            reached, to_visit = set(), [group.pk]
            while to_visit:
                if (at := to_visit.pop()) not in reached:
                    reached.add(at)
                    to_visit += parents[at]
            tops = {at for at in reached if not parents[at]} or {group.pk}
            assert roots(group, day) == tops
