import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


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
