"""All rows of the test database, kept as COPY tells them, and put back without a trigger.

Django empties every table after a test that commits, and builds roles, rights and walls anew:
a second each time. Loading the starter data takes longer still.
"""

from django.db import connection, transaction


def rows_of_tables():
    """Every table with its rows, as bytes: two states with equal answers are equal."""
    with connection.cursor() as cursor:
        return {table: _rows(cursor, table) for table in connection.introspection.table_names()}


def put_back(kept):
    """Make every table what it was when these rows were kept. Sequences go on.

    Takes a superuser: triggers and foreign keys do not look. What was kept passed them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        for table, rows in kept.items():
            if _rows(cursor, table) != rows:
                _put(cursor, table, rows)
        cursor.execute("SET LOCAL session_replication_role = 'origin'")


def _rows(cursor, table):
    with cursor.copy(f"COPY {connection.ops.quote_name(table)} TO STDOUT") as copied:
        return b"".join(copied)


def _put(cursor, table, rows):
    name = connection.ops.quote_name(table)
    cursor.execute(f"DELETE FROM {name}")
    with cursor.copy(f"COPY {name} FROM STDIN") as copy:
        copy.write(rows)
