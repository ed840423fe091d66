"""A figure as a file: CSV from its table, SVG that stands alone, and PNG made of that.

A file says by itself what it shows, by which day, and with which filters: it will be passed on
without the page. PNG is drawn by resvg, in this process: docs/adr/0036-dashboard.md.
"""

import csv
import io
import re
from functools import cache

import resvg_py
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi

from records.tables import defused

MARGIN, HEAD, FOOT, ZOOM = 24, 66, 34, 2
PAPER = "#ffffff"
MOVED = re.compile(r'\by="([-.0-9]+)" dy="([-.0-9]+)"')
FROM_THE_RIGHT = ('direction="rtl"', 'text-anchor="end"')
FONTS = {"font_family": "Noto Sans", "sans_serif_family": "Noto Sans"}


def as_csv(figure):
    """One line per row of the table, the total last. A range has its low and its high number."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    ranged = [
        any(len(line.cells[place]) > 1 for line in figure.all_lines if len(line.cells) > place)
        for place in range(len(figure.heads) - 1)
    ]
    heads = [figure.heads[0]]
    for name, both in zip(figure.heads[1:], ranged, strict=True):
        heads += [f"{name} ({end})" for end in ("low", "high")] if both else [name]
    table.writerow(heads)
    for line in figure.all_lines:
        cells = []
        for cell, both in zip(line.cells, ranged, strict=True):
            cells += [cell[0], cell[-1]] if both else [cell[0]]
        table.writerow([defused(line.label), *(defused(str(number)) for number in cells)])
    return text.getvalue()


@cache
def _style():
    with open(finders.find("musaala/chart_file.css"), encoding="utf-8") as style:
        return style.read()


def as_svg(figure, said):
    """The chart with its title, what it is of, and where the numbers are from.

    said: what narrows the numbers, and the day, in a line.
    """
    chart = figure.chart
    width = max(chart.width, 460)
    drawn = render_to_string(chart.template, {"chart": chart, "frame": (MARGIN, HEAD)})
    mirrored = get_language_bidi()
    return render_to_string(
        "reports/charts/file.svg",
        {
            "figure": figure,
            "said": said,
            "style": _style(),
            "drawn": drawn,
            "mirrored": mirrored,
            "begin": width + MARGIN if mirrored else MARGIN,
            "width": width + 2 * MARGIN,
            "height": round(HEAD + chart.height + FOOT + (24 if figure.legend else 0), 1),
            "legend": _legend(figure, mirrored, width, HEAD + chart.height + 18),
            "foot": round(HEAD + chart.height + FOOT + (14 if figure.legend else -14), 1),
        },
    )


def _legend(figure, mirrored, width, y):
    x = 0
    for mark, meaning in figure.legend:
        at = width + MARGIN - x if mirrored else MARGIN + x
        yield {
            "mark": mark,
            "meaning": meaning,
            "x": at - 10 if mirrored else at,
            "text_x": at - 16 if mirrored else at + 16,
            "y": round(y, 1),
        }
        x += 30 + 8 * len(str(meaning))


def as_png(svg):
    """The picture of an SVG file, as bytes.

    resvg puts letters in their order, but takes the start of a text for its left end in any
    direction, and moves one letter alone by `dy`. So what begins on the right is told to end
    there, and `dy` is added to `y`.
    """
    turned = re.sub("<text[^>]*>", _anchored, svg)
    return bytes(resvg_py.svg_to_bytes(svg_string=turned, zoom=ZOOM, background=PAPER, **FONTS))


def _anchored(tag):
    written = MOVED.sub(lambda found: f'y="{float(found[1]) + float(found[2]):g}"', tag[0])
    return written if "text-anchor" in written else written.replace(*FROM_THE_RIGHT)
