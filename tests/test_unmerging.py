"""A merge that was wrong is undone: what goes back, what stays, and when not."""

import pytest

from incidents.merging import why_not_undo
from incidents.models import Incident, Merge
from incidents.undoing import Undoing
from records.review import Refused
from records.viewer import Viewer
from tests.factories import ClaimFactory
from tests.merges import merged_by, monitor, now, pair, people, undone_by
from tests.reviewing import signed_in

__all__ = ["monitor", "pair", "people"]


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
