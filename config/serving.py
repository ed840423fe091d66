"""gunicorn's settings: `gunicorn --config config/serving.py config.wsgi`."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from config.local_files import LOCAL, OWN_DATABASE, SIGN_INS

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WORKERS", "2"))
worker_class = "gthread"
threads = 4
timeout = 60
limit_request_line = (
    8190  # gunicorn's most: below it config/limits.py refuses, in the form of the API
)
graceful_timeout = 10
loglevel = "warning"
no_control_socket = True


MANAGE = Path(__file__).resolve().parent.parent / "manage.py"


def on_starting(server):
    _say_if_the_port_is_taken()
    if not LOCAL:
        _refuse_to_serve_unsafely()


def _refuse_to_serve_unsafely():
    """Ends here, with what is wrong and what to do, if a check of config/checks.py fails.

    In a process of its own: connections to the database must not be made before gunicorn
    forks. Asked once; a worker that starts anew later is not kept from serving.
    """
    asked = ["check", "--deploy", "--tag", "serving", "--database", "default"]
    as_server = {**os.environ, "SERVING": "on"}
    if subprocess.run([sys.executable, MANAGE, *asked], check=False, env=as_server).returncode:
        sys.exit("Musaala does not serve like this.")


def _say_if_the_port_is_taken():
    """In one line, with what to do."""
    host, _, port = bind.rpartition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            sys.exit(f"Port {port} cannot be used ({error.strerror}). Try: PORT=8001 make run")


def when_ready(server):
    """Say where it is, as the last thing a newcomer reads."""
    print(f"\nMusaala is ready:  http://{bind}/\n", flush=True)
    if LOCAL and SIGN_INS.exists():
        print(SIGN_INS.read_text(), flush=True)
    if OWN_DATABASE:
        print("Ctrl-C stops it. The database goes on: manage.py localdb stop ends it.", flush=True)
