"""Statements that each connection to the database keeps ready.

Planning what a compiled serializer became takes PostgreSQL longer than answering it: 19 ms
of 24 for a page of 100 incidents (docs/adr/0024-compiled-answers.md).
"""

import psycopg
from django.db import connection


class _Kept(psycopg.Cursor):
    """Parameters go apart from the text, so that the plan serves every viewer."""

    def execute(self, query, parameters=None, **options):
        return super().execute(query, parameters, prepare=True)

    def _send_query_prepared(self, name, pgq, **options):
        self._query = pgq  # psycopg forgets it here, and Django's log of queries asks for it
        return super()._send_query_prepared(name, pgq, **options)


class _Once(psycopg.Cursor):
    pass


def rows_of(sql, parameters, *, keep):
    """The rows of a query that querysets were compiled to.

    keep: whether the connection keeps its plan, up to two megabytes, for the next time.
    """
    connection.ensure_connection()
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap((_Kept if keep else _Once)(connection.connection)) as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
