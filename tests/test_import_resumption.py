"""However an import breaks off, and however many go on with it: each row exactly once."""

import os
import signal
import subprocess
import sys
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import connection, connections

from incidents.importing import writing
from incidents.importing.going import go_on
from incidents.models import Import, ImportRow, Incident, IncidentCitation
from records.models import Source
from records.viewer import Viewer, viewing
from tests.factories import PlaceFactory
from tests.imports import HEADER, MAPPING, checked, importer, line, number_in, work, written

pytestmark = pytest.mark.django_db(transaction=True)
# Lines that the command may say before it is killed: three times while it checks, then in
# the midst of writing. A batch is 500 rows checked or 250 written, and one line.
KILLED_AFTER = [2, 4, 7, *[2] * 7]
ROWS = 4000


def each_row_is_once(run, number):
    """As many incidents as rows, each with its one source and its one event of history."""
    rows = ImportRow.objects.filter(run=run)
    assert rows.filter(state="imported").count() == rows.count() == number
    assert rows.values("incident").distinct().count() == Incident.objects.count() == number
    assert IncidentCitation.objects.count() == number
    assert Source.objects.count() == 1
    events = Incident.pgh_event_model.objects.values_list("pgh_obj_id", "pgh_label")
    assert len(set(events)) == len(events) == number


def command(file, mapping, person):
    database = connection.settings_dict
    where = {**database, "HOST": database["OPTIONS"].get("host", database["HOST"])}
    return subprocess.Popen(
        [
            *(sys.executable, "manage.py", "import_incidents", file),
            *("--mapping", mapping, "--as", person.username, "--seconds", "0"),
        ],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "LOCAL": "on",
            "DATABASE_URL": "postgresql://{USER}:{PASSWORD}@/{NAME}?host={HOST}".format(**where),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_ten_times_killed_the_command_imports_each_row_once(tmp_path):
    person = importer()
    PlaceFactory(name="Erbil")
    file, mapping = tmp_path / "attacks.csv", tmp_path / "mapping.json"
    lines = [line(str(n), f"20{n % 20:02}-0{n % 9 + 1}-1{n % 10}") for n in range(ROWS)]
    file.write_text("\n".join([HEADER, *lines]))
    mapping.write_text(
        '{"columns": {"origin": "id", "date": "day", "place": "place", "kind": "kind"},'
        ' "dataset": "test"}'
    )
    seen = []

    for lines_said in KILLED_AFTER:
        running = command(file, mapping, person)
        for _told in zip(range(lines_said), running.stdout, strict=False):
            pass
        assert running.poll() is None, "It ended before it was killed."
        running.send_signal(signal.SIGKILL)
        assert running.wait() == -signal.SIGKILL
        seen.append(Incident.objects.count())
    last = command(file, mapping, person)
    said, _nothing = last.communicate()

    assert last.returncode == 0, said
    assert 0 < seen[-1] < ROWS, "The kills hit the import before its first or after its last row."
    each_row_is_once(Import.objects.get(), ROWS)


def test_two_polls_at_once_import_each_row_once():
    person = importer()
    PlaceFactory(name="Erbil")
    run = checked(person, *(line(str(n)) for n in range(600)))
    with viewing(Viewer.of(person)):
        writing.begin(Import.objects.visible_to(Viewer.of(person)).get(), "skip_bad")
    together, free = Barrier(2), []

    def poll():
        try:
            for _slice in range(6):
                together.wait(30)
                with viewing(Viewer.of(person), user=person.pk):
                    free.append(go_on(run.pk, Viewer.of(person), 0))
        finally:
            connections.close_all()

    pollers = [Thread(target=poll) for _ in range(2)]
    for poller in pollers:
        poller.start()
    for poller in pollers:
        poller.join()

    assert set(free) == {True, False}, "Neither met the other at work."
    run.refresh_from_db()
    work(run, person)
    each_row_is_once(run, 600)


def test_what_another_import_wrote_since_the_check_is_a_duplicate():
    person = importer()
    PlaceFactory(name="Erbil")
    one, other = (checked(person, line("1"), line("2"), mapping=MAPPING) for _ in range(2))

    for run in (one, other):
        written(run, person)

    assert number_in(one, person, "imported") == 2
    assert number_in(other, person, "duplicate") == 2
    assert Incident.objects.count() == 2
