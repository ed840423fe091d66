"""The figures of the dashboard, each with a chart, a table, a definition and a query.

A figure is a function from Numbers to a Figure; catalogue.py names it, with the groupings it
needs. Its table says everything; the chart draws what there is room for.
"""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import PlaceKind
from reports.accountability import Counts
from reports.charts import (
    bar_chart,
    governorate_map,
    grid_chart,
    ladder_chart,
    month_chart,
    site_map,
)
from reports.dashboard.tables import Figure, Line, Number
from reports.grouping import BOTH, GROUPINGS, NONE
from reports.ladder import Rung

HEADS = {
    "recorded": gettext_lazy("Attacks"),
    "claimed": gettext_lazy("Claimed"),
    "arrested": gettext_lazy("Arrest"),
    "charged": gettext_lazy("Charge"),
    "convicted": gettext_lazy("Convicted, ever"),
    "standing": gettext_lazy("Standing"),
}
MARKS = ("recorded", "arrested", "standing")
NO_COUNTS = Counts(*[0] * len(Counts.__dataclass_fields__))
MOST_MONTHS = 132  # beyond them a column is thinner than can be hit
MOST_BARS, MOST_ROWS, MOST_COLUMNS = 12, 20, 9


def legend():
    return (
        ("recorded", _("attacks recorded")),
        ("arrested", _("led to an arrest")),
        ("standing", _("a conviction stands")),
    )


# Cells


def _marks(asked, counts, by=None, key=None):
    return {name: (getattr(counts, name), asked.incidents_behind(name, by, key)) for name in MARKS}


def _line(asked, label, counts, by=None, key=None):
    return Line(
        str(label),
        tuple(
            (Number(getattr(counts, column), asked.incidents_behind(column, by, key)),)
            for column in HEADS
        ),
    )


def _by(numbers, by):
    """(heads, lines, total) of a table of one grouping."""
    asked = numbers.asked
    lines = tuple(_line(asked, row.label, row.counts, by, row.key) for row in numbers.rows(by))
    heads = (str(GROUPINGS[by].title), *map(str, HEADS.values()))
    return heads, lines, _line(asked, _("All attacks"), numbers.total)


# The figures


def ladder(numbers):
    asked, total = numbers.asked, numbers.total
    lines = tuple(
        Line(
            str(rung.label), ((Number(getattr(total, rung), asked.incidents_behind(rung.value)),),)
        )
        for rung in Rung
    )
    return Figure(
        name="ladder",
        title=_("The ladder"),
        unit=_("attacks"),
        definition="the-ladder",
        query=asked.of_api(),
        heads=(_("Rung"), _("Attacks")),
        lines=lines,
        chart=ladder_chart(total, asked.incidents_behind),
        note=_("Each bar counts attacks on its own. Pale: contested arrest links."),
    )


def months(numbers):
    by = "month" if _spread(numbers.rows("month")) <= MOST_MONTHS else "year"
    heads, lines, total = _by(numbers, by)
    placed = {row.key: row.counts for row in numbers.rows(by)}
    rest = placed.pop(NONE, None)
    asked = numbers.asked
    columns = [
        (label, axis, _marks(asked, placed.get(key, NO_COUNTS), by, key))
        for key, label, axis in _each(by, sorted(placed))
    ]
    return Figure(
        name="months",
        title=_("Attacks per month, and what followed")
        if by == "month"
        else _("Attacks per year, and what followed"),
        unit=_("attacks"),
        definition="dates",
        query=asked.of_api(by),
        heads=heads,
        lines=lines,
        total=total,
        chart=month_chart(
            columns, rest and _marks(asked, rest, by, NONE), str(GROUPINGS[by].without)
        ),
        legend=legend(),
        note=_("Arrest and conviction stand in the column of the attack, whenever they came.")
        + (
            " " + _("Attacks whose date is not known closely enough stand apart, at the end.")
            if rest
            else ""
        ),
        wide=True,
    )


def _spread(rows):
    keys = [row.key for row in rows if row.key != NONE]
    return len(list(_each("month", keys))) if keys else 0


def _each(by, keys):
    """(key, label, label of the axis) of every month or year from the first key to the last."""
    if not keys:
        return
    if by == "year":
        first, last = int(keys[0]), int(keys[-1])
        every = max(1, (last - first) // 12)
        for year in range(first, last + 1):
            yield f"{year:04}", f"{year}", f"{year}" if not (year - first) % every else ""
        return
    first, last = (int(key[:4]) * 12 + int(key[5:]) - 1 for key in (keys[0], keys[-1]))
    for month in range(first, last + 1):
        day = date(month // 12, month % 12 + 1, 1)
        axis = f"{day.year}" if day.month == 1 or (month == first and day.month < 10) else ""
        yield f"{day:%Y-%m}", date_format(day, "YEAR_MONTH_FORMAT"), axis


def militias(numbers):
    asked, by = numbers.asked, numbers.asked.by
    heads, lines, total = _by(numbers, by)
    rows = numbers.rows(by)
    drawn = [(row.label, _marks(asked, row.counts, by, row.key), row.key != NONE) for row in rows]
    return Figure(
        name="militias",
        title=_("By militia, facades and brigades folded in")
        if by == "root_group"
        else _("By group as named, facades shown"),
        unit=_("attacks"),
        definition="roll-up",
        query=asked.of_api(by),
        heads=heads,
        lines=lines,
        total=total,
        chart=bar_chart(_largest(drawn)),
        legend=legend(),
        note=_("An attack attributed to several counts in each of their rows.")
        + _without_scale(drawn)
        + _in_the_table(len(drawn) - MOST_BARS),
    )


def _without_scale(drawn):
    if all(to_scale for _label, _counted, to_scale in drawn):
        return ""
    said = _(
        "The attacks attributed to no group are a number without a bar: to scale, it would "
        "make the others too small to see."
    )
    return f" {said}"


def _largest(drawn):
    """The rows there is room for; what has no group comes last in any case."""
    return drawn if len(drawn) <= MOST_BARS else [*drawn[: MOST_BARS - 1], drawn[-1]]


def _in_the_table(more):
    return " " + _("%(more)s more are in the table.") % {"more": more} if more > 0 else ""


def _areas(numbers):
    """{ISO code: (label, attacks, address)} of the governorates with attacks."""
    counts = {row.key: row.counts.recorded for row in numbers.rows("governorate")}
    return {
        spot.iso_code: (
            spot.label,
            counts.get(spot.reference, 0),
            numbers.asked.incidents_behind("recorded", "governorate", spot.reference),
        )
        for spot in numbers.governorates()
        if spot.iso_code
    }


def governorates(numbers):
    heads, lines, total = _by(numbers, "governorate")
    return Figure(
        name="governorates",
        title=_("By governorate"),
        unit=_("attacks"),
        definition="the-report",
        query=numbers.asked.of_api("governorate"),
        heads=heads,
        lines=lines,
        total=total,
        chart=governorate_map(_areas(numbers)),
        note=_("The darker, the more attacks."),
    )


def sites(numbers):
    heads, lines, total = _by(numbers, "place")
    spots = {spot.reference: spot for spot in numbers.spots.values()}
    asked, drawn = numbers.asked, []
    for row in numbers.rows("place"):
        spot = spots.get(row.key)
        if spot and spot.latitude is not None and spot.kind != PlaceKind.GOVERNORATE:
            address = asked.incidents_behind("recorded", "place", row.key)
            drawn.append((row.label, row.counts.recorded, address, spot.latitude, spot.longitude))
    return Figure(
        name="sites",
        title=_("By site"),
        unit=_("attacks"),
        definition="the-report",
        query=asked.of_api("place"),
        heads=heads,
        lines=lines,
        total=total,
        chart=site_map(_areas(numbers), drawn),
        note=_("Sites abroad, and places without a point, are in the table alone."),
    )


def claims(numbers):
    """Who claimed, beside whom others name: which facades front for whom."""
    pairs = {
        tuple(row.key.split(BOTH)): row.counts.recorded
        for row in numbers.rows("claimant_root")
        if row.key != NONE
    }
    names = {group.reference: group.label for group in numbers.groups.values()}
    names[NONE] = _("attributed to no group")
    rows = _ordered(pairs, 0)
    columns = _ordered(pairs, 1)
    asked = numbers.asked

    def cell(row, column):
        count = pairs.get((row, column), 0)
        return count, asked.incidents_behind("recorded", "claimant_root", f"{row}{BOTH}{column}")

    shown, across = rows[:MOST_ROWS], columns[:MOST_COLUMNS]
    drawn = [
        (names[row], [(count, str(count), to) for count, to in (cell(row, c) for c in across)])
        for row in shown
    ]
    return Figure(
        name="claims",
        title=_("Who claimed, and to whom it is attributed"),
        unit=_("attacks"),
        definition="attribution",
        query=asked.of_api("claimant_root"),
        heads=(_("Claimed by"), *(str(names[column]) for column in columns)),
        lines=tuple(
            Line(str(names[row]), tuple((Number(*cell(row, column)),) for column in columns))
            for row in rows
        ),
        chart=grid_chart([names[column] for column in across], drawn) if drawn else None,
        note=_(
            "Rows: the group that claimed the attack. Columns: the militia others name, "
            "facades and brigades folded in."
        )
        + _in_the_table(max(len(rows) - MOST_ROWS, len(columns) - MOST_COLUMNS)),
        wide=True,
    )


def _ordered(pairs, side):
    """The keys of one side, those with most attacks first, the one for none last."""
    sums: dict[str, int] = {}
    for pair, count in pairs.items():
        sums[pair[side]] = sums.get(pair[side], 0) + count
    return sorted(sums, key=lambda key: (key == NONE, -sums[key], key))
