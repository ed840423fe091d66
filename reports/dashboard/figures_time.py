"""The figures on time: from attack to arrest, charge and conviction. See reports/waiting.py."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.accountability import Cell
from reports.charts import curve_chart
from reports.dashboard.tables import Figure, Line, Number
from reports.grouping import GROUPINGS, NONE
from reports.ladder import Rung
from reports.waiting import MILESTONES, Wait, Waits

YEAR = 365
MARKS = (30, 90, 180, *(YEAR * n for n in (1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 30, 40)))
TITLES = {
    Rung.ARRESTED: gettext_lazy("From attack to first arrest"),
    Rung.CHARGED: gettext_lazy("From attack to first charge"),
    Rung.CONVICTED: gettext_lazy("From attack to first conviction"),
}
CAME = {
    Rung.ARRESTED: gettext_lazy("Arrest"),
    Rung.CHARGED: gettext_lazy("Charge"),
    Rung.CONVICTED: gettext_lazy("Conviction"),
}


# In words


def of_length(days):
    """`30 days`, `1 year`, `4 years`: a length of the scale."""
    if days % YEAR:
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
    return ngettext("%(years)s year", "%(years)s years", days // YEAR) % {"years": days // YEAR}


def share(estimate):
    """`5.3 % (2.2–12.3)`."""
    numbers = (100 * part for part in (estimate.share, estimate.low, estimate.high))
    return "{:.1f} % ({:.1f}–{:.1f})".format(*numbers)


def median_in_words(waits):
    """The median in days, with its range where days are not known exactly."""
    medians = [curve.median for curve in (waits.curve, waits.shortest, waits.longest)]
    if medians[0] is None:
        return _("not reached")
    low, high = medians[1], medians[2]
    said = str(medians[0])
    if low == high:
        return said
    if high is None:
        return _("%(median)s (%(low)s or more)") % {"median": said, "low": low}
    return _("%(median)s (%(low)s to %(high)s)") % {"median": said, "low": low, "high": high}


def median_sentence(curve, low=None, high=None):
    if curve.median is None:
        return _("The median is not reached: the share stays below one half.")
    from_, to = curve.median_interval
    to = _("not reached") if to is None else to
    return _("It had come for half after %(days)s days (95 %% interval: %(low)s to %(high)s).") % {
        "days": curve.median,
        "low": from_,
        "high": to,
    }


def legend():
    return (
        ("arrested", _("share for which it had come")),
        ("band", _("Interval (95 %)")),
    )


# The curves


def at_risk(moments, after):
    """How many had waited so long, and for how many it had come within it."""
    left = next((moment.at_risk for moment in moments if moment.after >= after), 0)
    return left, sum(moment.came for moment in moments if moment.after <= after)


def marks_until(longest):
    return [mark for mark in MARKS if mark <= longest]


def scale(longest):
    """(days, label) along the axis: years, or parts of one where there is no year."""
    if longest < YEAR:
        return [(mark, of_length(mark)) for mark in MARKS if mark <= longest]
    years = [n * YEAR for n in range(1, longest // YEAR + 1)]
    every = -(-len(years) // 7)
    return [(after, of_length(after)) for after in years[every - 1 :: every]]


def of_milestone(milestone):
    def make(numbers):
        return _curve(numbers, milestone)

    return make


def _curve(numbers, milestone):
    asked = numbers.asked
    waits = numbers.waits[None].get(None, {}).get(milestone, Waits())
    longest = waits.moments[-1].after if waits.moments else 0
    curve = waits.curve

    def line(after):
        left, came = at_risk(waits.moments, after)
        return Line(
            of_length(after),
            (
                (Number(left, asked.measured_behind(Wait(milestone, at_least=after))),),
                (Number(came, asked.measured_behind(Wait(milestone, within=after))),),
                (Number(share(curve.at(after))),),
            ),
        )

    def point(step):
        said = _("within %(days)s days: %(share)s") % {"days": step.after, "share": share(step)}
        return said, asked.measured_behind(Wait(milestone, within=step.after))

    return Figure(
        name=NAMES[milestone],
        title=str(TITLES[milestone]),
        unit=_("attacks"),
        definition="time-to-justice",
        query=asked.of_api(report="report-time"),
        heads=(_("After"), _("Had waited so long"), _("Come by then"), _("Share come (95 %)")),
        lines=tuple(line(after) for after in marks_until(longest)),
        total=Line(
            _("By %(day)s: still waiting; come") % {"day": asked.question.as_of},
            (
                (Number(waits.waiting, asked.cell_behind(Cell(Rung.RECORDED, milestone))),),
                (Number(waits.ended, asked.cell_behind(Cell(milestone))),),
                (Number(share(curve.at(longest))),),
            ),
        ),
        chart=curve_chart(curve, longest, scale(longest), point) if curve.steps else None,
        legend=legend() if curve.steps else (),
        note=median_sentence(curve) + " " + _exactness(waits),
    )


NAMES = {
    Rung.ARRESTED: "to_arrest",
    Rung.CHARGED: "to_charge",
    Rung.CONVICTED: "to_conviction",
}


def _exactness(waits):
    """What not knowing days exactly does to the median, if it does anything."""
    medians = {curve.median for curve in (waits.curve, waits.shortest, waits.longest)}
    if len(medians) == 1:
        return ""
    return _(
        "Where a day is not known exactly, its last possible one is taken; with the shortest and "
        "the longest waits that are possible, the median is: %(median)s."
    ) % {"median": median_in_words(waits)}


# By militia and by authority


def by_militia(numbers):
    by = numbers.asked.by
    return _by(
        numbers,
        by,
        name="waits_by_militia",
        title=_("By militia, facades and brigades folded in")
        if by == "root_group"
        else _("By group as named, facades shown"),
        note=_(
            "Medians in days, of all attacks of the row, those still waiting among them; two "
            "numbers in brackets where days are not known exactly."
        ),
    )


def by_authority(numbers):
    return _by(
        numbers,
        "authority",
        name="waits_by_authority",
        title=_("By authority that made an arrest"),
        note=_(
            "The attacks for which the authority made an arrest: to the arrest, none of them is "
            "waiting, so that median is one of arrests made, not of attacks."
        ),
    )


def _by(numbers, by, **said):
    found = numbers.waits[by]
    keys = sorted(
        (key for key in found if key is not None),
        key=lambda key: (-found[key][Rung.ARRESTED].attacks, numbers.groups[key].label),
    )
    heads = [str(GROUPINGS[by].title), _("Attacks")]
    for milestone in MILESTONES:
        came = str(CAME[milestone])
        heads += [came, _("waiting"), _("median")]
    lines = [
        _line(numbers, numbers.groups[key].label, found[key], by, numbers.groups[key].reference)
        for key in keys
    ]
    if None in found:
        lines.append(_line(numbers, GROUPINGS[by].without, found[None], by, NONE))
    return Figure(
        unit=_("attacks and days"),
        definition="time-to-justice",
        query=numbers.asked.of_api(by, report="report-time"),
        heads=tuple(heads),
        lines=tuple(lines),
        total=_line(numbers, _("All attacks"), numbers.waits[None].get(None, {}), None, None),
        wide=True,
        **said,
    )


def _line(numbers, label, found, by, key):
    asked = numbers.asked

    def listed(rung, without=None):
        return asked.cell_behind(Cell(rung, without, by, key))

    first = found.get(Rung.ARRESTED, Waits())
    cells = [(Number(first.attacks, listed(Rung.RECORDED)),)]
    for milestone in MILESTONES:
        waits = found.get(milestone, Waits())
        cells += [
            (Number(waits.ended, listed(milestone)),),
            (Number(waits.waiting, listed(Rung.RECORDED, milestone)),),
            (Number(median_in_words(waits)),),
        ]
    return Line(str(label), tuple(cells))


def summary(numbers):
    """What the page says first: how far it had come a year after the attack."""
    found = numbers.waits[None].get(None, {})
    curves = {rung: found.get(rung, Waits()).curve for rung in MILESTONES}
    after = {rung.value: f"{100 * curve.at(YEAR).share:.1f} %" for rung, curve in curves.items()}
    return (
        _(
            "A year after the attack, %(arrested)s had been followed by an arrest, "
            "%(charged)s by a charge and %(convicted)s by a conviction."
        )
        % after
    )
