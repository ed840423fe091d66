"""What an import costs beside the least there is: COPY of the same file into a bare table."""

import csv
import resource
import time
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib.auth.models import Group as Role
from django.core.management import call_command
from django.db import connection, transaction

from incidents.models import Import, ImportRow, Place
from records.models import User
from records.roles import DATA_ENTRY

HEADER = ["id", "date", "place", "kind", "title", "summary"]
KINDS = ["rocket_attack", "drone_attack", "roadside_bomb", "shooting"]
FIRST = date(1980, 1, 1)  # long before the incidents that are there, so that all are new
MAPPING = """{"columns": {"origin": "id", "date": "date", "place": "place", "kind": "kind",
"title": "title", "summary": "summary"}, "dataset": "bench"}"""


def costs(rows):
    """[(name, seconds, peak memory in MB)] of COPY and of the steps of an import of `rows` rows."""
    with TemporaryDirectory() as folder:
        file, mapping = Path(folder) / "attacks.csv", Path(folder) / "mapping.json"
        _write(file, rows)
        mapping.write_text(MAPPING)
        person = User.objects.create(
            username="bench-import", organisation_id=1, clearance="TLP:AMBER+STRICT"
        )
        person.groups.add(Role.objects.get(name=DATA_ENTRY))
        found = [_timed("COPY of the file", lambda: _copy(file))]
        steps = {"read and check": ["--dry-run"], "write as drafts": []}
        for name, options in steps.items():
            found.append(
                _timed(
                    name,
                    lambda options=options: call_command(
                        *("import_incidents", str(file), "--mapping", str(mapping)),
                        *("--as", person.username, *options),
                        stdout=_Silence(),
                    ),
                )
            )
        imported = ImportRow.objects.filter(run=Import.objects.latest("pk"), state="imported")
        if imported.count() != rows:
            wrong = ImportRow.objects.exclude(state="imported").first()
            raise AssertionError(f"Not all is imported: {wrong.state} {wrong.errors}")
    return found


def _write(file, rows):
    names = list(Place.objects.order_by("pk").values_list("name", flat=True)[:50])
    with file.open("w", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(HEADER)
        for n in range(rows):
            day = FIRST + timedelta(n % 5000)
            kind, place = KINDS[n % len(KINDS)], names[n % len(names)]
            table.writerow([n, day, place, kind, f"Attack {n}", "Several rockets fell. " * 5])


def _copy(file):
    with transaction.atomic(), connection.cursor() as cursor, file.open("rb") as opened:
        columns = ", ".join(f"{name} text" for name in HEADER)
        cursor.execute(f"CREATE TABLE bench_copied ({columns})")
        with cursor.copy("COPY bench_copied FROM STDIN (FORMAT csv, HEADER)") as copy:
            while block := opened.read(1 << 16):
                copy.write(block)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_copied")


def _timed(name, work):
    begun = time.perf_counter()
    work()
    taken = time.perf_counter() - begun
    return name, taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _Silence:
    def write(self, text):
        pass

    def flush(self):
        pass
