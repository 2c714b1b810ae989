"""SQL by hand, for the few statements that are worth it. Several queries in one exchange: lib/asking.py."""

import re
from functools import lru_cache, partial
from itertools import count

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import errors
from psycopg.adapt import Loader, PyFormat, Transformer
from psycopg.generators import execute
from psycopg.pq import ExecStatus, Format
from psycopg.types.net import InetBinaryLoader

STATEMENTS = 200  # whose plans a connection keeps; there are not nearly as many

_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|s|%)")
_names = count()


def fetch(sql, params):
    """All rows, as tuples. PostgreSQL plans the query for these values."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def fetch_prepared(sql, params):
    """All rows, as tuples. The connection keeps the plan.

    Django's cursors put the values into the text, so that PostgreSQL plans every time; for an append that takes as long
    as the append itself. Here values stay apart, and rows come in PostgreSQL's binary format, which psycopg reads in C.
    Where queries are counted or shown (tests, debug pages) a Django cursor is used all the same; execute_wrapper()
    works everywhere.
    """
    database = connections[DEFAULT_DB_ALIAS]  # `connection` would look it up at each mention
    if database.queries_logged:
        return fetch(sql, params)
    if database.connection is None:
        database.ensure_connection()
    if database.in_atomic_block or database.execute_wrappers:
        return _by_cursor(database, sql, params)
    with database.wrap_database_errors:
        return _by_libpq(database.connection, sql, params)


# --- through libpq: psycopg's cursor takes as long for sending and reading as all the rest ---


def _by_libpq(driver, sql, params):
    if driver.unread:
        driver.unread.finish()
    try:
        return statement_of(driver, sql).fetch(params)
    except FORGOTTEN:
        driver.statements.clear()
        return statement_of(driver, sql).fetch(params)


# A plan is gone where psycopg rolled a transaction back, which deallocates all plans of the connection; and it is of no
# use where a migration of the next version changed a column. PostgreSQL says either before it does anything.
FORGOTTEN = errors.InvalidSqlStatementName, errors.FeatureNotSupported


def statement_of(driver, sql):
    if sql in driver.statements:
        return driver.statements[sql]
    statement = Statement(driver, sql, is_kept=len(driver.statements) < STATEMENTS)
    if statement.is_kept:
        driver.statements[sql] = statement
    return statement


class Statement:
    """A query on a connection: how its parameters are written and its columns read, which takes long to find out, and
    the names of its plans, one for each combination of types that its parameters had."""

    def __init__(self, driver, sql, *, is_kept):
        self.driver, self.is_kept = driver, is_kept
        self.query, self.names = numbered(sql)
        self.transformer, self.plans = Transformer(driver), {}

    def fetch(self, params):
        values, types, formats = self.write(params)
        plan = self.plans.get(types)
        if not plan:
            plan = self.send_prepare(types)
            self._result()
            self.plans[types] = plan
        self.send(plan, values, formats)
        return self.read(self._result())

    def write(self, params):
        """(the values as bytes, their PostgreSQL types, whether each is text or binary). Raises psycopg.DataError."""
        values = [params[name] for name in self.names] if self.names else params
        written = self.transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        return written, self.transformer.types, self.transformer.formats

    def send_prepare(self, types):
        """The name that the plan will have, if PostgreSQL accepts it."""
        name = b"kept_%d" % next(_names) if self.is_kept else b""  # the next one without a name replaces it
        self.driver.pgconn.send_prepare(name, self.query, types)
        return name

    def send(self, plan, values, formats):
        self.driver.pgconn.send_query_prepared(plan, values, formats, Format.BINARY)

    def read(self, result):
        self.transformer.set_pgresult(result)
        rows = self.transformer.load_rows(0, result.ntuples, tuple)
        result.clear()  # the transformer would hold it until the query is sent again
        return rows

    def _result(self):
        [result] = self.driver.wait(execute(self.driver.pgconn))
        if result.status == ExecStatus.FATAL_ERROR:
            raise errors.error_from_result(result, self.driver.info.encoding)
        return result


@lru_cache(maxsize=STATEMENTS)
def numbered(sql):
    """(the SQL with $1, $2…; for %(name)s the names in this order, for %s nothing)"""
    numbers = {}

    def numbered(found):
        if found[0] == "%%":
            return "%"
        return f"${numbers.setdefault(found[1] or len(numbers), len(numbers) + 1)}"

    query = _PLACEHOLDER.sub(numbered, sql).encode()
    return query, tuple(name for name in numbers if isinstance(name, str))


# --- through a cursor: in a transaction, where a failed query cannot be sent again, and for execute_wrapper() ---


def _by_cursor(database, sql, params):
    driver = database.connection
    sql, cursor = _kept(driver, sql)
    driver.prepare_threshold = 0  # Django's None forbids preparing, whatever `prepare` says
    try:
        with database.wrap_database_errors:
            execute = _execute
            for wrapper in reversed(database.execute_wrappers):
                execute = partial(wrapper, execute)
            execute(sql, params, False, {"connection": database, "cursor": cursor})
            rows = cursor.fetchall()
            cursor.pgresult.clear()  # the cursor would hold it until the query is sent again
            return rows
    finally:
        driver.prepare_threshold = None


def _execute(sql, params, many, context):
    with context["connection"].wrap_database_errors:
        return context["cursor"].execute(sql, params, prepare=True, binary=True)


def _kept(driver, sql):
    """(the SQL, a cursor for it alone), both kept by the connection. A new cursor has to find out how each parameter is
    written and each column read, which takes psycopg as long as all the rest; and so has one that was used for other
    SQL, or for the same SQL in another string object."""
    if sql not in driver.cursors:
        if len(driver.cursors) >= STATEMENTS:
            driver.cursors.clear()
        driver.cursors[sql] = sql, psycopg.Cursor(driver)
    return driver.cursors[sql]


class _JsonAsText(Loader):
    format = Format.BINARY

    def load(self, data):
        """Without the version of the format, which stands before it."""
        return bytes(data[1:]).decode()


class _AddressAsText(InetBinaryLoader):
    def load(self, data):
        return str(super().load(data))


TEXTS = {"jsonb": _JsonAsText, "inet": _AddressAsText}  # which Django's fields want as text, in binary answers too


def release_connection():
    """Closes this thread's connection, before a wait for something else than the database, in which it might break. The
    next query opens another. Raises RuntimeError in a transaction, which would end unseen."""
    if connection.in_atomic_block:
        raise RuntimeError("A transaction must not last as long as a wait for somebody else.")
    connection.close()


def drop_broken():
    """Closes this thread's connection if the database has hung up meanwhile, or if a request has left it in the middle
    of something. Else the thread keeps it: taking one from a pool and giving it back was a seventh of an append."""
    database = connections[DEFAULT_DB_ALIAS]
    if database.connection is not None and not database.is_usable():
        database.close()
