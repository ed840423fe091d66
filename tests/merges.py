"""What tests of merging share: two incidents, and somebody who makes one or two of them."""

import pytest

from incidents.merging import merge, undo
from incidents.models import Merge
from incidents.undoing import Undoing
from records.viewer import Viewer
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
