"""How often links are read. By whom, nobody notes.

A single reader is counted at once. A crowd is counted in memory and written once a second, all links in one statement:
a write for each would cost more than the page. What is killed without warning has lost a second at most.
"""

import logging
import threading
import time
from multiprocessing.util import Finalize

from django.db import Error, connection

from lib.sql import drop_broken, release_connection

log = logging.getLogger("parley.web")

PAUSE = 1  # seconds between two writes

_lock = threading.Lock()
_seen = {}  # id of a link: how often it was read and not written yet
_last = -PAUSE  # when something was written
_waiting = None  # the timer that will write


def view(pk, *, before_django=False):
    """Counts a reader of the link of this id. `before_django`: nobody has looked yet whether the connection works."""
    global _waiting
    with _lock:
        _seen[pk] = _seen.get(pk, 0) + 1
        wait = _last + PAUSE - time.monotonic()
        if wait > 0 and _waiting is None:
            _waiting = threading.Timer(wait, _write_behind)
            _waiting.daemon = True
            _waiting.start()
    if wait <= 0:
        if before_django:
            drop_broken()
        write()


def write():
    """Writes what was counted. Where that fails it is logged and kept for the next time: reading goes on."""
    global _last
    with _lock:
        seen = dict(_seen)
        _seen.clear()
        _last = time.monotonic()
    if not seen:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [list(seen), list(seen.values())])
    except Error as error:
        log.warning("views of links are not written for now: %s", type(error.__cause__ or error).__name__)
        with _lock:
            for pk, count in seen.items():
                _seen[pk] = _seen.get(pk, 0) + count


def _write_behind():
    global _waiting
    with _lock:
        _waiting = None
    try:
        write()
    finally:
        release_connection()


# One lock after the other, in one order, so that two who write do not wait for each other; what is gone since is not
# counted.
_WRITE = """
WITH seen AS (SELECT * FROM unnest(%s::uuid[], %s::int[]) AS seen (link_id, count)),
link AS MATERIALIZED (
    SELECT id FROM sharing_sharelink WHERE id IN (SELECT link_id FROM seen) ORDER BY id FOR UPDATE
), daily AS (
    INSERT INTO sharing_dailyviews AS d (link_id, day, count)
    SELECT link_id, (now() AT TIME ZONE 'UTC')::date, count FROM seen JOIN link ON link.id = link_id
    ON CONFLICT (link_id, day) DO UPDATE SET count = d.count + excluded.count
)
UPDATE sharing_sharelink AS l SET view_count = view_count + seen.count, last_viewed_at = now()
FROM seen JOIN link ON link.id = seen.link_id WHERE l.id = link.id
"""

# Not atexit, which the web server's processes do not come by: they are multiprocessing's.
Finalize(None, write, exitpriority=1)
