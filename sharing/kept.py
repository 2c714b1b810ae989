"""Pages of links, kept as they were sent, in front of Django: a link that everybody opens at once is rendered once.

A page that is kept is valid as long as nothing has changed of what it is made of. The database is asked for that, and
what it says is good for as long as sharing.lease says: so whoever is told that a link is revoked or a message deleted
knows that nobody is shown it any more, by any process.

Only what the view says may be kept is (`request.META[KEEP]`): the same bytes for everybody, no password, no cookie.
What else could make an answer another one is part of what it is kept by.
"""

import threading
import time
from collections import OrderedDict
from functools import lru_cache
from typing import NamedTuple

import psycopg
from django.core.exceptions import TooManyFieldsSent
from django.db import connection
from django.http import HttpRequest, QueryDict
from django.middleware.gzip import re_accepts_gzip
from psycopg import generators
from psycopg.pq import ExecStatus, Format

from lib.outage import Connection, is_away
from sharing import counting, lease, spelling

KEEP = "parley.keep"
READ = ("GET", "HEAD")
PREFIX = "/conversations/share/"
ROOM = 32 * 2**20  # bytes of pages in a process
LARGE = 2 * 2**20  # of one that is not worth its room
MOST_KNOWN = 1024  # links
NEVER = (0, None)


class Kept(NamedTuple):
    state: tuple
    link_id: object
    is_view: bool  # not where it is a later part of what was opened already
    headers: list
    body: bytes


def kept(application):
    """The WSGI `application`, of which these pages are kept."""
    pages = Pages()

    def answer(environ, start_response):
        key = _key(environ)
        if key is None or is_away():
            return application(environ, start_response)
        try:
            state = state_of(_digest(environ))
        except (ValueError, psycopg.Error):  # no link, or the database is away: Django has the words for it
            return application(environ, start_response)
        if (page := pages.get(key, state)) is None:
            return pages.keep(key, state, application, environ, start_response)
        start_response("200 OK", list(page.headers))
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        if page.is_view:
            counting.view(page.link_id, before_django=True)
        return [page.body]

    return answer


class Pages:
    """The pages that were asked for last, as many as there is room for."""

    def __init__(self):
        self.pages, self.size, self.lock = OrderedDict(), 0, threading.Lock()

    def get(self, key, state):
        """None where there is none that is still true."""
        with self.lock:
            page = self.pages.get(key)
            if page is None or page.state != state:
                return None
            self.pages.move_to_end(key)
            return page

    def keep(self, key, state, application, environ, start_response):
        """What the application answers, kept if it says so. `state` was asked for before, so that what changes while it
        is made is too new for it, never too old."""
        told = []

        def start(status, headers, exc_info=None):
            told[:] = [status, headers]
            return start_response(status, headers, exc_info)

        response = application(environ, start)
        if state is None or KEEP not in environ or told[0] != "200 OK" or environ["REQUEST_METHOD"] != "GET":
            return response
        try:
            body = b"".join(response)
        finally:
            response.close()
        if len(body) <= LARGE:
            self._put(key, Kept(state, *environ[KEEP], told[1], body))
        return [body]

    def _put(self, key, page):
        with self.lock:
            if old := self.pages.pop(key, None):
                self.size -= len(old.body)
            self.pages[key] = page
            self.size += len(page.body)
            while self.size > ROOM:
                _, oldest = self.pages.popitem(last=False)
                self.size -= len(oldest.body)


def _key(environ):
    """By what a page is kept: all of a request that the answer depends on. None for what no page is kept of."""
    path = environ["PATH_INFO"]
    if not path.startswith(PREFIX) or environ["REQUEST_METHOD"] not in READ or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    try:
        part = _part(environ.get("QUERY_STRING", ""))
    except (ValueError, TooManyFieldsSent):
        return None
    return (
        path,
        part,
        environ.get("HTTP_HOST"),
        environ.get("SERVER_PORT"),
        environ.get("wsgi.url_scheme"),
        environ.get("HTTP_X_FORWARDED_PROTO", "").partition(",")[0].strip() == "https",
        _accepts_page(environ.get("HTTP_ACCEPT", "*/*")),
        bool(re_accepts_gzip.search(environ.get("HTTP_ACCEPT_ENCODING", ""))),
    )


def _part(query):
    """All that a page takes of it; what others hang on to an address when they pass it on makes no other page."""
    return QueryDict(query.encode("latin-1")).get("after") if query else None


@lru_cache(maxsize=256)
def _accepts_page(accept):
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = accept
    return request.get_preferred_type(("text/html", "application/json"))


def _digest(environ):
    """Of the link that is asked for. ValueError for what is none."""
    return _digest_of(environ["PATH_INFO"].removeprefix(PREFIX))


@lru_cache(maxsize=1024)
def _digest_of(text):
    return spelling.digest_of(spelling.read(text))


_known = {}  # digest: (until when, what the database said)
_asking = threading.Lock()
_failed_at = 0  # by time.monotonic(): when the database could not be asked
_connection = None  # this process's own, of whoever holds the lock


def state_of(digest):
    """All that a page of this link is made of, as it is or was a LEASE ago, in the bytes in which the database says it:
    what is equal is the same page. None for a link that shows nothing to everybody: it is over, it has a password, it
    never was. Raises psycopg.Error.
    """
    came = time.monotonic()
    until, state = _known.get(digest, NEVER)
    if until < came:
        with _asking:  # a crowd that comes at once waits for one question
            until, state = _known.get(digest, NEVER)
            if until < came:
                state = _ask_anew(digest, came)
    return state


def _ask_anew(digest, came):
    global _failed_at
    if _failed_at > came:  # while this one waited: it would wait as long again to hear the same
        raise psycopg.OperationalError("the database could not be asked just now")
    until = time.monotonic() + lease.LEASE  # from before the question, whatever happens meanwhile
    try:
        state = _ask(digest)
    except psycopg.Error:
        forget_connection()
        _failed_at = time.monotonic()
        raise
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[digest] = until, state
    return state


def _ask(digest):
    """By libpq itself: a cursor takes three times as long to say it and to read what nobody reads."""
    global _connection
    if _connection is None:
        _connection = Connection.connect(**connection.get_connection_params(), autocommit=True)
        _connection.pgconn.send_prepare(STATEMENT, _STATE)
        _result()
    _connection.pgconn.send_query_prepared(STATEMENT, [digest], [Format.BINARY], Format.BINARY)
    found = _result()
    return tuple(found.get_value(0, column) for column in range(found.nfields)) if found.ntuples else None


def _result():
    [result] = _connection.wait(generators.execute(_connection.pgconn))
    if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise psycopg.errors.error_from_result(result)
    return result


def forget_connection():
    global _connection
    if _connection:
        _connection.close()
    _connection = None
    _known.clear()


STATEMENT = b"state"
_STATE = b"""
SELECT l.id, l.title, l.updated_at, c.revision, c.tip_position, b.tip_position,
       CASE WHEN l.include_names THEN u.name END
FROM sharing_sharelink AS l
JOIN conversations_conversation AS c ON c.id = l.conversation_id
JOIN accounts_user AS u ON u.id = l.owner_id
LEFT JOIN conversations_branch AS b ON b.id = l.branch_id
WHERE l.digest = $1 AND l.revoked_at IS NULL AND l.password = '' AND (l.expires_at IS NULL OR l.expires_at > now())
"""
