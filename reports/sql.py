"""Querysets as parts of larger SQL, for counts the ORM would make in several passes."""

from django.db import connection


def sql_of(queryset):
    """The queryset as (sql, parameters), unordered, also where it can have no rows."""
    compiler = queryset.order_by().query.get_compiler(connection=connection, elide_empty=False)
    return compiler.as_sql()
