import json

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils import timezone

from incidents.models import Incident
from records.viewer import PUBLIC
from reports.accountability import accountability
from reports.asking import Asking
from reports.grouping import GROUPINGS
from reports.incident_filters import QUESTION, LadderIncidentFilterSet
from reports.writing import as_csv, as_data, as_table


class Command(BaseCommand):
    help = (
        "Of these attacks, how many led to an arrest, and how many to a conviction that "
        "stands? Counts what is published and TLP:CLEAR."
    )

    def add_arguments(self, parser):
        parser.add_argument("--by", default="", help=f"one of {', '.join(GROUPINGS)}")
        parser.add_argument("--as-of", default="", help="a day, YYYY-MM-DD; today if left out")
        parser.add_argument("--min-confidence", default="", help="of attributions and relations")
        parser.add_argument(
            "--without-contested", action="store_true", help="leave contested arrest links out"
        )
        parser.add_argument(
            "--where",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="a filter of the list of incidents, such as kind=rocket_attack; may be repeated",
        )
        parser.add_argument("--format", default="table", choices=["table", "csv", "json"])

    def handle(self, **options):
        asked = {
            "by": options["by"],
            "as_of": options["as_of"],
            "min_confidence": options["min_confidence"],
            "contested": "false" if options["without_contested"] else "true",
        }
        asking = Asking(asked, PUBLIC)
        if not asking.is_valid():
            raise CommandError(_errors(asking))
        try:
            report = accountability(
                _incidents(options["where"], asked),
                asking.question(timezone.localdate()),
                options["by"] or None,
            )
        except ProgrammingError as error:
            raise CommandError(
                f"{error}Is the database up to date? `make run` or `manage.py migrate` makes it so."
            ) from None
        write = {"csv": as_csv, "table": as_table, "json": _json}[options["format"]]
        self.stdout.write(write(report), ending="")


def _incidents(filters, asked):
    given = {name: asked[name] for name in QUESTION if asked[name]}
    for text in filters:
        name, equals, value = text.partition("=")
        if not equals or name not in LadderIncidentFilterSet.base_filters:
            known = ", ".join(LadderIncidentFilterSet.base_filters)
            raise CommandError(f"--where {text}: give NAME=VALUE with a name among {known}")
        given[name] = value
    filtered = LadderIncidentFilterSet(given, queryset=Incident.objects.visible_to(PUBLIC))
    if not filtered.is_valid():
        raise CommandError(_errors(filtered.form, "--where "))
    return filtered.qs


def _errors(form, prefix="--"):
    return "\n".join(
        f"{prefix}{name.replace('_', '-')}: {error}"
        for name, errors in form.errors.items()
        for error in errors
    )


def _json(report):
    return json.dumps(as_data(report), ensure_ascii=False, indent=2) + "\n"
