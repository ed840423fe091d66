"""Two monitors who merge the same two incidents at once, in either direction."""

from threading import Barrier, Thread

import pytest
from django.db import connections

from incidents.merging import merge
from incidents.models import Incident, Merge
from records.review import Refused
from records.viewer import Viewer, viewing
from tests.reviewing import people, record_in

__all__ = ["people"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other_way", [True, False])
def test_one_of_them_is_told_and_nothing_is_done_twice(people, other_way):
    one, two = record_in("published", people), record_in("published", people)
    there, said, done = Barrier(2, timeout=20), [], []

    def go(person, kept, other):
        try:
            with viewing(Viewer.of(person), user=person.pk):
                there.wait()
                merge(person, (kept, other), {}, versions=(1, 1), reason="The same.")
            done.append(kept.pk)
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connections.close_all()

    pairs = [(one, two), (two, one) if other_way else (one, two)]
    threads = [
        Thread(target=go, args=(people[name], Incident(pk=kept.pk), Incident(pk=other.pk)))
        for name, (kept, other) in zip(("editor", "monitor"), pairs, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(done) == 1
    assert said == ["Nothing was done: one of the incidents was changed meanwhile."]
    assert Merge.objects.count() == 1
    assert Incident.objects.filter(merged_into__isnull=False).count() == 1
    assert Incident.objects.get(pk=done[0]).merged_into_id is None
