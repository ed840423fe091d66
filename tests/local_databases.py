"""Folders and local databases for tests, removed after them."""

import shutil
import tempfile
from pathlib import Path

import pytest

from config.database import LocalDatabase

LONG_AND_ODD = Path("it's long " * 12) / "مساءلة" / ("deep" * 30)


def remove(database):
    database.stop()
    shutil.rmtree(database.home, ignore_errors=True)
    if database.socket_folder.is_dir() and not database.socket_folder.is_symlink():
        shutil.rmtree(database.socket_folder)
    else:
        database.socket_folder.unlink(missing_ok=True)


@pytest.fixture
def database_of():
    """Makes the local database of a folder, and removes it after the test."""
    made = []

    def make(project):
        made.append(LocalDatabase(project))
        return made[-1]

    yield make
    for database in made:
        remove(database)


@pytest.fixture
def closed_folder():
    """A folder that only its owner can reach, as `mktemp -d` makes it."""
    folder = Path(tempfile.mkdtemp(prefix="musaala-test-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def open_folder(closed_folder):
    """A folder that every user can reach, as a home folder often is."""
    closed_folder.chmod(0o755)
    return closed_folder
