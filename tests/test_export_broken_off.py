"""Somebody who downloads can tell a whole export from one that broke off."""

import socket
import subprocess
import sys
import time
from http.client import HTTPResponse, IncompleteRead

import pytest
from django.conf import settings

APPLICATION = """
def application(environ, start):
    start("200 OK", [("Content-Type", "text/csv")])
    yield b"reference\\n" * 10_000
    if environ["PATH_INFO"] == "/broken":
        raise RuntimeError("the database ended the statement")
"""


@pytest.fixture
def server(tmp_path):
    """The address of the production server's kind of worker, with an application that fails."""
    (tmp_path / "failing.py").write_text(APPLICATION)
    address = str(tmp_path / "socket")
    command = ["gunicorn", "--worker-class", "gthread", "--bind", f"unix:{address}"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--no-control-socket", "failing"],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(200):
        if (tmp_path / "socket").exists():
            break
        time.sleep(0.05)
    yield address
    process.terminate()
    process.wait(timeout=20)


def ask(address, path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(address)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        answer = HTTPResponse(connection)
        answer.begin()
        return answer.read()


def test_what_breaks_off_has_no_end(server):
    assert 'worker_class = "gthread"' in (settings.BASE_DIR / "config/serving.py").read_text()
    assert len(ask(server, "/whole")) == 100_000
    with pytest.raises(IncompleteRead):
        ask(server, "/broken")
