import statistics
import time
from dataclasses import astuple
from datetime import date, timedelta
from itertools import count

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from bench import answering, by_hand, desk, duplicates, exports, importing, saving, trust, world
from incidents.models import Incident, Place
from militias.models import Group
from records.gate import Unrestricted
from records.models import Source
from records.viewer import PUBLIC, viewing
from reports.accountability import accountability
from reports.ladder import Question

DAY = date(2025, 1, 1)
ROUNDS = 9
READY = 6  # as often as PostgreSQL plans a statement before it keeps the plan


class Command(BaseCommand):
    help = (
        "Time our answers beside the same answers in hand-written SQL, on made-up incidents. "
        "Both are asked in turn on one database; the ratio is of the medians."
    )

    def add_arguments(self, parser):
        parser.add_argument("--incidents", type=int, nargs="+", default=[10_000, 100_000])
        parser.add_argument("--import-rows", type=int, default=50_000)

    def handle(self, *, incidents, import_rows, **options):
        settings.ALLOWED_HOSTS = ["testserver"]
        settings.SECURE_SSL_REDIRECT = False
        call_command("collectstatic", interactive=False, verbosity=0)  # pages name them
        own_name = connection.settings_dict["NAME"]
        connection.settings_dict["TEST"]["NAME"] = "musaala_bench"
        for number in incidents:
            self._say(f"\n{number:,} incidents: making them ...")
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            try:
                world.build(number)
                self._compare()
                self._cost_of_trust()
                self._compiled_and_rendered()
                self._duplicates()
                self._exports(number)
                if number == max(incidents) and import_rows:
                    self._cost_of_import(import_rows)
            finally:
                connection.creation.destroy_test_db(own_name, verbosity=0)

    def _say(self, text):
        self.stdout.write(text)
        self.stdout.flush()

    def _compare(self):
        self._say(f"{'':28}{'ours, ms':>12}{'by hand, ms':>14}{'ratio':>8}")
        question = Question(DAY, PUBLIC)
        for by, query in (("year", by_hand.BY_YEAR), ("root_group", by_hand.BY_ROOT_GROUP)):
            self._line(
                f"report by {by}",
                lambda by=by: accountability(Incident.objects.all(), question, by),
                lambda query=query: (
                    by_hand.ask(query, day=DAY),
                    by_hand.ask(by_hand.PEOPLE, day=DAY),
                ),
            )
            self._same(accountability(Incident.objects.all(), question, by), query)
        days = (DAY - timedelta(n) for n in count())
        self._line(
            "report, a day never asked",
            lambda: accountability(Incident.objects.all(), Question(next(days), PUBLIC), "year"),
            lambda: (by_hand.ask(by_hand.BY_YEAR, day=DAY), by_hand.ask(by_hand.PEOPLE, day=DAY)),
        )
        client = answering.signed_in()
        self._line(
            "API, list of 50 incidents",
            lambda: client.get("/api/v1/incidents/?page_size=50").content,
            lambda: by_hand.ask(by_hand.LIST),
        )
        desk.same(DAY)
        self._line(
            "dashboard, the whole page",
            lambda: self._page(client, f"/admin/dashboard/?as_of={DAY}"),
            lambda: desk.by_hand(DAY),
        )
        self._line(
            "dashboard, two days compared",
            lambda: self._page(
                client, f"/admin/dashboard/changes/?as_of={DAY}&against={DAY - timedelta(365)}"
            ),
            lambda: [by_hand.ask(by_hand.BY_YEAR, day=DAY - timedelta(n)) for n in (0, 365)],
        )

    def _cost_of_trust(self):
        """The right column is the same work of ours without what the line names."""
        self._say(f"{'':28}{'with, ms':>12}{'without, ms':>14}{'ratio':>8}")
        viewer, nobody = trust.reader(), Unrestricted("the bench compares with no gate at all")

        def walled(work):
            with viewing(viewer):
                work(viewer)

        for name, work in (("report", trust.report), ("list of 50", trust.newest)):
            self._line(
                f"{name}, both walls",
                lambda work=work: walled(work),
                lambda work=work: work(nobody),
            )
        place = Place.objects.get(pk=19)
        group = Group.objects.get(pk=1)
        spent = saving.costs(place, group, Source.objects.filter(pk__in=[1, 2]))
        bare = spent.pop("neither")
        for way, took in spent.items():
            self._say(f"{'save, ' + way:28}{took:12.1f}{bare:14.1f}{took / bare:8.2f}")

    def _compiled_and_rendered(self):
        """The same answers over HTTP, written by PostgreSQL and by Django REST framework."""
        self._say(f"{'':28}{'compiled, /s':>12}{'rendered, /s':>14}{'ratio':>8}")
        newest = Incident.objects.order_by("-occurred_from", "-reference").first()
        paths = {
            "/api/v1/incidents/?page_size=100": "API, list of 100",
            f"/api/v1/incidents/{newest.reference}/": "API, one incident",
        }
        readers = {"by key": answering.by_key(), "by session": answering.by_session()}
        for (who, path), rate in answering.rates(readers, paths).items():
            mine, drf = rate["compiled"], rate["rendered"]
            self._say(f"{f'{paths[path]}, {who}':28}{mine:12.0f}{drf:14.0f}{mine / drf:8.2f}")

    def _duplicates(self):
        """One question while somebody types, both walls, and by how much the process grew."""
        self._say(f"{'':28}{'median, ms':>12}{'95 %, ms':>10}{'longest':>9}{'found':>7}{'+ MB':>7}")
        median, most, longest, found, grown = duplicates.latency(trust.reader("enters"))
        numbers = f"{median:12.1f}{most:10.1f}{longest:9.1f}{found:7}{grown:7.1f}"
        self._say(f"{'likely duplicates':28}{numbers}")

    @staticmethod
    def _page(client, address):
        answer = client.get(address)
        if answer.status_code != 200:
            raise AssertionError(f"{address}: {answer.status_code}")
        return answer.content

    def _exports(self, incidents):
        """Rows a second; the last column is by how much the process grew, in megabytes."""
        self._say(f"{'':28}{'export, /s':>12}{'COPY, /s':>14}{'ratio':>8}{'+ MB':>8}")
        nobody = Unrestricted("the bench compares with a plain COPY")
        for name, ours, plain in exports.exports(trust.reader("exporter"), nobody):
            before = exports.peak_memory()
            mine, theirs = exports.seconds(ours, plain)
            grown = exports.peak_memory() - before
            rates = f"{incidents / mine:12.0f}{incidents / theirs:14.0f}{theirs / mine:8.2f}"
            self._say(f"{name:28}{rates}{grown:8.1f}")

    def _cost_of_import(self, rows):
        self._say(f"{'import of':28}{'rows a second':>14}{'s':>10}{'times':>8}{'peak, MB':>10}")
        found = importing.costs(rows)
        least = found[0][1]
        for name, taken, peak in found:
            self._say(
                f"{name:28}{rows / taken:14,.0f}{taken:10.1f}{taken / least:8.0f}{peak:10.0f}"
            )

    def _line(self, name, ours, by_hand_):
        for _ in range(READY):  # so that neither pays for the first reading
            ours(), by_hand_()
        times = {ours: [], by_hand_: []}
        for _ in range(ROUNDS):
            for call, taken in times.items():
                start = time.perf_counter()
                call()
                taken.append(1000 * (time.perf_counter() - start))
        mine, theirs = (statistics.median(taken) for taken in times.values())
        self._say(f"{name:28}{mine:12.1f}{theirs:14.1f}{mine / theirs:8.2f}")

    def _same(self, report, query):
        """The comparison is worth something only if the answers are the same."""
        rows = by_hand.ask(query, day=DAY)
        mine = sorted(
            astuple(counts) for counts in [report.total, *(r.counts for r in report.rows)]
        )
        if mine != sorted(row[1:] for row in rows):
            raise AssertionError(f"The answers differ:\n{mine}\n{rows}")
