"""Answers a second of the API over HTTP, compiled and rendered by Django REST framework.

Both are served by gunicorn as the product serves itself, from one database, and asked in
turn by the same clients on the same machine.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import quote

from django.conf import settings
from django.db import connection

CLIENTS, ROUNDS, SECONDS = 8, 3, 2.0
SERVED = {"compiled": "config.wsgi", "rendered": "bench.rendered"}


def rates(cookie, paths):
    """Answers a second, medians of the rounds: {path: {how: rate}}."""
    database = _address_of_database()
    taken = {path: {how: [] for how in SERVED} for path in paths}
    with _served("compiled", database) as one, _served("rendered", database) as other:
        ports = {"compiled": one, "rendered": other}
        for path in paths:
            for port in ports.values():
                _rate(port, path, cookie)  # the first pay for what the others reuse
            for _round in range(ROUNDS):
                for how, port in ports.items():
                    taken[path][how].append(_rate(port, path, cookie))
    return {
        path: {how: statistics.median(each) for how, each in of_path.items()}
        for path, of_path in taken.items()
    }


def _address_of_database():
    """Of the one that this process is connected to. Each request takes the web role itself."""
    given = connection.get_connection_params()
    user, password, host, port = (
        quote(str(given.get(name) or ""), safe="") for name in ("user", "password", "host", "port")
    )
    return f"postgresql://{user}:{password}@/{given['dbname']}?host={host}&port={port}"


@contextmanager
def _served(how, database):
    """gunicorn on a port of its own, until the end of the block. Yields the port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "config/serving.py", SERVED[how]],
        cwd=settings.BASE_DIR,
        env={**os.environ, "LOCAL": "on", "DATABASE_URL": database, "PORT": str(port)},
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port):
    for _attempt in range(120):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.25)
        else:
            return
    raise RuntimeError("gunicorn did not start.")


def _rate(port, path, cookie):
    end = time.perf_counter() + SECONDS
    with ThreadPoolExecutor(CLIENTS) as clients:
        asked = [clients.submit(_ask_until, end, port, path, cookie) for _ in range(CLIENTS)]
        return sum(each.result() for each in asked) / SECONDS


def _ask_until(end, port, path, cookie):
    """How many answers one client has by then."""
    connection, answers = HTTPConnection("127.0.0.1", port, timeout=60), 0
    while time.perf_counter() < end:
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        answers += 1
    connection.close()
    return answers
