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
from django.contrib.auth.models import Group as Role
from django.db import connection
from django.test import Client
from django.utils import timezone

from partners.models import Key, digest_of, new_key
from records.models import User
from records.roles import DATA_ENTRY

CLIENTS, ROUNDS, SECONDS = 8, 3, 2.0
MOST = 6000  # requests a minute, and at once: no key is allowed more
SERVED = {"compiled": "config.wsgi", "rendered": "bench.rendered"}


def signed_in():
    """A client that is signed in with the right to read."""
    client = Client()
    user, _made = User.objects.get_or_create(
        username="bench", organisation_id=1, defaults={"is_staff": True}
    )
    user.groups.add(Role.objects.get(name=DATA_ENTRY))
    client.force_login(user)
    return client


def by_session():
    """The headers of eight clients that share one session."""
    cookies = signed_in().cookies.items()
    return [{"Cookie": "; ".join(f"{name}={said.value}" for name, said in cookies)}] * CLIENTS


def by_key():
    """The headers of eight partners, each with a key whose allowance outlasts the bench."""
    people = (User.objects.get_or_create(username=f"bench-{part}")[0] for part in ("one", "two"))
    makes, approves = people
    return [{"Authorization": f"Bearer {_made_key(makes, approves)}"} for _ in range(CLIENTS)]


def _made_key(makes, approves):
    prefix, secret = new_key()
    Key.objects.create(
        organisation_id=1,
        label="bench",
        prefix=prefix,
        digest=digest_of(prefix, secret),
        made_by=makes,
        approved_by=approves,
        approved_at=timezone.now(),
        rate=MOST,
        burst=MOST,
    )
    return f"msl_{prefix}_{secret}"


def rates(readers, paths):
    """Answers a second, medians of the rounds: {(who, path): {how: rate}}.

    readers: {who: the headers of each client}.
    """
    database = _address_of_database()
    asked = [(who, path) for who in readers for path in paths]
    taken = {each: {how: [] for how in SERVED} for each in asked}
    with _served("compiled", database) as one, _served("rendered", database) as other:
        ports = {"compiled": one, "rendered": other}
        for who, path in asked:
            for port in ports.values():
                _rate(port, path, readers[who])  # the first pay for what the others reuse
            for _round in range(ROUNDS):
                for how, port in ports.items():
                    taken[who, path][how].append(_rate(port, path, readers[who]))
    return {
        each: {how: statistics.median(some) for how, some in by_how.items()}
        for each, by_how in taken.items()
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


def _rate(port, path, readers):
    end = time.perf_counter() + SECONDS
    with ThreadPoolExecutor(len(readers)) as clients:
        asked = [clients.submit(_ask_until, end, port, path, headers) for headers in readers]
        return sum(each.result() for each in asked) / SECONDS


def _ask_until(end, port, path, headers):
    """How many answers one client has by then."""
    connection, answers = HTTPConnection("127.0.0.1", port, timeout=60), 0
    while time.perf_counter() < end:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        answers += 1
    connection.close()
    return answers
