"""The figures on who was held, and how that ended. Definitions: reports/held.py."""

from django.utils.translation import gettext as _

from reports.charts import grid_chart
from reports.dashboard.tables import Figure, Line, Number, ranged
from reports.held import Fate, Held, Tie
from reports.writing import in_words

MOST_ROWS = 14
FATES = [fate for fate in Fate if fate != Fate.HELD]


def arrests(numbers):
    asked, held = numbers.asked, numbers.held
    names = {key: (group.reference, group.label) for key, group in numbers.groups.items()}
    authorities = sorted(
        (str(key) for key in held if key is not None),
        key=lambda key: (-held[int(key)].arrests, -held[int(key)].detained.high, names[key][1]),
    )
    lines = tuple(_line(asked, names[key][1], held[int(key)], names[key][0]) for key in authorities)
    heads = (_("Arrests"), _("Suspects"), *(str(fate.label).capitalize() for fate in FATES))
    drawn = [
        (line.label, [_drawn(line.cells[place]) for place in (0, 3, *range(4, 4 + len(FATES)))])
        for line in lines[:MOST_ROWS]
    ]
    return Figure(
        name="arrests",
        title=_("Arrests by authority, and how they ended"),
        unit=_("arrests and suspects"),
        definition="arrests-by-authority",
        query=asked.of_api(report="report-arrests"),
        heads=(
            _("Authority"),
            _("Arrests"),
            _("On the ladder"),
            _("Persons detained"),
            _("Suspects recorded"),
            *heads[2:],
        ),
        lines=lines,
        total=_line(asked, _("All authorities"), held[None], ""),
        chart=grid_chart(heads, drawn, shade_by_column=True) if drawn else None,
        note=_(
            "Arrests that anybody ties to these attacks, also for negligence or held doubtful. "
            "One suspect may have met several fates; two numbers are what is held likely, and "
            "what is held possible. Bail is not release."
        ),
        wide=True,
    )


def _line(asked, label, counts, authority):
    def suspects(fate, sure=False):
        held = Held(authority=authority, fate=fate, sure=sure)
        number = getattr(counts.fates[fate], "low" if sure else "high")
        return Number(number, asked.suspects_behind(held))

    tied, counting = Held(authority=authority), Held(Tie.FOR_THE_ATTACK, authority)
    return Line(
        str(label),
        (
            (Number(counts.arrests, asked.arrests_behind(tied)),),
            (Number(counts.for_the_attack, asked.arrests_behind(counting)),),
            (Number(in_words(counts.detained)),),
            (suspects(Fate.HELD),),
            *(ranged(suspects(fate, sure=True), suspects(fate)) for fate in FATES),
        ),
    )


def _drawn(cell):
    return cell[-1].value, "–".join(map(str, cell)), cell[-1].address


def reasons(numbers):
    asked = numbers.asked
    return Figure(
        name="reasons",
        title=_("Stated reason against reported reason"),
        unit=_("suspects"),
        definition="steps-of-a-case",
        query=asked.of_api(report="report-arrests"),
        heads=(_("Step"), _("The authority stated"), _("Others reported"), _("Suspects")),
        lines=tuple(
            Line(
                str(reason.kind.label),
                (
                    (Number(reason.stated or _("no reason stated")),),
                    (Number(reason.reported or _("nothing else reported")),),
                    (Number(reason.suspects, asked.suspects_behind(Held(alike=reason.alike))),),
                ),
            )
            for reason in numbers.reasons
        ),
        wide=True,
        note=_("How cases of the suspects above ended, or may have: bail, release, acquittal."),
    )
