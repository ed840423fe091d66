"""Two incidents that are one attack: what moves, who may, and the way back."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from pghistory.models import Event

from incidents.answers import relations
from incidents.merging import merge, standing, undo, why_not_undo
from incidents.models import Claim, FormerReference, Incident, IncidentCitation, Merge, MergedRow
from incidents.undoing import Undoing
from legal.models import ArrestLink
from records import review
from records.models.audience import Marked
from records.review import Refused, Stale
from records.viewer import Viewer
from tests.catalogue import factories_of
from tests.factories import (
    ArrestLinkFactory,
    ClaimFactory,
    IncidentFactory,
    IncidentPlaceFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    cite,
)
from tests.reviewing import people, record_in, signed_in

__all__ = ["people"]

WHY = "The same rockets, told twice."


def now(row):
    return type(row).objects.get(pk=row.pk)


def merged_by(person, kept, other, values=None, versions=None):
    kept, other = now(kept), now(other)
    with signed_in(person):
        return merge(
            person,
            (kept, other),
            values or {},
            versions=versions or (kept.version, other.version),
            reason=WHY,
        )


def undone_by(person, made, chosen=(), version=None):
    with signed_in(person):
        merges = Merge.objects.visible_to(Viewer.of(person)).select_related("kept", "merged")
        made = merges.get(pk=made.pk)
        values = Undoing(made, Viewer.of(person)).values(chosen)
        undo(person, made, values, version=version or made.kept.version, reason="Two after all.")


@pytest.fixture
def pair(people):
    return record_in("published", people), record_in("published", people)


@pytest.fixture
def monitor(people):
    return people["monitor"]


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
    second = ArrestLinkFactory(incident=other, arrest=first.arrest, contested=True)
    cite(kept, source)
    cite(other, source)

    made = merged_by(monitor, kept, other)

    assert now(second).incident_id == other.pk
    assert kept.citations.filter(source=source).count() == 1
    assert other.citations.filter(source=source).count() == 1
    undone_by(monitor, made)
    assert ArrestLink.objects.filter(incident=other).count() == 1
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


# Who may


@pytest.mark.parametrize("who", ["author", "colleague", "stranger", "auditor", "administrator"])
def test_only_monitors_of_its_organisation_merge(pair, people, who):
    with pytest.raises((Refused, Incident.DoesNotExist)):
        merged_by(people[who], *pair)

    assert Merge.objects.count() == 0


def test_data_entry_merges_not_even_own_drafts(people):
    """One of them is withdrawn by it, which a monitor does."""
    rows = [record_in("draft", people, edited_by="author") for _ in range(2)]

    with pytest.raises(Refused, match="Only a monitor"):
        merged_by(people["author"], *rows)


def _but_status(given):
    return {name: value for name, value in given.items() if name != "review_status"}


@pytest.mark.parametrize(
    ("kept", "other", "why"),
    [
        ({"review_status": "submitted"}, {}, "Only drafts and published"),
        ({}, {"review_status": "submitted"}, "Only drafts and published"),
        ({}, {"review_status": "withdrawn", "withdrawn_reason": "A rumour."}, "Only drafts"),
        ({"review_status": "draft"}, {}, "The published one is kept"),
        ({"marking": "TLP:CLEAR"}, {"marking": "TLP:GREEN"}, "must not be read by more"),
        ({"marking": "TLP:GREEN"}, {"marking": "TLP:AMBER+STRICT"}, "must not be read by more"),
        ({"marking": "TLP:AMBER+STRICT"}, {"marking": "TLP:RED"}, "must not be read by more"),
    ],
)
def test_what_is_refused_changes_nothing(people, monitor, kept, other, why):
    if other.get("marking") == "TLP:RED":
        other["readers"] = [monitor.pk]
    rows = [
        record_in(given.get("review_status", "published"), people, **_but_status(given))
        for given in (kept, other)
    ]
    claim = ClaimFactory(incident=rows[1])

    with pytest.raises(Refused, match=why):
        merged_by(monitor, *rows, {"title": "Another"})

    assert now(claim).incident_id == rows[1].pk
    assert now(rows[0]).title != "Another"
    assert Merge.objects.count() == 0


@pytest.mark.parametrize(
    ("kept", "other"),
    [
        ({"marking": "TLP:GREEN"}, {"marking": "TLP:CLEAR"}),
        ({"marking": "TLP:RED"}, {"marking": "TLP:AMBER+STRICT"}),
        ({"marking": "TLP:AMBER"}, {"marking": "TLP:AMBER", "shared_with": [4711]}),
    ],
)
def test_what_is_kept_may_be_read_by_fewer(people, monitor, kept, other):
    readers = {"readers": [monitor.pk]} if kept["marking"] == "TLP:RED" else {}
    rows = (
        record_in("published", people, **kept, **readers),
        record_in("published", people, **other),
    )
    with signed_in(monitor):
        assert standing(*rows) == (None, standing(*rows).swapped, True)

    merged_by(monitor, *rows)


def test_another_place_does_not_widen_it_either(people, monitor):
    closed = PlaceFactory(marking="TLP:AMBER+STRICT")
    kept = record_in("published", people, marking="TLP:CLEAR", place=closed)
    other = record_in("published", people, marking="TLP:GREEN")

    with pytest.raises(Refused, match="must not be read by more"):
        merged_by(monitor, kept, other, {"place_id": other.place_id})
    with pytest.raises(Refused, match="must not be read by more"):
        merged_by(monitor, other, kept)
    merged_by(monitor, kept, other)


def test_a_version_that_is_not_what_one_saw_stops_it(pair, monitor):
    kept, other = pair
    Incident.objects.filter(pk=other.pk).update(title="Seen anew")

    with pytest.raises(Stale):
        merged_by(monitor, kept, other, versions=(1, 1))

    assert Merge.objects.count() == 0


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


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE incidents_incident SET merged_into_id = %(two)s, review_status = 'withdrawn', "
        "withdrawn_reason = 'x' WHERE id = %(one)s",
        "INSERT INTO incidents_merge (kept_id, merged_id) VALUES (%(one)s, %(two)s)",
        "UPDATE incidents_merge SET reason = 'x'",
        "DELETE FROM incidents_merge",
        "DELETE FROM incidents_mergedrow",
        "SELECT merge_incidents(%(two)s, %(one)s, 1, 'x')",
    ],
)
def test_the_web_role_writes_none_of_it_by_another_way(people, monitor, statement):
    one, two, three = (record_in("published", people) for _ in range(3))
    merged_by(monitor, three, two)

    refused = pytest.raises(ProgrammingError)
    with refused, signed_in(people["author"]), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"one": one.pk, "two": two.pk})


# And back


def test_undoing_puts_back_what_it_said_and_its_status(pair, monitor):
    kept, other = pair
    titles = kept.title, other.title
    made = merged_by(monitor, kept, other, {"title": "Both", "series": "A wave"})
    later = ClaimFactory(incident=kept)

    undone_by(monitor, made)

    kept, other = now(kept), now(other)
    assert (kept.title, other.title, kept.series) == (*titles, "")
    assert (other.review_status, other.to_countersign) == ("published", True)
    assert (other.merged_into_id, other.withdrawn_reason) == (None, "")
    assert now(later).incident_id == kept.pk, "what was added since stays"
    made = now(made)
    assert (made.undone_by, made.undone_reason) == (monitor, "Two after all.")
    with signed_in(monitor):
        assert "undone already" in str(why_not_undo(made))


def test_what_was_changed_since_is_chosen(pair, monitor):
    kept, other = pair
    title = kept.title
    made = merged_by(monitor, kept, other, {"title": "Both", "series": "A wave"})
    Incident.objects.filter(pk=kept.pk).update(title="Later")
    undoing = Undoing(now(made), Viewer.of(monitor))

    assert [answer.name for answer in undoing.back] == ["series"]
    assert [answer.name for answer in undoing.since] == ["title"]
    assert [(said.old, said.new) for _answer, said in undoing.told_since()] == [("Later", title)]
    assert undoing.values([]) == {"series": ""}
    assert undoing.values(undoing.since) == {"series": "", "title": title}


def test_what_is_read_by_fewer_since_does_not_go_back_to_more(pair, people, monitor):
    made = merged_by(monitor, *pair)
    kept = now(pair[0])
    Incident.objects.filter(pk=kept.pk).update(marking="TLP:RED", readers=[monitor.pk])

    with pytest.raises(Refused, match="read by fewer since"):
        undone_by(monitor, made)


@pytest.mark.parametrize("who", ["author", "stranger"])
def test_only_monitors_of_its_organisation_undo(pair, people, monitor, who):
    made = merged_by(monitor, *pair)

    with pytest.raises((Refused, Merge.DoesNotExist)):
        undone_by(people[who], made)


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


def test_incidents_of_others_are_not_merged(people, monitor):
    ours = record_in("published", people)
    theirs = IncidentFactory(owner=OrganisationFactory(slug="third"))

    with pytest.raises(Refused, match="another organisation"):
        merged_by(monitor, ours, theirs)
