"""What somebody asks of the queue, and the rows its rules look at."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from legal.models import Conviction, Step
from records.dates import days_from
from records.models import Confidence, ReviewStatus, at_least
from records.viewer import Viewer

QUIET_DAYS = 90


@dataclass(frozen=True)
class Asked:
    """For whom, for which day, and after how many days without a word a case is quiet.

    The queue is that of the viewer's organisation: records that it owns and he may read.
    """

    viewer: Viewer
    day: date
    quiet_days: int = QUIET_DAYS

    @cached_property
    def quiet_since(self):
        return days_from(self.day, -self.quiet_days)

    def own(self, model):
        """Records of the organisation in any state: what was merged waits withdrawn."""
        return model.objects.visible_to(self.viewer).filter(owner=self.viewer.organisation_id)

    def own_published(self, model):
        """Records of the organisation that count."""
        return model.objects.counted_for(self.viewer).filter(owner=self.viewer.organisation_id)

    def known(self, model):
        """What somebody has recorded, whoever owns it and whether it counts already or not.

        A next step that waits for review is recorded: that it waits is an item of its own.
        """
        return model.objects.visible_to(self.viewer).exclude(review_status=ReviewStatus.WITHDRAWN)

    def said(self, model):
        """Assertions that are held possible at least, and were made by the day."""
        by_the_day = Q(asserted_to__isnull=True) | Q(asserted_to__lte=self.day)
        return self.known(model).filter(by_the_day, confidence__in=at_least(Confidence.POSSIBLE))

    # What happened in the cases of suspects by the day

    @cached_property
    def steps(self):
        """Steps held possible at least, planned hearings among them, however late."""
        return self.known(Step).held_with(Confidence.POSSIBLE)

    @cached_property
    def convictions(self):
        return self.known(Conviction).made_by(self.day)
