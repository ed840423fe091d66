"""What a merge changed in the kept incident, and what became of that since: from its history."""

from functools import cached_property

from incidents.answers import answers, both, want
from incidents.models import Incident
from records.labels import Labels


class Undoing:
    """before, after: the kept incident as the merge found and left it, or None if that is not
    for the viewer to read any more.

    back: the answers that the merge changed and nobody since. since: those that were changed
    again, so that somebody has to choose.
    """

    def __init__(self, made, viewer):
        self.viewer = viewer
        self.now = made.kept
        self.before = self._as_of(made.version_before)
        self.after = self._as_of(made.version_after)

    def _as_of(self, version):
        events = Incident.pgh_event_model.objects.visible_to(self.viewer)
        return events.filter(pgh_obj_id=self.now.pk, version=version).order_by("pgh_id").last()

    @cached_property
    def _changed(self):
        """The answers that are other now than before the merge, which changed them."""
        if self.unread:
            return []
        return [
            answer
            for answer in answers()
            if answer.values(self.before) != answer.values(self.after)
            and answer.values(self.before) != answer.values(self.now)
        ]

    @property
    def unread(self):
        """Whether what the merge changed is not for this viewer to read, so that it stays."""
        return self.before is None or self.after is None

    @property
    def back(self):
        return [one for one in self._changed if one.values(self.after) == one.values(self.now)]

    @property
    def since(self):
        return [one for one in self._changed if one.values(self.after) != one.values(self.now)]

    def values(self, chosen):
        """What the kept one says again: what nobody changed since, and what is chosen."""
        found = {}
        for answer in [*self.back, *chosen]:
            found |= answer.values(self.before)
        return found

    @cached_property
    def _labels(self):
        labels = Labels(self.viewer)
        want(labels, *filter(None, (self.before, self.now)))
        return labels.load()

    def told_back(self):
        return [both(answer, self.now, self.before, self._labels) for answer in self.back]

    def told_since(self):
        return [
            (answer, both(answer, self.now, self.before, self._labels)) for answer in self.since
        ]
