from django.conf import settings
from django.core.checks import Error, Warning
from django.db import OperationalError, ProgrammingError, connections

from records.web_role import WEB_ROLE

SERVING = "serving"  # what is asked before a server starts: config/serving.py


def letters_have_case(databases=None, **options):
    """A database that takes only ASCII for letters finds Arabic names badly, and says nothing."""
    return [
        Error(
            f"The database {alias} takes only ASCII for letters (LC_CTYPE is C).",
            hint="Make it anew with a character type that knows Unicode, such as "
            "createdb --template=template0 --encoding=UTF8 --lc-ctype=C.UTF-8 musaala",
            id="musaala.E001",
        )
        for alias in databases or []
        if not lowers_letters(connections[alias])
    ]


def lowers_letters(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('\u017d') = '\u017e'")
        return cursor.fetchone()[0]


def nobody_is_superuser(databases=None, **options):
    """A superuser walks past every right, so on a server nobody is one."""
    if settings.LOCAL:
        return []
    return [found for alias in databases or [] for found in _superusers(connections[alias])]


def _superusers(connection):
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT username FROM records_user WHERE is_superuser AND is_active ORDER BY 1"
            )
            names = [name for (name,) in cursor.fetchall()]
    except (OperationalError, ProgrammingError) as error:
        return [
            Warning(
                f"The database could not be asked whether anybody is a superuser: {error}",
                hint="Start the database; run `manage.py migrate`.",
                id="musaala.W002",
            )
        ]
    return [
        Error(
            f"{name} is an active superuser, whom no right and no marking stops.",
            hint=f"Take that away: `manage.py administrator {name}` leaves him an administrator.",
            id="musaala.E002",
        )
        for name in names
    ]


def the_web_role_is_bounded(databases=None, **options):
    """Who answers people must not be able to step over the walls: records/walls.py."""
    return [found for alias in databases or [] for found in _unbounded(connections[alias])]


def _unbounded(connection):
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolname, rolsuper OR rolbypassrls, EXISTS (SELECT FROM pg_class "
                "WHERE relowner = pg_roles.oid AND relname = 'records_source') "
                "FROM pg_roles WHERE rolname = current_user"
            )
            role, above, owner = cursor.fetchone()
    except (OperationalError, ProgrammingError):
        return []  # `_superusers` says that the database could not be asked
    if not (above or owner):
        return []
    return [
        Error(
            f"The server would sign in to the database as {role}, whom no policy binds.",
            hint=f"Give {WEB_ROLE} a password (ALTER ROLE {WEB_ROLE} LOGIN PASSWORD '...'), put "
            "it into DATABASE_URL, and the owner's sign-in into DATABASE_OWNER_URL: "
            "docs/operations.md#two-roles-of-the-database.",
            id="musaala.E003",
        )
    ]


def codes_are_required(**options):
    if settings.LOCAL or settings.REQUIRE_2FA:
        return []
    return [
        Warning(
            "REQUIRE_2FA is off: a stolen password is enough to read and change everything "
            "its owner may.",
            hint="Set REQUIRE_2FA=on, or leave it unset: then it is on.",
            id="musaala.W001",
        )
    ]
