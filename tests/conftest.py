import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import settings

from records.gate import unrestricted
from tests.imports import importer
from tests.kept_rows import put_back, rows_of_tables
from tests.local_databases import closed_folder, database_of, open_folder

__all__ = ["closed_folder", "database_of", "open_folder"]

# The same examples in every run, however long the database takes over one of them.
settings.register_profile("musaala", derandomize=True, deadline=None)
settings.load_profile("musaala")


@pytest.fixture(scope="session", autouse=True)
def _no_gate_for_tests():
    """Tests arrange and look at all rows. Requests, and `viewing`, are gated none the less."""
    with unrestricted("tests"):
        yield


@pytest.fixture(scope="session", autouse=True)
def as_migrated(django_db_setup, django_db_blocker):
    """Makes the tables hold again what `migrate` left in them, as after each test that commits."""
    with django_db_blocker.unblock():
        kept = rows_of_tables()

    def again(_case=None):
        put_back(kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", again)
        yield again


@pytest.fixture(autouse=True)
def _in_english():
    """An Arabic page of the test before leaves its language behind."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _database(db):
    """Every test runs in a transaction that is rolled back."""


@pytest.fixture(autouse=True)
def _static_files_as_they_are(settings):
    """Pages render although nobody has collected the static files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def count_queries():
    """Returns how many queries a call makes."""

    def count(call):
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count


@pytest.fixture
def person():
    """Enters incidents."""
    return importer()


@pytest.fixture
def desk(client, person):
    """A browser that this person is signed in with."""
    client.force_login(person)
    return client
