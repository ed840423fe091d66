"""Whether this is somebody's own machine, and its small secrets, kept in `.local`."""

import os
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

# Without DATABASE_URL the database is a private PostgreSQL, and this is somebody's own
# machine: a random secret kept in .local, plain http on the loopback address.
OWN_DATABASE = not env("DATABASE_URL", default="")
LOCAL = env.bool("LOCAL", default=OWN_DATABASE)
SIGN_INS = Path(__file__).resolve().parent.parent / ".local" / "sign-ins.txt"


def _random_text():
    return secrets.token_urlsafe(48)


def local_secret(project, name, local, make=_random_text):
    """The secret in `.local/<name>`, made by `make` on first use.

    Raises:
        ImproperlyConfigured: `local` is false, so the environment must give it.
    """
    if not local:
        raise ImproperlyConfigured(
            f"Set {name.upper()} in the environment: with a DATABASE_URL, secrets are yours "
            "to keep (`openssl rand -base64 48` makes one). On your own machine, set LOCAL=on."
        )
    path = project / ".local" / name
    path.parent.mkdir(exist_ok=True)
    if not _filled(path):
        aside = path.with_name(f"{name}.{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_text(make())
        _keep_the_first(aside, path)
    return path.read_text()


def _filled(path):
    return path.exists() and path.stat().st_size > 0


def _keep_the_first(aside, path):
    """Another process may have been quicker: a whole file is never replaced."""
    try:
        os.link(aside, path)
    except FileExistsError:
        if not _filled(path):
            os.replace(aside, path)
    aside.unlink(missing_ok=True)
