"""How long something takes, when for some it has not come yet: the estimate of Kaplan and Meier.

Plain numbers in, frozen dataclasses out: nothing of attacks or days is known here.
Formulas and their sources: docs/methodology.md#time-to-justice.
"""

from collections import Counter
from dataclasses import dataclass
from math import exp, inf, log, sqrt

Z_95 = 1.959964  # standard normal quantile for a two-sided 95 % interval
ROUNDING = 1e-9  # a product that is one half exactly may come out a little above it


@dataclass(frozen=True)
class Moment:
    """What was observed after so long: how many had waited until then, for how many it came."""

    after: int
    at_risk: int
    came: int


@dataclass(frozen=True)
class Estimate:
    """The share for which it had come after so long, with its 95 % interval."""

    after: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """Estimates at each moment at which it came, in order. Between them the share stays."""

    steps: tuple[Estimate, ...]

    def at(self, after):
        """The Estimate in force after so long."""
        found = Estimate(0, 0.0, 0.0, 0.0)
        for step in self.steps:
            if step.after > after:
                break
            found = step
        return found

    @property
    def median(self):
        """After how long it had come for half, or None where that is not reached."""
        return self._first(lambda step: step.share)

    @property
    def median_interval(self):
        """(low, high) of the median: where the band crosses one half. None: it never does."""
        return self._first(lambda step: step.high), self._first(lambda step: step.low)

    def _first(self, of):
        return next((step.after for step in self.steps if of(step) >= 0.5 - ROUNDING), None)


def moments(waits):
    """The Moments of waits, each (how long, whether it came at the end of it), in order."""
    came = Counter(after for after, ended in waits if ended)
    all_of = Counter(after for after, _ended in waits)
    at_risk, found = len(waits), []
    for after in sorted(all_of):
        found.append(Moment(after, at_risk, came[after]))
        at_risk -= all_of[after]
    return found


def kaplan_meier(observed):
    """The Curve of Moments in order; those at which it came for nobody may be left out.

    The share still waiting is the product of (1 - came / at risk). Its variance is
    Greenwood's, its interval the one that is symmetric after log(-log): it stays between
    0 and 1. After the last has come there is nobody left to be unsure about.
    """
    waiting, greenwood, steps = 1.0, 0.0, []
    for moment in observed:
        if not moment.came:
            continue
        left = moment.at_risk - moment.came
        waiting *= left / moment.at_risk
        greenwood += moment.came / (moment.at_risk * left) if left else inf
        low, high = _interval(waiting, greenwood)
        steps.append(Estimate(moment.after, 1 - waiting, 1 - high, 1 - low))
    return Curve(tuple(steps))


def _interval(waiting, greenwood):
    """(low, high) of a share still waiting."""
    if waiting == 0:
        return 0.0, 0.0
    spread = Z_95 * sqrt(greenwood) / abs(log(waiting))
    return waiting ** exp(spread), waiting ** exp(-spread)
