"""Connections that notice when the database is away, and stop waiting for it.

It is away when it accepts no connection, or when it accepts them and answers nothing. statement_timeout does not help:
the server keeps it, and one that is frozen, or that the network has lost, keeps nothing; libpq would wait for ever. A
limit of our own on every statement would end what may take long: exports, imports, deletions. So a statement that has
been silent for PATIENCE tries to connect once more ("knocks"). If that fails, every statement of the process fails, and
one thread goes on knocking until the database answers.
"""

import functools
import logging
import threading
import time

import psycopg
from psycopg import OperationalError
from psycopg.pq import TransactionStatus

from lib.sql import TEXTS

log = logging.getLogger("parley.database")

PATIENCE = 1  # seconds that a statement may be silent before it knocks
ANSWER = 2  # seconds to connect, the shortest time that libpq takes; so a statement fails after three
PAUSE = 0.5  # seconds between two knocks while the database is away

_away = threading.Lock()  # held while the database is away


def is_away():
    """Whether this process has found its database to be away."""
    return _away.locked()


class Connection(psycopg.Connection):
    """What lib.database connects with: it notices an outage, reads binary values as Django's fields want them, and ends
    a pipeline before it sends anything else."""

    unread = None  # the lib.asking.Exchange whose rows are not all read

    @classmethod
    def connect(cls, conninfo="", **options):
        knock = functools.partial(_opens, conninfo, **options | {"connect_timeout": ANSWER})
        try:
            connection = super().connect(conninfo, **options)
        except OperationalError as error:
            if _is_closed_door(error):
                _wait_for(knock)
            raise
        connection.knock = knock
        connection.statements, connection.cursors = {}, {}  # that lib.sql keeps, by their SQL
        for name, loader in TEXTS.items():
            connection.adapters.register_loader(name, loader)
        return connection

    def is_at_rest(self):
        """Whether it waits for a statement: between two transactions, and the server has not hung up. Found out without
        an exchange."""
        try:
            self.pgconn.consume_input()  # the last words, if any
            self.pgconn.consume_input()  # nothing, or the end
        except OperationalError:
            return False
        return self.pgconn.transaction_status == TransactionStatus.IDLE

    def set_autocommit(self, value):
        if value != self.autocommit:  # Django says it whenever it takes a connection
            super().set_autocommit(value)

    def wait(self, gen, *args, **kwargs):
        if self.unread:
            self.unread.finish()
        return self.hear(gen, *args, **kwargs)

    def hear(self, gen, *args, **kwargs):
        """The same for results of the pipeline itself."""
        return super().wait(self._unless_away(gen), *args, **kwargs)

    def _unless_away(self, gen):
        """The steps of a psycopg generator, which is sent a false `ready` ten times a second while nothing happens."""
        ready, heard = None, time.monotonic()
        try:
            while True:
                ready = yield gen.send(ready)
                if ready:
                    heard = time.monotonic()
                elif is_away():
                    self._give_up()
                elif time.monotonic() - heard > PATIENCE:
                    if not self.knock():
                        _wait_for(self.knock)
                        self._give_up()
                    heard = time.monotonic()
        except StopIteration as end:
            return end.value

    def _give_up(self):
        """Closes the connection, so that nobody uses it again: its state is not known."""
        self.pgconn.finish()
        raise OperationalError("the database answers nobody")


def _opens(conninfo, **options):
    try:
        psycopg.connect(conninfo, **options).close()
    except OperationalError as error:
        return not _is_closed_door(error)
    return True


def _is_closed_door(error):
    """Whether nobody can connect. A server that refuses only this client, because it is full, goes on with the others.
    A failed connection has no SQLSTATE, only text: "the database system is starting up" (shutting down, in recovery
    mode) is said to everybody."""
    return "FATAL" not in str(error) or "the database system is" in str(error)


def _wait_for(knock):
    if _away.acquire(blocking=False):
        log.error("the database is away; requests are refused until it is back")
        threading.Thread(target=_keep_knocking, args=[knock], name="outage", daemon=True).start()


def _keep_knocking(knock):
    try:
        while not knock():
            time.sleep(PAUSE)
        log.warning("the database is back")
    finally:
        _away.release()  # whatever happens: nobody else would ever ask again
