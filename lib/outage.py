"""A database that is away: it lets nobody in, or answers nobody. Connections that notice, and do not wait for it.

statement_timeout is the server's: one that is frozen, or that the network has lost, keeps it no more than anything
else, and libpq waits for ever. A limit of ours on every statement would cut short what may take long: exports, imports,
deletions. So whoever has waited for a while knocks again, as a new client. If nobody opens, all stop waiting, and one
thread goes on knocking until somebody does.
"""

import functools
import logging
import threading
import time

import psycopg
from psycopg import OperationalError

from lib.sql import TEXTS

log = logging.getLogger("parley.database")

PATIENCE = 1  # seconds without a word, then somebody knocks
ANSWER = 2  # seconds for an answer, the least that libpq knows; so a statement is given up after three
PAUSE = 0.5  # seconds between two knocks at a door that stayed closed

_away = threading.Lock()  # held from the moment it is found to be away until it lets somebody in


def is_away():
    """Whether this process, which has one database, knows that there is no point in asking it."""
    return _away.locked()


class Connection(psycopg.Connection):
    """The `connection_class` of Django's pool."""

    unread = None  # an exchange of which not everything has been read (lib.asking)

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
        for name, loader in TEXTS.items():
            connection.adapters.register_loader(name, loader)
        return connection

    def set_autocommit(self, value):
        if value != self.autocommit:  # Django says it whenever it takes a connection
            super().set_autocommit(value)

    def wait(self, gen, *args, **kwargs):
        if self.unread:
            self.unread.finish()
        return self.hear(gen, *args, **kwargs)

    def hear(self, gen, *args, **kwargs):
        """The same for the rest of what was asked already."""
        return super().wait(self._unless_away(gen), *args, **kwargs)

    def _unless_away(self, gen):
        """The steps of `gen`; psycopg sends a false `ready` ten times a second while nothing happens."""
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
        """Closed, so that no pool hands it out again: nobody knows in which state the server would find it."""
        self.pgconn.finish()
        raise OperationalError("the database answers nobody")


def _opens(conninfo, **options):
    try:
        psycopg.connect(conninfo, **options).close()
    except OperationalError as error:
        return not _is_closed_door(error)
    return True


def _is_closed_door(error):
    """Not where the server itself refuses this client: while it is full, those who are in go on. Connecting gives no
    SQLSTATE, only words; "the database system is starting up" (shutting down, in recovery mode) closes it to all."""
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
