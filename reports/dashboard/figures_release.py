"""The figure on release: how long people were held, and why they were let go.

Definitions: reports/release.py.
"""

from django.utils.translation import gettext as _

from reports.charts import curve_chart
from reports.dashboard.figures_time import legend, median_sentence, scale, share
from reports.dashboard.tables import Figure, Line, Number, ranged
from reports.held import Fate, Held
from reports.writing import in_words


def released(numbers):
    """People, not attacks: how long they were held, and why they were let go."""
    asked = numbers.asked
    observed, curve = numbers.custody
    longest = observed[-1].after if observed else 0
    held = numbers.held[None]
    all_held = held.fates[Fate.HELD].high
    lines = [
        Line(
            _("Released: %(reason)s") % {"reason": each.stated or _("no reason stated")},
            (
                (Number(each.reported or _("nothing else reported")),),
                ranged(
                    *(
                        Number(number, asked.suspects_behind(_released(each, sure)))
                        for number, sure in ((each.likely, True), (each.suspects, False))
                    )
                ),
                (Number(str(each.median)),),
                (Number(_from_to(each.shortest, each.longest)),),
            ),
        )
        for each in numbers.releases
    ]
    return Figure(
        name="released",
        title=_("Released after how many days, and why"),
        unit=_("suspects and days"),
        definition="released-after-how-many-days",
        query=asked.of_api(report="report-time"),
        heads=(
            _("What became of them; reason stated"),
            _("Reason reported"),
            _("Suspects"),
            _("Median days"),
            _("Shortest and longest"),
        ),
        lines=(*lines, *_not_released(numbers, held)),
        total=_plain(_("All suspects held"), Number(all_held, asked.suspects_behind(Held()))),
        chart=curve_chart(curve, longest, scale(longest), _point(asked)) if curve.steps else None,
        legend=legend() if curve.steps else (),
        note=_(
            "Unit: suspects recorded one by one, of arrests that anybody ties to these attacks. "
            "Whoever has no release recorded counts as waiting: held, or not known."
        )
        + " "
        + median_sentence(curve),
    )


def _released(each, sure):
    return Held(fate=Fate.RELEASED, sure=sure, alike=each.alike)


def _point(asked):
    """All those released: the list of suspects knows no lengths."""
    address = asked.suspects_behind(Held(fate=Fate.RELEASED))

    def point(step):
        said = {"days": step.after, "share": share(step)}
        return _("released within %(days)s days: %(share)s") % said, address

    return point


def _not_released(numbers, held):
    asked = numbers.asked
    observed, _curve_of = numbers.custody
    waiting = held.fates[Fate.HELD].high - sum(moment.came for moment in observed)

    def suspects(fate):
        return asked.suspects_behind(Held(fate=fate, not_yet=Fate.RELEASED))

    nothing = held.fates[Fate.NOTHING].high
    yield _plain(_("No release recorded"), Number(waiting, suspects(Fate.HELD)))
    yield _plain(
        _("of them, nothing further known: held, or not known"),
        Number(nothing, suspects(Fate.NOTHING)),
    )
    low = max(0, held.detained.low - held.fates[Fate.HELD].high)
    high = max(0, held.detained.high - held.fates[Fate.HELD].high)
    people = type(held.detained)(low, high, held.detained.open_ended)
    yield _plain(_("Detained, but not recorded one by one"), Number(in_words(people)))


def _plain(label, number):
    return Line(label, ((Number(""),), (number,), (Number(""),), (Number(""),)))


def _from_to(low, high):
    return str(low) if low == high else f"{low}–{high}"
