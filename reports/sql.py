"""Querysets as parts of larger SQL, for counts the ORM would make in several passes."""

from django.db import connection


def sql_of(queryset):
    """The queryset as (sql, parameters), unordered, also where it can have no rows."""
    compiler = queryset.order_by().query.get_compiler(connection=connection, elide_empty=False)
    return compiler.as_sql()


def with_tables(tables, query, parameters=()):
    """The query behind common table expressions, as (sql, parameters).

    tables: {"name (columns)": (sql, parameters) or a queryset}, in an order in which each
        names only those before it.
    """
    compiled = {
        head: table if isinstance(table, tuple) else sql_of(table) for head, table in tables.items()
    }
    heads = ", ".join(f"{head} AS MATERIALIZED ({sql})" for head, (sql, _more) in compiled.items())
    inner = tuple(value for _sql, more in compiled.values() for value in more)
    return f"WITH {heads} {query}", (*inner, *parameters)


def answer_to(sql, parameters):
    """All rows of a query that is made of gated querysets by `with_tables`."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
