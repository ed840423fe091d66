"""The report as plain data, CSV and a table of text. The same numbers for every face."""

import csv
import io
from dataclasses import asdict

from django.utils.translation import gettext as _

from records.tables import defused
from reports.accountability import COLUMNS, cell_of
from reports.asking import address_of
from reports.grouping import GROUPINGS

TABLE_COLUMNS = ["recorded", "claimed", "attributed", "arrested", "arrested_uncontested"]
TABLE_COLUMNS += ["charged", "tried", "convicted", "standing"]
RATES = ["arrested_rate", "standing_rate"]


def as_data(report, link=None):
    """The report as dicts, lists, numbers and strings.

    link: from the parameters of a list of incidents to its address. With it, every
    count carries the address of the list of exactly the incidents it counts.
    """

    def counts_of(counts, key=None):
        data = asdict(counts)
        for rate in RATES:
            value = getattr(counts, rate)
            data[rate] = asdict(value) if value else None
        if link:
            data["incidents"] = {
                column: link(address_of(*cell_of(column, report.question, key and by, key)))
                for column in COLUMNS
            }
        return data

    by = report.by
    return {
        "as_of": report.question.as_of.isoformat(),
        "contested": report.question.contested,
        "min_confidence": str(report.question.min_confidence),
        "by": by,
        "rows_can_overlap": bool(by and GROUPINGS[by].many),
        "total": counts_of(report.total),
        "rows": [
            {"key": row.key, "label": row.label, **counts_of(row.counts, row.key)}
            for row in report.rows
        ],
        "people": asdict(report.people),
    }


def as_csv(report):
    """One line per row and a last one for the total; rates as shares between 0 and 1."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    rates = [f"{rate}{part}" for rate in RATES for part in ("", "_low", "_high")]
    table.writerow(["as_of", report.by or "total", "key", *COLUMNS, *rates])
    day = report.question.as_of.isoformat()
    for row in report.rows:
        table.writerow([day, defused(row.label), row.key, *_numbers(row.counts)])
    table.writerow([day, "total", "", *_numbers(report.total)])
    return text.getvalue()


def _numbers(counts):
    yield from (getattr(counts, column) for column in COLUMNS)
    for name in RATES:
        rate = getattr(counts, name)
        yield from (
            (f"{rate.share:.4f}", f"{rate.low:.4f}", f"{rate.high:.4f}") if rate else ("", "", "")
        )


def as_table(report):
    """The report as aligned text: the headline, the rows, and how to read them."""
    heads = [report.by or "total", *(column.replace("_", " ") for column in TABLE_COLUMNS)]
    heads += ["arrested, 95 %", "standing, 95 %"]
    rows = [(row.label, row.counts) for row in report.rows] + [("total", report.total)]
    lines = [[label, *_cells(counts)] for label, counts in rows]
    widths = [max(len(line[place]) for line in [heads, *lines]) for place in range(len(heads))]
    drawn = [
        line[0].ljust(widths[0])
        + "".join(cell.rjust(width + 2) for cell, width in zip(line[1:], widths[1:], strict=True))
        for line in [heads, *lines]
    ]
    rule = "-" * len(drawn[0])
    grouped = [*drawn[1:-1], rule] if report.rows else []
    body = [headline(report), "", drawn[0], rule, *grouped, drawn[-1], ""]
    if report.by and GROUPINGS[report.by].many:
        body.append(_("An attack counts in every row it belongs to; rows can exceed the total."))
    return "\n".join([*body, people_in_words(report.people), ""])


def _cells(counts):
    yield from (str(getattr(counts, column)) for column in TABLE_COLUMNS)
    yield percent(counts.arrested_rate)
    yield percent(counts.standing_rate)


def headline(report):
    """The one sentence: counts of incidents, by the day asked about."""
    counts, question = report.total, report.question
    contested = ""
    if question.contested and counts.arrested != counts.arrested_uncontested:
        contested = _(" (%(number)s leaving out contested links)") % {
            "number": counts.arrested_uncontested
        }
    return _(
        "Of %(recorded)s attacks recorded up to %(day)s, %(arrested)s led to an arrest"
        "%(contested)s and %(standing)s to a conviction that stands."
    ) % {
        "recorded": counts.recorded,
        "day": question.as_of.isoformat(),
        "arrested": counts.arrested,
        "contested": contested,
        "standing": counts.standing,
    }


def people_in_words(people):
    return _(
        "People: %(detained)s detained in %(arrests)s arrests (%(uncontested)s with a link "
        "nobody contests), %(bailed)s bailed, %(released)s released, %(charged)s charged; "
        "%(convicted)s convicted (ever), %(standing)s of them with a conviction that stands, "
        "%(without)s without a recorded arrest."
    ) % {
        "detained": in_words(people.detained),
        "arrests": people.arrests,
        "uncontested": people.arrests_uncontested,
        "bailed": in_words(people.bailed),
        "released": in_words(people.released),
        "charged": in_words(people.charged),
        "convicted": people.convicted,
        "standing": people.standing,
        "without": people.convicted_without_arrest,
    }


def in_words(numbers):
    """`3`, `13 to 14`, `13 to 14 or more`."""
    low, high = numbers.low, numbers.high
    said = str(low) if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
    return _("%(said)s or more") % {"said": said} if numbers.open_ended else said


def percent(rate):
    """`7.4 % (3.7–14.6)`, or a dash where there is nothing to take a share of."""
    if rate is None:
        return "–"
    return f"{100 * rate.share:.1f} % ({100 * rate.low:.1f}–{100 * rate.high:.1f})"
