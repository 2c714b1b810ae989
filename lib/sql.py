"""SQL by hand, and SQL that Django writes once, for the few statements that are worth it."""

from functools import cached_property, partial
from inspect import signature
from uuid import uuid4

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models.query import get_related_populators


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


class Prepared:
    """A question whose SQL Django writes once: it takes ten times as long to write one as PostgreSQL to answer it.

    `build` makes the queryset from what is given, ids or words. Whatever else it puts into the question stays there for
    good, so nothing in it may depend on the hour.
    """

    def __init__(self, build):
        self.build = build
        self.stand_ins = [uuid4() for _ in signature(build).parameters]

    def first(self, *given):
        """The first row as a model instance, with what select_related() and annotate() named; None where there is
        none."""
        sql, params, read = self._written
        values = dict(zip(map(str, self.stand_ins), given, strict=True))
        found = fetch_prepared(sql, [values.get(str(param), param) for param in params], binary=False)
        return read(found[:1]) if found else None

    @cached_property
    def _written(self):
        compiler = self.build(*self.stand_ins).query.get_compiler(DEFAULT_DB_ALIAS)
        return *compiler.as_sql(), _reader(compiler)


def _reader(compiler):
    """What QuerySet's own iterator does with a row, once it is there: [row] → a model instance."""
    model, columns = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    first, last = columns[0], columns[-1] + 1
    names = [compiler.select[column][0].target.attname for column in columns]
    related = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)
    converters = compiler.get_converters([expression for expression, _, _ in compiler.select])
    annotated = compiler.annotation_col_map

    def read(rows):
        [row] = compiler.apply_converters(rows, converters)
        instance = model.from_db(DEFAULT_DB_ALIAS, names, row[first:last])
        for populator in related:
            populator.populate(row, instance)
        for name, column in annotated.items():
            setattr(instance, name, row[column])
        return instance

    return read
