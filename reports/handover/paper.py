"""A Document as HTML: the body, and a file that stands alone and prints by itself."""

import re
from functools import cache

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from reports.handover.document import BESIDE_RUNGS
from reports.handover.method import LIMITS, RULES

LINK = re.compile(r"</?a\b[^>]*>")
NOT_IN_CSS = re.compile(r'["\\<>\n\r]')


def body(document):
    """The report as <main>: the same text on the page, in the file and on paper."""
    charts = {figure.name: drawn(figure) for figure in document.figures if figure.chart}
    return render_to_string(
        "reports/handover/body.html",
        {
            "document": document,
            "steps": [step for step in document.steps if step.column not in BESIDE_RUNGS],
            "beside": [step for step in document.steps if step.column in BESIDE_RUNGS],
            "rules": RULES,
            "limits": LIMITS,
            "figures": [
                (figure, charts.get(figure.name))
                for figure in document.figures
                if figure.name != "ladder" and (figure.lines or figure.chart)
            ],
            "ladder": charts.get("ladder"),
            "cases": [
                (number, case, document.numbers_of(case))
                for number, case in enumerate(document.cases, 1)
            ],
        },
    )


def drawn(figure):
    """A chart as it stands on paper, where nothing leads anywhere. Our own template wrote it."""
    chart = figure.chart
    return mark_safe(LINK.sub("", render_to_string(chart.template, {"chart": chart})))


def file(document, main):
    """The report as one file, as bytes: what its SHA-256 is of. main: its body."""
    text = render_to_string(
        "reports/handover/file.html",
        {
            "document": document,
            "body": main,
            "style": mark_safe(style() + running(document.as_of, document.marking)),
        },
    )
    return text.encode()


@cache
def style():
    with open(finders.find("musaala/report.css"), encoding="utf-8") as sheet:
        return sheet.read()


def running(left, marking):
    """What stands above each printed page: a rule, for texts that no style sheet can know."""
    left, marking = (NOT_IN_CSS.sub("", str(said)) for said in (left, marking))
    return (
        f'@page {{ @top-left {{ content: "Musaala · {left}"; }} '
        f'@top-right {{ content: "{marking}"; }} @bottom-left {{ content: "{marking}"; }} }}\n'
    )
