"""Two incidents that are one attack: what moves, who may, and the way back."""

import pytest
from django.db import IntegrityError, transaction
from pghistory.models import Event

from incidents.belonging import relations
from incidents.merging import why_not_undo
from incidents.models import Claim, FormerReference, Incident, IncidentCitation, MergedRow
from legal.models import ArrestLink
from records import review
from records.models.audience import Marked
from records.review import Refused
from records.viewer import Viewer
from tests.catalogue import factories_of
from tests.factories import (
    ArrestLinkFactory,
    ClaimFactory,
    IncidentPlaceFactory,
    SourceFactory,
    cite,
)
from tests.merges import WHY, merged_by, monitor, now, pair, people, undone_by
from tests.reviewing import record_in, signed_in

__all__ = ["monitor", "pair", "people"]

# What moves


def test_every_kind_of_row_that_belongs_to_an_incident_moves_and_goes_back(pair, monitor):
    kept, other = pair
    rows = {}
    for key in relations():
        if key.model not in (FormerReference, IncidentCitation):
            given = {key.name: other}
            rows[key] = factories_of()[key.model](**given)
    assert len(rows) >= 11

    made = merged_by(monitor, kept, other)

    assert {key.model for key in rows if getattr(now(rows[key]), key.attname) != kept.pk} == set()
    assert now(other).merged_into_id == kept.pk
    assert MergedRow.objects.filter(merge=made).count() == len(rows) + 1  # and the citation

    undone_by(monitor, made)

    assert {key.model for key in rows if getattr(now(rows[key]), key.attname) != other.pk} == set()


def test_every_key_to_an_incident_is_moved_or_said_not_to_be():
    leading = {
        f"{relation.related_model.__name__}.{relation.field.name}"
        for relation in Incident._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and not issubclass(relation.related_model, Marked | Event)
    }

    assert leading == {
        "Proposal.incident",  # what was sent, and made of it then
        "ImportRow.incident",  # the row of a file that it was made from
        "Merge.kept",
        "Merge.merged",
    }


def test_what_is_said_twice_stands_side_by_side(pair, monitor):
    kept, other = pair
    claim = ClaimFactory(incident=kept)
    ClaimFactory(incident=other, group=claim.group, channel=claim.channel)

    merged_by(monitor, kept, other)

    assert kept.claims.count() == 2


def test_what_can_be_there_once_stays_behind(pair, monitor):
    kept, other = pair
    source = SourceFactory()
    first = ArrestLinkFactory(incident=kept)
    second = ArrestLinkFactory(incident=other, arrest=first.arrest)
    contested = ArrestLinkFactory(incident=other, arrest=first.arrest, contested=True)
    cite(kept, source)
    cite(other, source)

    made = merged_by(monitor, kept, other)

    assert now(second).incident_id == other.pk
    assert now(contested).incident_id == kept.pk, "it says something else"
    assert kept.citations.filter(source=source).count() == 1
    assert other.citations.filter(source=source).count() == 1
    undone_by(monitor, made)
    assert ArrestLink.objects.filter(incident=other).count() == 2
    assert kept.citations.filter(source=source).count() == 1


def test_a_part_keeps_its_marking_its_author_and_its_history(pair, people, monitor):
    kept, other = pair
    claim = ClaimFactory(
        incident=other,
        marking="TLP:AMBER",
        created_by=people["author"],
        updated_by=people["author"],
    )

    merged_by(monitor, kept, other)

    claim = now(claim)
    assert claim.marking == "TLP:AMBER"
    assert (claim.created_by, claim.updated_by) == (people["author"], people["author"])
    last = Claim.pgh_event_model.objects.filter(pgh_obj=claim).order_by("pgh_id").last()
    assert (last.pgh_context["user"], last.pgh_context["reason"]) == (monitor.pk, WHY)


def test_rows_that_whoever_merges_may_not_see_move_unseen(pair, people, monitor):
    kept, other = pair
    stranger = people["stranger"]
    theirs = ClaimFactory(incident=other, owner=stranger.organisation, marking="TLP:AMBER+STRICT")
    red = ClaimFactory(incident=other, marking="TLP:RED", readers=[people["editor"].pk])
    twin = ArrestLinkFactory(incident=kept, marking="TLP:RED", readers=[people["editor"].pk])
    behind = ArrestLinkFactory(
        incident=other, arrest=twin.arrest, marking="TLP:RED", readers=[people["editor"].pk]
    )
    before = now(theirs).updated_by_id

    made = merged_by(monitor, kept, other)

    assert [now(row).incident_id for row in (theirs, red, behind)] == [kept.pk, kept.pk, other.pk]
    assert now(theirs).updated_by_id == before, "nobody of ours is named on what is theirs"
    with signed_in(monitor):
        assert list(Claim.objects.visible_to(Viewer.of(monitor)).filter(incident=kept)) == []
        assert MergedRow.objects.count() == 0, "what moved is nobody's to read"
    undone_by(monitor, made)
    assert now(red).incident_id == other.pk


# What it says


def test_the_kept_one_takes_what_is_chosen_and_waits_for_a_second_monitor(pair, monitor):
    kept, other = pair

    merged_by(monitor, kept, other, {"title": "Rockets at Erbil", "place_id": other.place_id})

    kept, other = now(kept), now(other)
    assert (kept.title, kept.place_id) == ("Rockets at Erbil", other.place_id)
    assert (kept.review_status, kept.to_countersign, kept.updated_by) == (
        "published",
        True,
        monitor,
    )
    assert (other.review_status, other.to_countersign) == ("withdrawn", True)
    assert other.withdrawn_reason == WHY


def test_without_a_choice_it_waits_all_the_same(pair, monitor):
    merged_by(monitor, *pair)

    assert now(pair[0]).to_countersign


def test_nobody_countersigns_his_own_merge(pair, people, monitor):
    merged_by(monitor, *pair)

    for row in map(now, pair):
        with signed_in(monitor), pytest.raises(Refused):
            review.countersign(monitor, row, version=row.version)
        with signed_in(people["editor"]):
            review.countersign(people["editor"], row, version=row.version)
        assert not now(row).to_countersign


def test_a_draft_waits_for_nobody(people, monitor):
    kept, other = record_in("draft", people), record_in("draft", people)

    merged_by(monitor, kept, other)

    assert (now(kept).review_status, now(kept).to_countersign) == ("draft", False)
    assert (now(other).review_status, now(other).to_countersign) == ("withdrawn", False)
    assert FormerReference.objects.count() == 0, "nobody outside has read it"


def test_a_merged_one_is_not_reinstated_but_unmerged(pair, monitor):
    merged_by(monitor, *pair)
    other = now(pair[1])

    with signed_in(monitor), pytest.raises(Refused, match="undo the merge"):
        review.reinstate(monitor, other, version=other.version, reason="Again.")


# Chains


def test_references_lead_to_the_last_one_and_back_step_by_step(people, monitor):
    one, two, three = (record_in("published", people) for _ in range(3))
    claim = ClaimFactory(incident=one)

    first = merged_by(monitor, two, one)
    second = merged_by(monitor, three, two)

    assert now(one).merged_into_id == now(two).merged_into_id == three.pk
    assert set(three.former_references.values_list("reference", flat=True)) == {
        one.reference,
        two.reference,
    }
    assert now(claim).incident_id == three.pk
    with signed_in(monitor):
        assert "undo that merge first" in str(why_not_undo(first))
    undone_by(monitor, second)
    assert (now(one).merged_into_id, now(two).merged_into_id) == (two.pk, None)
    assert now(claim).incident_id == two.pk
    undone_by(monitor, first)
    assert now(claim).incident_id == one.pk
    assert FormerReference.objects.count() == 0


def test_the_database_lets_no_chain_and_no_circle_be(people, monitor):
    one, two, three = (record_in("published", people) for _ in range(3))
    merged_by(monitor, two, one)

    def point(row, to):
        Incident.objects.filter(pk=row.pk).update(
            merged_into=to, review_status="withdrawn", withdrawn_reason="x"
        )

    for row, to in ((three, one), (two, three), (two, one)):
        with pytest.raises(IntegrityError, match="merged nowhere itself"), transaction.atomic():
            point(row, to)


# Others


def test_a_merge_costs_as_much_for_ten_parts_as_for_one(people, monitor, count_queries):
    """The rows are moved by one call of the database."""
    monitor.has_perm("")  # his rights are asked for once
    costs = []
    for parts in (1, 10):
        kept, other = record_in("published", people), record_in("published", people)
        ClaimFactory.create_batch(parts, incident=other)
        costs.append(count_queries(lambda kept=kept, other=other: merged_by(monitor, kept, other)))

    assert costs[0] == costs[1]


def test_the_kept_one_counts_one_change(pair, monitor):
    kept, other = pair
    IncidentPlaceFactory(incident=other)
    version = now(kept).version

    made = merged_by(monitor, kept, other)

    assert (made.version_before, made.version_after) == (version, version + 1)
    assert now(kept).version == version + 1
