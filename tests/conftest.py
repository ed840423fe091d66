import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import settings

# The same examples in every run, however long the database takes over one of them.
settings.register_profile("musaala", derandomize=True, deadline=None)
settings.load_profile("musaala")


@pytest.fixture(autouse=True)
def _database(db):
    """Every test runs in a transaction that is rolled back."""


@pytest.fixture
def count_queries():
    """Returns how many queries a call makes."""

    def count(call):
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count
