"""Reading with questions whose plans the connection keeps, several of them in one exchange with the database.

Most of what a question costs a page is the way there and back: two system calls, two changes of process, and psycopg's
Python between them. So a page may `ask` before it needs to know. What is asked waits until something has to be there;
then it goes out together with everything that waits, in a pipeline. What nobody holds any more is never asked.

Only for reading, and not on a page that writes: what is asked first may be answered before that, or after.
"""

import threading
import weakref
from functools import cached_property, partial
from inspect import signature
from itertools import count
from uuid import uuid4

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.query import get_related_populators
from psycopg import errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus

from lib.sql import fetch, fetch_prepared, numbered

KEPT = 100  # plans of a connection; there are not nearly as many questions

_numbers = count()
_REFUSED = {ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED}


def ask(sql, params, *, binary=True, read=list):
    """The Answer, which need not be there yet. `read` makes of all its rows what the asker wants to know.

    Binary values are read by C, times above all. Not for `jsonb`, which Django's fields want as text.
    """
    answer = Answer(sql, params, binary, read)
    _waiting.answers.add(answer)
    return answer


def fetch_along(sql, params, *, binary=True):
    """All rows of a question whose answer has to be there now. Everything that waits goes along."""
    return ask(sql, params, binary=binary).found


class Answer:
    _rows = _found = None

    def __init__(self, sql, params, binary, read):
        self.sql, self.params, self.binary, self.read = sql, params, binary, read

    @property
    def found(self):
        """What `read` makes of the rows, which are tuples."""
        if self.read:
            self._found, self.read = self.read(self._answered()), None
        return self._found

    def _answered(self):
        if self._rows is None:
            self._exchange()
        return self._rows

    def _exchange(self):
        database = connections[DEFAULT_DB_ALIAS]
        if database.queries_logged:  # where they are counted or shown (tests, debug pages), one by one
            self._rows = fetch(self.sql, self.params)
        elif database.in_atomic_block or database.execute_wrappers:  # which psycopg begins, which Django calls
            self._rows = fetch_prepared(self.sql, self.params, binary=self.binary)
        else:
            database.ensure_connection()
            with database.wrap_database_errors:
                _exchange(database.connection, _waiting.taken_with(self))


class _Waiting(threading.local):
    def __init__(self):
        self.answers = weakref.WeakSet()

    def taken_with(self, needed):
        """Those of this thread that somebody still holds, and `needed`; none of them waits any more."""
        waiting, self.answers = [answer for answer in self.answers if answer is not needed], weakref.WeakSet()
        return [needed, *(answer for answer in waiting if answer._rows is None)]


_waiting = _Waiting()


def _exchange(driver, answers):
    try:
        _exchange_planned(driver, answers)
    except (errors.InvalidSqlStatementName, errors.FeatureNotSupported):
        # Where a transaction is rolled back psycopg makes PostgreSQL forget every plan of the connection, these too.
        # And where a column has become another, by a migration of the next version, a plan is good for nothing.
        vars(driver)["plans"].clear()
        _exchange_planned(driver, answers)


def _exchange_planned(driver, answers):
    """Sends all of them at once and reads what comes back. Raises what PostgreSQL said where it refused the first, the
    one that is needed now; another that it refuses says so where it is needed itself."""
    pgconn, plans = driver.pgconn, vars(driver).setdefault("plans", {})
    commands, made, readers = [], {}, []
    for answer in answers:
        query, names = numbered(answer.sql)
        values = [answer.params[name] for name in names] if names else answer.params
        reader = Transformer(driver)
        dumped = reader.dump_sequence(values, [PyFormat.AUTO] * len(values))
        plan = (query, reader.types)
        name = plans.get(plan)
        if name is None and len(plans) < KEPT:
            name = b"asked_%d" % next(_numbers)
            made[plan] = name, len(commands)
            commands.append(partial(pgconn.send_prepare, name, *plan))
        readers.append((len(commands), reader))
        how = (dumped, reader.formats, int(answer.binary))
        if name:
            commands.append(partial(pgconn.send_query_prepared, name, *how))
        else:
            commands.append(partial(pgconn.send_query_params, query, dumped, reader.types, *how[1:]))
    results = _pipelined(driver, commands)
    plans.update((plan, name) for plan, (name, place) in made.items() if results[place][0].status not in _REFUSED)
    refused = next((place for place, [result] in enumerate(results) if result.status in _REFUSED), len(results))
    if refused <= readers[0][0]:
        raise errors.error_from_result(results[refused][0], driver.info.encoding)
    for answer, (place, reader) in zip(answers, readers, strict=True):
        if place < refused:
            [result] = results[place]
            reader.set_pgresult(result)
            answer._rows = reader.load_rows(0, result.ntuples, tuple)


def _pipelined(driver, commands):
    """[[result] of each command]. One refusal ends all that stands behind it."""
    pgconn = driver.pgconn

    def results():
        yield from send(pgconn)
        found = []
        for _ in commands:
            found.append((yield from fetch_many(pgconn)))
        yield from fetch_many(pgconn)  # that this was all
        return found

    try:
        pgconn.enter_pipeline_mode()
        for command in commands:
            command()
        pgconn.pipeline_sync()
        found = driver.wait(results())
        pgconn.exit_pipeline_mode()
    except BaseException:
        driver.close()  # nobody knows what of it has been said
        raise
    return found


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
        return ask(sql, params, binary=False, read=lambda found: read(found[:1]) if found else None)

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
