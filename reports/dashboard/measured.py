"""What the pages on time and on reach need from the database, besides the Numbers of a page."""

from functools import cached_property

from reports.dashboard.numbers import Numbers
from reports.reach import reach, reach_of_each
from reports.release import custody, releases
from reports.survival import kaplan_meier
from reports.waiting import waits

BY = ("root_group", "authority")


class Measures(Numbers):
    """Numbers, and the waits and levels of the same Asked. Each makes one query."""

    @cached_property
    def waits(self):
        by, *rest = BY
        by = self.asked.by if by == "root_group" else by
        return waits(self.asked.incidents, self.asked.question, [by, *rest])

    @cached_property
    def reach(self):
        return reach(self.asked.incidents, self.asked.question)

    @cached_property
    def reach_of_each(self):
        return reach_of_each(self.asked.incidents, self.asked.question)

    @cached_property
    def releases(self):
        return releases(self.asked.incidents, self.asked.question)

    @cached_property
    def custody(self):
        """The Moments and the Curve from custody to release."""
        observed = custody(self.asked.incidents, self.asked.question)
        return observed, kaplan_meier(observed)
