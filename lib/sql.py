"""SQL by hand, for the few statements that are worth it. Pages ask by lib/asking.py."""

from functools import partial

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections

STATEMENTS = 100  # of one connection; psycopg forgets the plans beyond as many


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
    database = connections[DEFAULT_DB_ALIAS]  # `connection` would look it up at each mention
    if database.queries_logged:
        return fetch(sql, params)
    if database.connection is None:
        database.ensure_connection()
    driver = database.connection
    sql, cursor = _kept(driver, sql)
    driver.prepare_threshold = 0  # Django's None forbids preparing, whatever `prepare` says
    try:
        with database.wrap_database_errors:
            execute = partial(_execute, binary)
            for wrapper in reversed(database.execute_wrappers):
                execute = partial(wrapper, execute)
            execute(sql, params, False, {"connection": database, "cursor": cursor})
            rows = cursor.fetchall()
            cursor.pgresult.clear()  # or it would lie in memory until the statement is asked again
            return rows
    finally:
        driver.prepare_threshold = None


def _execute(binary, sql, params, many, context):
    with context["connection"].wrap_database_errors:
        return context["cursor"].execute(sql, params, prepare=True, binary=binary)


def _kept(driver, sql):
    """(the text, a cursor for it alone), which the connection keeps as it keeps the plan. A new cursor has to learn how
    each parameter is written and each column read, which takes psycopg as long as all the rest; and so has one that is
    asked another text, or the same one in another string."""
    kept = vars(driver).setdefault("kept_statements", {})
    if sql not in kept:
        if len(kept) >= STATEMENTS:
            kept.clear()
        kept[sql] = sql, psycopg.Cursor(driver)
    return kept[sql]


def release_connection():
    """Gives this thread's connection back to the pool before a wait that is not for the database; what asks it next
    takes another. Not inside a transaction, which would end where nobody looks."""
    if connection.in_atomic_block:
        raise RuntimeError("A transaction must not last as long as a wait for somebody else.")
    connection.close()
