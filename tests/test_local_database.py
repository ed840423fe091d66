"""The private PostgreSQL of a local installation: started, killed, disturbed, stopped.

As root the server runs as another user: test_local_database_as_root.py.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from config import database as module
from config.database import LocalDatabase, LocalDatabaseError
from tests.local_databases import LONG_AND_ODD, remove

REPOSITORY = Path(module.__file__).parents[1]
LONGEST_SOCKET_ADDRESS = 107  # bytes: sockaddr_un of Linux
START = (
    "import sys; from config.database import LocalDatabase as D; D(sys.argv[1]).ensure_running()"
)


def ask(database, query):
    with psycopg.connect(database.url) as connection:
        return connection.execute(query).fetchone()[0]


def process_of(database):
    return int((database.data / "postmaster.pid").read_text().split()[0])


def start_elsewhere(project, **environment):
    """Ask for the server of a folder from a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", START, str(project)],
        cwd=REPOSITORY,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One server for the tests that leave it usable. Its folder's path is long and odd."""
    folder = tmp_path_factory.mktemp("project") / LONG_AND_ODD
    folder.mkdir(parents=True)
    database = LocalDatabase(folder)
    yield database
    remove(database)


# Starting and stopping


def test_it_is_created_and_answers_in_utf8(running):
    url = running.ensure_running()

    assert url == running.url
    assert running.is_ready()
    assert ask(running, "SELECT lower('KATĀʾIB') || 'كتائب'") == "katāʾibكتائب"


def test_asking_again_leaves_the_server_alone(running):
    running.ensure_running()
    process = process_of(running)

    running.ensure_running()

    assert process_of(running) == process


def test_after_kill_9_it_starts_again_and_has_lost_nothing(running):
    running.ensure_running()
    process = process_of(running)
    with psycopg.connect(running.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")

    os.kill(process, signal.SIGKILL)
    running.ensure_running()

    assert process_of(running) != process
    assert ask(running, "SELECT answer FROM kept") == 42


def test_it_stops_and_starts(running):
    running.ensure_running()

    assert running.stop()
    assert not running.is_ready()
    assert not running.stop()

    running.ensure_running()
    assert running.is_ready()


def test_there_is_nothing_to_stop_before_it_is_made(tmp_path):
    assert not LocalDatabase(tmp_path).stop()


def test_its_address_fits_a_socket_however_long_the_folder_is(running):
    address = running.socket_folder / ".s.PGSQL.5432"

    assert len(bytes(running.project)) > LONGEST_SOCKET_ADDRESS
    assert len(bytes(address)) <= LONGEST_SOCKET_ADDRESS


def test_only_its_user_can_reach_it(running):
    running.ensure_running()
    folder = running.socket_folder.stat()

    assert (folder.st_mode & 0o777, folder.st_uid) == (0o700, running.uid)
    assert ask(running, "SHOW listen_addresses") == ""


def test_every_process_finds_it_whatever_its_environment_says(running, monkeypatch):
    """Variables that steer PostgreSQL's programs, or name a place that comes and goes."""
    running.ensure_running()
    for name, value in {"PGPORT": "5999", "PGDATABASE": "x", "PGUSER": "x"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(running.project))

    again = LocalDatabase(running.project)

    assert again.is_ready()
    assert ask(again, "SELECT current_user") == "postgres"


# Creating


def test_a_creation_that_was_interrupted_is_begun_anew(tmp_path, database_of):
    database = database_of(tmp_path)
    for name in ("pg.init", "pg.init-abc"):
        half_made = database.home / name / "base"
        half_made.mkdir(parents=True)
        (half_made / "1").write_text("half")

    database.ensure_running()

    assert database.is_ready()
    assert list(database.home.glob("pg.init*")) == []


def test_a_creation_that_is_killed_is_begun_anew(tmp_path, database_of):
    database = database_of(tmp_path)
    process = start_elsewhere(tmp_path)
    while not list(database.home.glob("pg.init*")) and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    process.communicate()

    database.ensure_running()

    assert (process.returncode, database.is_ready()) == (-signal.SIGKILL, True)


def test_a_database_that_was_not_made_yet_is_made_on_the_next_start(tmp_path, database_of):
    """The server was started and then, before `createdb`, everything was killed."""
    database = database_of(tmp_path)
    database.ensure_running()
    with psycopg.connect(database.url.replace("/musaala?", "/postgres?"), autocommit=True) as c:
        c.execute("DROP DATABASE musaala")

    database.ensure_running()

    assert database.is_ready()


def test_processes_that_start_at_once_end_with_one_server(tmp_path, database_of):
    database = database_of(tmp_path)

    started = [start_elsewhere(tmp_path) for _ in range(4)]
    errors = [process.communicate(timeout=60)[1] for process in started]

    assert [process.returncode for process in started] == [0] * 4, errors
    assert database.is_ready()
    assert sum("Creating" in error for error in errors) == 1


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"LANG": "xx_XX.UTF-8", "LC_ALL": "xx_XX.UTF-8"}, id="unknown locale"),
        pytest.param({"LC_ALL": "POSIX", "PGPORT": "5999"}, id="another port"),
        pytest.param({"PGOPTIONS": "-c wrong=", "PGSERVICE": "x"}, id="options of others"),
    ],
)
def test_the_environment_does_not_disturb_the_creation(tmp_path, database_of, environment):
    database = database_of(tmp_path)

    process = start_elsewhere(tmp_path, **environment)
    said, error = process.communicate(timeout=60)

    assert (process.returncode, said) == (0, ""), error
    assert database.is_ready()
    assert ask(database, "SELECT lower('Ā')") == "ā"


# Refusing, with the remedy


@pytest.mark.parametrize("kind", ["folder others can read", "file", "link"])
def test_a_socket_folder_made_by_somebody_else_is_refused(tmp_path, database_of, kind):
    database = database_of(tmp_path / "project")
    if kind == "file":
        database.socket_folder.touch(mode=0o700)
    elif kind == "link":
        (tmp_path / "theirs").mkdir(mode=0o700)
        database.socket_folder.symlink_to(tmp_path / "theirs")
    else:
        database.socket_folder.mkdir(mode=0o755)

    with pytest.raises(LocalDatabaseError, match="remove it, try again"):
        database.ensure_running()


def test_without_the_package_the_remedy_is_said(monkeypatch, tmp_path, database_of):
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(LocalDatabaseError, match=r"pip install -r requirements-local\.txt"):
        database_of(tmp_path).ensure_running()


def test_a_server_that_does_not_start_says_where_its_words_are(tmp_path, database_of, monkeypatch):
    monkeypatch.setattr(module, "START_ATTEMPTS", 1)
    database = database_of(tmp_path)
    database.ensure_running()
    database.stop()
    with open(database.data / "postgresql.conf", "a") as settings:
        settings.write("no_such_setting = 1\n")

    with pytest.raises(LocalDatabaseError) as refusal:
        database.ensure_running()

    log = database.data / "server.log"
    assert str(log) in str(refusal.value)
    assert "no_such_setting" in log.read_text()


def test_a_server_out_of_reach_can_still_be_stopped(tmp_path, database_of):
    """Somebody removed its socket folder, as the refusal above advises."""
    database = database_of(tmp_path)
    database.ensure_running()
    shutil.rmtree(database.socket_folder)

    assert not database.is_ready()
    assert database.stop()

    database.ensure_running()
    assert database.is_ready()
