"""Small secrets of a local installation, kept in `.local`, readable by their owner."""

import os
import secrets

from django.core.exceptions import ImproperlyConfigured


def local_secret(project, name, local):
    """The secret in `.local/<name>`, made on first use.

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
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()
