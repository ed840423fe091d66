"""Two transactions of which one has to wait for the other."""

import time

from django.db import connection


def wait_until_blocked(backend):
    """Until another transaction keeps the one of this backend waiting for a lock."""
    for _attempt in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [backend])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("The second did not wait for the first.")
