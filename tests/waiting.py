"""Two transactions of which one has to wait for the other."""

import time
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

from django.db import connection, connections, transaction

from records.gate import unrestricted


def wait_until_blocked(backend):
    """Until another transaction keeps the one of this backend waiting for a lock."""
    for _attempt in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [backend])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("The second did not wait for the first.")


def held_up(first, second):
    """What `second` returns or raises, begun before the transaction of `first` has ended.

    It must come to wait for that transaction, which is committed then.
    """
    backend = Queue()

    def wait_and_go_on():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.put(cursor.fetchone()[0])
            with unrestricted("tests"):
                return second()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            waiting = pool.submit(wait_and_go_on)
            wait_until_blocked(backend.get(timeout=20))
        return waiting.result()
