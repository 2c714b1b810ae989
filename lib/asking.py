"""Queries whose plans the connection keeps, several of them in one exchange with the database.

Most of what a small query costs a page is the way to PostgreSQL and back: two system calls, two changes of process, and
psycopg's Python between them. So a page calls `ask` as soon as it knows a query, and looks at `Answer.found` when it
needs the rows. The first Answer that is needed is sent, and with it every other query of this thread that still waits,
in one libpq pipeline. A query whose Answer nobody holds any more is never sent.

Only for reading, and only in requests that do not write: a query that waits may run before the write, or after it.
"""

import threading
import weakref
from collections import deque
from contextlib import suppress
from functools import cached_property, partial
from inspect import signature
from uuid import uuid4

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.query import get_related_populators
from psycopg import Error, errors
from psycopg.generators import send
from psycopg.pq import ExecStatus
from psycopg.waiting import Wait

from lib.sql import FORGOTTEN, fetch, fetch_prepared, statement_of

_REFUSED = {ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED}


def ask(sql, params, *, read=list):
    """The Answer to a query, which is not sent yet. `params`: a list for %s, a dict for %(name)s. `read` is called
    once, with all rows (a list of tuples); what it returns is the Answer's `found`."""
    answer = Answer(sql, params, read)
    _waiting.add(answer)
    return answer


def fetch_along(sql, params):
    """All rows of a query, as tuples, now. Every query that waits is sent along."""
    return ask(sql, params).found


def read_the_rest():
    """For the end of a request: reads what this thread has sent and did not need after all, before the next request
    uses its connection. What still waits is not sent along with that one's queries."""
    _waiting.answers = []
    driver = connections[DEFAULT_DB_ALIAS].connection
    if driver is not None and driver.unread:
        with suppress(Error):  # then the connection is closed, and nobody waits for these rows
            driver.unread.finish()


class Answer:
    _rows = _found = _exchange = None

    def __init__(self, sql, params, read):
        self.sql, self.params, self.read = sql, params, read

    @property
    def found(self):
        """What `read` makes of the rows. Sends the query if it was not sent. Raises django.db.DatabaseError."""
        if self.read:
            self._found, self.read = self.read(self._answered()), None
        return self._found

    def send(self):
        """Sends it, with everything that waits, and does not wait for the rows: there is something else to do
        meanwhile. Does nothing where queries are sent one by one, as in _ask."""
        database = connections[DEFAULT_DB_ALIAS]
        if not (database.queries_logged or database.in_atomic_block or database.execute_wrappers):
            database.ensure_connection()
            with database.wrap_database_errors:
                Exchange(database, _waiting.taken_with(self))

    def _answered(self):
        if self._rows is None and not (self._exchange and self._has_come()):
            self._ask()
        return self._rows

    def _ask(self):
        database = connections[DEFAULT_DB_ALIAS]
        if database.queries_logged:  # they are counted or shown (tests, debug pages): one by one
            self._rows = fetch(self.sql, self.params)
        elif database.in_atomic_block or database.execute_wrappers:  # psycopg begins the one, Django calls the other
            self._rows = fetch_prepared(self.sql, self.params)
        else:
            self.send()
            if not self._has_come():
                self.send()
                with database.wrap_database_errors:
                    self._exchange.read_to(self)

    def _has_come(self):
        """Whether what was sent has its rows. Not where its plan was forgotten, or where another failed before it."""
        with self._exchange.database.wrap_database_errors:
            try:
                self._exchange.read_to(self)
            except FORGOTTEN:
                self._exchange.driver.statements.clear()
        return self._rows is not None


class _Waiting(threading.local):
    """The Answers of a thread that are not sent yet, as weak references: nothing is kept of one that was dropped, or
    sent by itself."""

    def __init__(self):
        self.answers = []

    def add(self, answer):
        self.answers.append(weakref.ref(answer, self.answers.remove))

    def taken_with(self, needed):
        """`needed`, and all that wait. From now on none of them waits."""
        waiting, self.answers = [answer() for answer in self.answers], []
        return [needed, *(answer for answer in waiting if answer and answer is not needed and answer._rows is None)]


_waiting = _Waiting()


class Exchange:
    """A pipeline: all queries are sent at once, and their rows are read one after the other when they are needed, so
    that the page works with the first while PostgreSQL works on the next. Anything else that is sent over the
    connection before all rows are read reads the rest first (lib.outage.Connection.wait)."""

    def __init__(self, database, answers):
        self.database, self.driver, self.coming = database, database.connection, deque()
        if self.driver.unread:
            self.driver.unread.finish()
        # Before the pipeline begins: a value that cannot be written leaves the connection as it was.
        questions = [self._written(answer) for answer in answers]
        pgconn, self.driver.unread = self.driver.pgconn, self
        try:
            pgconn.enter_pipeline_mode()
            for question in questions:
                self._say(*question)
                if question is not questions[-1]:
                    pgconn.send_flush_request()
            pgconn.pipeline_sync()
            if pgconn.flush():  # there is more than the socket has room for
                self.driver.hear(send(pgconn))
        except BaseException:
            self._give_up()
            raise

    def read_to(self, wanted):
        """Reads until `wanted` has its rows. Raises PostgreSQL's error where it refused that one. Where it refused
        another, that one and all behind it stay without rows, as a pipeline ends with its first error: they have to be
        sent again."""
        while self.coming and wanted._rows is None:
            answer, refused = self._read()
            if refused:
                self.finish()
                if answer is wanted:
                    raise errors.error_from_result(refused, self.driver.info.encoding)
        if not self.coming:
            self.finish()

    def finish(self):
        """Reads what is left. Then the connection is free for other statements."""
        if self.driver.unread is self:
            while self.coming:
                self._read()
            self._next()  # the answer to pipeline_sync()
            self.driver.pgconn.exit_pipeline_mode()
            self.driver.unread = None

    def _written(self, answer):
        statement = statement_of(self.driver, answer.sql)
        return answer, statement, *statement.write(answer.params)

    def _say(self, answer, statement, values, types, formats):
        plan = statement.plans.get(types)
        if not plan:
            plan = statement.send_prepare(types)
            self.coming.append((answer, partial(self._keep_plan, statement, types, plan)))
        statement.send(plan, values, formats)
        self.coming.append((answer, partial(self._keep_rows, statement, answer)))
        answer._exchange = self

    def _read(self):
        """(the next Answer, PostgreSQL's result where that is an error, else None)"""
        answer, keep = self.coming.popleft()
        result = self._next()
        if result.status in _REFUSED:
            return answer, result
        keep(result)
        return answer, None

    def _keep_plan(self, statement, types, plan, result):
        statement.plans[types] = plan

    def _keep_rows(self, statement, answer, result):
        answer._rows = statement.read(result)

    def _next(self):
        """The result of the next command. psycopg's way to wait takes longer than reading a result, so it is only gone
        where the result is not there yet."""
        pgconn, last = self.driver.pgconn, None
        try:
            while True:
                if pgconn.is_busy():
                    pgconn.consume_input()
                if pgconn.is_busy():
                    self.driver.hear(_coming(pgconn))
                result = pgconn.get_result()
                if result is None or result.status == ExecStatus.PIPELINE_SYNC:
                    return last or result
                last = result
        except BaseException:
            self._give_up()
            raise

    def _give_up(self):
        """Closes the connection: nobody knows which part of the pipeline reached the server."""
        self.driver.unread = None
        self.coming.clear()
        self.driver.close()


def _coming(pgconn):
    while pgconn.is_busy():
        while not (yield Wait.R):
            pass
        pgconn.consume_input()


class Prepared:
    """A queryset whose SQL is written once: Django takes ten times as long to write it as PostgreSQL to answer it.

    `build` makes the queryset from its parameters, ids or strings. It is called once, with stand-ins; whatever else it
    puts into the query stays there for good, so nothing in it may depend on the time.
    """

    def __init__(self, build):
        self.build = build
        self.stand_ins = [uuid4() for _ in signature(build).parameters]

    def first(self, *given):
        """The first row as a model instance, with what select_related() and annotate() named, or None."""
        return self.ask(*given).found

    def ask(self, *given):
        """The Answer whose `found` is what first() returns."""
        sql, params, places, read = self._written
        params = list(params)
        for place, number in places:
            params[place] = given[number]
        return ask(sql, params, read=lambda found: read(found[:1]) if found else None)

    @cached_property
    def _written(self):
        compiler = self.build(*self.stand_ins).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        spelled = [str(stand_in) for stand_in in self.stand_ins]
        places = [(place, spelled.index(str(param))) for place, param in enumerate(params) if str(param) in spelled]
        return sql, params, places, _reader(compiler)


def _reader(compiler):
    """A function that does what QuerySet's own iterator does with a row: [row] → a model instance."""
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
