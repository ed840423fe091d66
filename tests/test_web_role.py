"""The role that answers people, which all databases of one server share."""

from concurrent.futures import ThreadPoolExecutor
from queue import Queue

import pytest
from django.db import connection, transaction

from records import walls
from tests.waiting import wait_until_blocked

RACED = "musaala_raced"


@pytest.mark.django_db(transaction=True)
def test_two_databases_of_a_server_are_migrated_at_once(monkeypatch):
    """As when tests run side by side on a server that is new."""
    monkeypatch.setattr(walls, "WEB_ROLE", RACED)
    backend = Queue()

    def second():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.put(cursor.fetchone()[0])
                walls._create_role(cursor)
                cursor.execute(f"SET LOCAL ROLE {RACED}")
        finally:
            connection.close()

    with connection.cursor() as cursor:
        try:
            with ThreadPoolExecutor(1) as pool:
                with transaction.atomic():
                    walls._create_role(cursor)
                    waiting = pool.submit(second)
                    wait_until_blocked(backend.get(timeout=20))
                waiting.result()
        finally:
            cursor.execute(f"DROP ROLE IF EXISTS {RACED}")
