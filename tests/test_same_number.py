"""The same question has the same number, whoever is asked: screen, API, command, CSV, paper."""

import io
import json
from datetime import date

from django.core.management import call_command
from django.test import Client
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from records.viewer import Viewer
from reports.accountability import COLUMNS
from reports.handover.making import again, is_same
from reports.models import HandedOver
from tests.dashboards import asked_for, filters
from tests.handovers import MAKE, files_of, handed_over, monitor, rows_of, steps_of_html
from tests.starter import StarterDataTestCase

DAYS = st.dates(date(2019, 6, 1), date(2024, 6, 1))
RUNGS = [
    name for name in COLUMNS if name not in ("arrested_uncontested", "convicted_without_arrest")
]


class TestStarterData(StarterDataTestCase, HypothesisTestCase):
    """Everything of the starter data is public, so all five ask for the same rows."""

    @settings(max_examples=30, phases=[Phase.generate])
    @given(data=st.data())
    def test_dashboard_api_command_csv_and_report_say_the_same(self, data):
        asked = {"as_of": data.draw(DAYS).isoformat(), **data.draw(filters(DAYS))}
        client = Client()
        user = monitor()
        client.force_login(user)
        expected = by_command(asked)

        assert by_csv_of_command(asked) == expected
        assert by_dashboard(client, asked) == {name: expected[name] for name in RUNGS}
        assert by_csv_of_dashboard(client, asked) == [expected[name] for name in RUNGS]
        assert by_api(client, asked, user) == expected
        if expected["recorded"]:
            assert_handed_over(client, asked, expected)
        else:
            refused = client.post(
                f"{MAKE}?{query(asked)}", {"marking": "TLP:CLEAR", "language": "en"}
            )
            assert refused.status_code == 400


def query(asked):
    return "&".join(f"{name}={value}" for name, value in asked.items())


def by_command(asked):
    total = json.loads(_command(asked, "json"))["total"]
    return {name: total[name] for name in COLUMNS}


def by_csv_of_command(asked):
    (total,) = rows_of(_command(asked, "csv"))
    return {name: int(total[name]) for name in COLUMNS}


def _command(asked, form):
    """The headline's numbers do not depend on the grouping, so `by` is left out."""
    options = {"as_of": asked["as_of"], "min_confidence": asked.get("min_confidence", "")}
    where = [
        f"{name}={value}"
        for name, value in asked.items()
        if name not in ("as_of", "min_confidence", "contested", "by")
    ]
    said = io.StringIO()
    call_command(
        "accountability_report",
        stdout=said,
        where=where,
        format=form,
        without_contested=asked.get("contested") == "false",
        **options,
    )
    return said.getvalue()


def by_dashboard(client, asked):
    page = client.get("/admin/dashboard/", asked)
    total = page.context["numbers"].total
    ladder = page.context["figures"].get("ladder")
    if ladder is None:
        return {name: getattr(total, name) for name in RUNGS}
    return dict(zip(RUNGS, (line.cells[0][0].value for line in ladder.lines), strict=True))


def by_csv_of_dashboard(client, asked):
    text = client.get("/admin/dashboard/ladder.csv", asked).content.decode()
    return [int(row["Attacks"]) for row in rows_of(text)]


def by_api(client, asked, user):
    narrowed = asked_for(asked, Viewer.of(user))
    total = client.get(narrowed.of_api()).json()["total"]
    return {name: total[name] for name in COLUMNS}


def assert_handed_over(client, asked, expected):
    number = handed_over(client, **asked).rstrip("/").rpartition("/")[2]
    row = HandedOver.objects.get(number=number)
    made = again(row)
    assert is_same(row, made)
    steps = steps_of_html(made.html.decode())
    assert {name: number for name, (number, _cases) in steps.items()} == expected
    assert {name: len(cases) for name, (_number, cases) in steps.items()} == expected
    files = files_of(made.zip)
    summary = {row["name"]: row["value"] for row in rows_of(files["summary.csv"])}
    assert {name: int(summary[name]) for name in COLUMNS} == expected
    ladder = {row["column"]: int(row["incidents"]) for row in rows_of(files["ladder.csv"])}
    assert ladder == expected
    cases = rows_of(files["cases.csv"])
    listed = {name: sum(case[name] == "true" for case in cases) for name in COLUMNS[1:]}
    assert {"recorded": len(cases), **listed} == expected
