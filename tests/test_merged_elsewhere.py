"""What partners are told of a merge: the old address, the feed, their copies."""

import pytest

from incidents.models import Incident
from tests.factories import ClaimFactory
from tests.feeding import Reader
from tests.merges import merged_by, now, undone_by
from tests.reviewing import people, record_in
from tests.test_mirror import Mirror

__all__ = ["people"]

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/api/v1/incidents/"


@pytest.fixture
def pair(people):
    kept, other = record_in("published", people), record_in("published", people)
    ClaimFactory(incident=other)
    return kept, other


@pytest.fixture
def reader(pair):
    told = Reader("TLP:GREEN")
    told.follow()
    return told


@pytest.fixture
def curious(pair):
    """Cleared for less than the two are marked."""
    told = Reader("TLP:CLEAR")
    told.follow()
    return told


# The old address


def test_the_old_address_leads_to_the_kept_one_until_it_is_undone(pair, people, reader, curious):
    kept, other = pair
    old = f"{LIST}{other.reference}/"
    made = merged_by(people["monitor"], *pair)

    answer = reader.client.get(f"{old}?nested=false&fields=reference,title")
    assert answer.status_code == 308
    assert answer["Location"].endswith(
        f"{LIST}{kept.reference}/?nested=false&fields=reference,title"
    )
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer
    led = reader.client.get(f"{old}?fields=reference")["Location"]
    shown = reader.client.get(led)
    assert shown.json() == {"reference": kept.reference}
    not_modified = reader.client.get(
        f"{LIST}{kept.reference}/?fields=reference", headers={"If-None-Match": shown["ETag"]}
    )
    assert not_modified.status_code == 304

    absent = curious.client.get(f"{LIST}ZZZZ-ZZZZ-ZZZZ/")
    hidden = curious.client.get(old)
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content.replace(other.reference.encode(), b"") == absent.content.replace(
        b"ZZZZ-ZZZZ-ZZZZ", b""
    )

    undone_by(people["monitor"], made)
    assert reader.client.get(old).status_code == 200


def test_a_draft_that_was_merged_has_no_address_for_partners(people):
    kept, other = record_in("published", people), record_in("draft", people)
    reader = Reader("TLP:GREEN")
    merged_by(people["monitor"], kept, other)

    assert reader.client.get(f"{LIST}{other.reference}/").status_code == 404


def test_filters_find_what_is_there_and_follow_nothing(pair, people, reader):
    kept, other = pair
    merged_by(people["monitor"], *pair)

    found = reader.client.get(f"{LIST}?reference__in={other.reference},{kept.reference}").json()

    assert [row["reference"] for row in found["results"]] == [kept.reference]


# The feed


def told_of(reader, row):
    return [entry for entry in reader.follow() if entry["reference"] == row.reference]


def test_the_feed_tells_into_what_it_was_merged(pair, people, reader, curious):
    kept, other = pair
    made = merged_by(people["monitor"], *pair)

    (gone,) = told_of(reader, other)
    assert gone["change"] == "removed"
    assert gone["reason"] == "merged"
    assert gone["merged_into"] == kept.reference
    assert "record" not in gone
    assert curious.follow() == []
    assert reader.copy == reader.readable()

    undone_by(people["monitor"], made)
    assert told_of(reader, other)[0]["change"] == "created"
    assert reader.copy == reader.readable()


def test_who_may_not_read_the_kept_one_is_told_that_it_was_withdrawn(people):
    kept = record_in("published", people, marking="TLP:AMBER")
    other = record_in("published", people, marking="TLP:GREEN")
    reader = Reader("TLP:GREEN")
    reader.follow()
    merged_by(people["monitor"], kept, other)

    (gone,) = told_of(reader, other)
    assert (gone["change"], gone["reason"]) == ("removed", "withdrawn")
    assert "merged_into" not in gone
    assert reader.client.get(f"{LIST}{other.reference}/").status_code == 404


def test_a_hidden_row_that_moves_is_no_news_to_others(people):
    """A draft with a RED claim, merged into what everybody reads, without a choice."""
    kept, other = record_in("published", people), record_in("draft", people)
    Incident.objects.get(pk=other.pk).citations.all().delete()
    ClaimFactory(incident=other, marking="TLP:RED", readers=[people["monitor"].pk])
    reader = Reader("TLP:GREEN")
    reader.follow()
    before = reader.client.get(f"{LIST}{kept.reference}/").content

    merged_by(people["monitor"], kept, other)

    assert reader.follow() == []
    assert reader.client.get(f"{LIST}{kept.reference}/").content == before
    assert now(kept).version > 1


def test_a_mirror_stays_right(pair, people, monkeypatch, tmp_path):
    reader = Reader("TLP:GREEN")
    mirror = Mirror(monkeypatch, reader.user, tmp_path / "copy.sqlite")
    mirror.start()
    made = merged_by(people["monitor"], *pair, {"title": "Both"})
    mirror.stop()
    assert mirror.copy() == reader.readable()
    assert ("incidents", pair[1].reference) not in mirror.copy()

    mirror.start()
    undone_by(people["monitor"], made)
    mirror.stop()
    assert mirror.copy() == reader.readable()
    assert ("incidents", pair[1].reference) in mirror.copy()
