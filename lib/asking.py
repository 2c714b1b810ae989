"""Reading with questions whose plans the connection keeps, several of them in one exchange with the database.

Most of what a question costs a page is the way there and back: two system calls, two changes of process, and psycopg's
Python between them. So a page may `ask` before it needs to know. What is asked waits until something has to be there;
then it goes out together with everything that waits, in a pipeline, in the order in which it was asked. What nobody
holds any more is never asked.

Only for reading, and not on a page that writes: what is asked first may be answered before that, or after.
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
    """The Answer, which need not be there yet. `read` makes of all its rows what the asker wants to know.

    Binary values are read by C, times above all.
    """
    answer = Answer(sql, params, read)
    _waiting.add(answer)
    return answer


def fetch_along(sql, params):
    """All rows of a question whose answer has to be there now. Everything that waits goes along."""
    return ask(sql, params).found


def read_the_rest():
    """Of what this thread has asked and did not need after all, before its connection is given back."""
    driver = connections[DEFAULT_DB_ALIAS].connection
    if driver is not None and driver.unread:
        with suppress(Error):  # then the connection is closed, and nobody waits for what it would have said
            driver.unread.finish()


class Answer:
    _rows = _found = _exchange = None

    def __init__(self, sql, params, read):
        self.sql, self.params, self.read = sql, params, read

    @property
    def found(self):
        """What `read` makes of the rows, which are tuples."""
        if self.read:
            self._found, self.read = self.read(self._answered()), None
        return self._found

    def send(self):
        """Asks it, with everything that waits, before it is needed: there is something else to do until it is there.
        Where questions are asked one by one it stays unasked."""
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
        if database.queries_logged:  # where they are counted or shown (tests, debug pages), one by one
            self._rows = fetch(self.sql, self.params)
        elif database.in_atomic_block or database.execute_wrappers:  # which psycopg begins, which Django calls
            self._rows = fetch_prepared(self.sql, self.params)
        else:
            self.send()
            if not self._has_come():
                self.send()
                with database.wrap_database_errors:
                    self._exchange.read_to(self)

    def _has_come(self):
        """What was sent; not where its plan was forgotten, or another was refused before it."""
        with self._exchange.database.wrap_database_errors:
            try:
                self._exchange.read_to(self)
            except FORGOTTEN:
                self._exchange.driver.statements.clear()
        return self._rows is not None


class _Waiting(threading.local):
    def __init__(self):
        self.answers = []

    def add(self, answer):
        """As long as somebody holds it: one that is asked by itself, or never, leaves nothing behind."""
        self.answers.append(weakref.ref(answer, self.answers.remove))

    def taken_with(self, needed):
        """`needed`, and those of this thread that somebody still holds; none of them waits any more."""
        waiting, self.answers = [answer() for answer in self.answers], []
        return [needed, *(answer for answer in waiting if answer and answer is not needed and answer._rows is None)]


_waiting = _Waiting()


class Exchange:
    """Answers on their way. All are asked at once and read one after the other: while PostgreSQL works on the next, the
    page works with those that are there. Whoever says something else over the connection before the last of them is
    read has the rest read first (lib.outage.Connection)."""

    def __init__(self, database, answers):
        self.database, self.driver, self.coming = database, database.connection, deque()
        if self.driver.unread:
            self.driver.unread.finish()
        pgconn, self.driver.unread = self.driver.pgconn, self
        try:
            pgconn.enter_pipeline_mode()
            for answer in answers:
                self._say(answer)
                if answer is not answers[-1]:
                    pgconn.send_flush_request()
            pgconn.pipeline_sync()
            if pgconn.flush():  # there is more than the socket has room for
                self.driver.hear(send(pgconn))
        except BaseException:
            self._give_up()
            raise

    def read_to(self, wanted):
        """Reads until `wanted` has its rows. Raises what PostgreSQL said where it refused that one. Another that it
        refused, and all that were asked behind that, are as if they had not been asked."""
        while self.coming and wanted._rows is None:
            answer, refused = self._read()
            if refused:
                self.finish()
                if answer is wanted:
                    raise errors.error_from_result(refused, self.driver.info.encoding)
        if not self.coming:
            self.finish()

    def finish(self):
        """Reads what is left, and leaves the connection to others."""
        if self.driver.unread is self:
            while self.coming:
                self._read()
            self._next()  # that this was all
            self.driver.pgconn.exit_pipeline_mode()
            self.driver.unread = None

    def _say(self, answer):
        statement = statement_of(self.driver, answer.sql)
        written, types = statement.write(answer.params)
        plan = statement.plans.get(types)
        if not plan:
            plan = statement.send_prepare(types)
            self.coming.append((answer, partial(self._keep_plan, statement, types, plan)))
        statement.send(plan, written)
        self.coming.append((answer, partial(self._keep_rows, statement, answer)))
        answer._exchange = self

    def _read(self):
        """(the next answer, the result where it was refused or else None)"""
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
        """The result of the next command. One that is there already is not waited for, which takes psycopg longer than
        reading it."""
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
        """Nobody knows what of it has been said."""
        self.driver.unread = None
        self.coming.clear()
        self.driver.close()


def _coming(pgconn):
    while pgconn.is_busy():
        while not (yield Wait.R):
            pass
        pgconn.consume_input()


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
        return self.ask(*given).found

    def ask(self, *given):
        """The Answer that has it."""
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
