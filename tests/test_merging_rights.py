"""Who may merge two incidents, and which: the rest is refused, by the database too."""

import pytest
from django.db import ProgrammingError, connection, transaction

from incidents.merging import standing
from incidents.models import Incident, Merge
from records.review import Refused, Stale
from tests.factories import ClaimFactory, IncidentFactory, OrganisationFactory, PlaceFactory
from tests.merges import merged_by, monitor, now, pair, people
from tests.reviewing import record_in, signed_in

__all__ = ["monitor", "pair", "people"]


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


def test_incidents_of_others_are_not_merged(people, monitor):
    ours = record_in("published", people)
    theirs = IncidentFactory(owner=OrganisationFactory(slug="third"))

    with pytest.raises(Refused, match="another organisation"):
        merged_by(monitor, ours, theirs)
