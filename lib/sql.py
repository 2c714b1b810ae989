"""SQL by hand, for the few statements that are worth it. Pages ask by lib/asking.py."""

from functools import partial

import psycopg
from django.db import connection


def fetch(sql, params):
    """All rows of a query that is planned for these values, as tuples."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def fetch_prepared(sql, params, *, binary=True):
    """All rows of a query whose plan the connection keeps, as tuples.

    Django's own cursors put the values into the text, so PostgreSQL plans every time; for an append that takes as long
    as the append itself. Where queries are counted or shown (tests, debug pages) it goes through Django's cursor.

    Binary values are read by C, times above all. Not for `jsonb`, which Django's fields want as text. Who stands around
    the connection's statements (connection.execute_wrapper) stands around these too.
    """
    if connection.queries_logged:
        return fetch(sql, params)
    connection.ensure_connection()
    driver = connection.connection
    driver.prepare_threshold = 0  # Django's None forbids preparing, whatever `prepare` says
    try:
        with connection.wrap_database_errors, psycopg.Cursor(driver) as cursor:
            execute = partial(_execute, cursor, binary)
            for wrapper in reversed(connection.execute_wrappers):
                execute = partial(wrapper, execute)
            execute(sql, params, False, {"connection": connection, "cursor": cursor})
            return cursor.fetchall()
    finally:
        driver.prepare_threshold = None


def _execute(cursor, binary, sql, params, many, context):
    with connection.wrap_database_errors:
        return cursor.execute(sql, params, prepare=True, binary=binary)


def release_connection():
    """Gives this thread's connection back to the pool before a wait that is not for the database; what asks it next
    takes another. Not inside a transaction, which would end where nobody looks."""
    if connection.in_atomic_block:
        raise RuntimeError("A transaction must not last as long as a wait for somebody else.")
    connection.close()
