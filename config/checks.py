from django.core.checks import Error
from django.db import connections


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
