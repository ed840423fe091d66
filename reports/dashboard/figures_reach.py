"""The figures on how high in the chain anybody was reached. Definitions: reports/reach.py."""

from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.models import Incident
from records.names import label
from reports.charts import grid_chart
from reports.dashboard.tables import Figure, Line, Number
from reports.reach import Instrument, Reach, Reached

MOST_ATTACKS = 200
SHOWN = [level for level in Reached if level != Reached.NOBODY]


def levels(numbers):
    asked, found = numbers.asked, numbers.reach

    def number(level, through):
        return Number(found[through][level], asked.measured_behind(Reach(level, through)))

    lines = tuple(
        Line(str(level.label), tuple((number(level, through),) for through in Instrument))
        for level in Reached
    )
    heads = tuple(str(through.label) for through in Instrument)
    drawn = [
        (line.label, [(cell[0].value, str(cell[0].value), cell[0].address) for cell in line.cells])
        for line, level in zip(lines, Reached, strict=True)
        if level in SHOWN
    ]
    return Figure(
        name="reach",
        title=_("How high it reached"),
        unit=_("attacks"),
        definition="how-high-it-reached",
        query=asked.of_api(report="report-reach"),
        heads=(_("Highest level"), *heads),
        lines=lines,
        chart=grid_chart(heads, drawn, shade_by_column=True)
        if numbers.total.recorded > found[Instrument.ANY][Reached.NOBODY]
        else None,
        note=_(
            "Each attack counts once in each column, at the highest level recorded of anybody "
            "whom the instrument reached. Nothing is concluded from an affiliation."
        ),
        wide=True,
    )


def attacks(numbers):
    """Each attack for which anybody was arrested, charged or convicted."""
    of_each = numbers.reach_of_each
    reached = [pk for pk, levels in of_each.items() if levels[Instrument.JUSTICE] != Reached.NOBODY]
    rows = (
        Incident.objects.counted_for(numbers.asked.viewer)
        .filter(pk__in=reached)
        .order_by("-occurred_from", "-pk")
        .values_list("pk", "occurred_from", "title", "title_ar")[:MOST_ATTACKS]
    )
    lines = tuple(
        Line(
            f"{day:%Y-%m-%d} {label(title, title_ar)}",
            tuple(
                (
                    Number(
                        str(of_each[pk][through].label)
                        if of_each[pk][through] != Reached.NOBODY
                        else "–",
                        reverse("admin:incidents_incident_change", args=[pk])
                        if through == Instrument.JUSTICE
                        else "",
                    ),
                )
                for through in Instrument
            ),
        )
        for pk, day, title, title_ar in rows
    )
    more = len(reached) - len(lines)
    return Figure(
        name="reach_attacks",
        title=_("Attacks for which anybody was arrested, charged or convicted"),
        unit=_("attacks"),
        definition="how-high-it-reached",
        query=numbers.asked.of_api(report="report-reach"),
        heads=(_("Attack"), *(str(through.label) for through in Instrument)),
        lines=lines,
        note=_("The latest first.")
        + (" " + _("%(more)s more are in the list.") % {"more": more} if more > 0 else ""),
        wide=True,
    )


def summary(numbers):
    """What the page says first: the highest level that police or courts reached, and how often."""
    found = numbers.reach[Instrument.JUSTICE]
    level = next((level for level in SHOWN if found[level]), None)
    if level is None:
        return _("Nobody was arrested, charged or convicted for these attacks.")
    said = {
        "attacks": numbers.total.recorded,
        "nobody": found[Reached.NOBODY],
        "level": level.label,
        "number": found[level],
    }
    return (
        _(
            "Of %(attacks)s attacks, arrest, charge and conviction reached nobody for %(nobody)s. "
            "The highest level reached: %(level)s, for %(number)s."
        )
        % said
    )
