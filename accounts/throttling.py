"""How often something may be done in so many minutes. Every process takes its share from PostgreSQL in blocks, so that
a limit holds for all processes together and survives a restart, while most requests cost no query."""

import ipaddress
import threading
import time

from django.db import connection

from accounts.refusals import TooManyRequests

_blocks = {}  # name: [minute, how many of the block are left]
_lock = threading.Lock()


def client(request):
    """Where a request comes from: an IPv4 address, or the network of an IPv6 address, which one customer has whole."""
    address = ipaddress.ip_address(request.META["REMOTE_ADDR"])
    if address.version == 4 or address.ipv4_mapped:
        return str(address)
    else:
        return str(ipaddress.ip_network((int(address), 64), strict=False))


def count_request(name, limit, *, minutes=1):
    """Counts one of `name` in this minute, or in these (60 at most). Raises TooManyRequests beyond `limit`; 0 is no
    limit."""
    window = _window(minutes)
    if not limit or _taken_from_block(name, window):
        return
    size = max(1, limit // 100)
    left = limit - _used(name, window, size)
    if left <= 0:
        wait = 60 * (window + minutes) - int(time.time())
        raise TooManyRequests(limit, minutes, wait=max(wait, 1))  # the minute may have ended while we counted
    with _lock:
        if len(_blocks) > 10_000:
            _blocks.clear()
        _blocks[name] = [window, min(size, left) - 1]


def take_back(name, *, minutes=1):
    """One that should not have been counted, of a limit below 200: larger ones are taken in blocks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_requestcount SET used = used - 1 WHERE name = %s AND minute = %s AND used > 0",
            [name, _window(minutes)],
        )


def _window(minutes):
    """The minute since 1970 in which the window began that we are in."""
    minute = int(time.time() // 60)
    return minute - minute % minutes


def _taken_from_block(name, window):
    with _lock:
        block = _blocks.get(name)
        if block and block[0] == window and block[1] > 0:
            block[1] -= 1
            return True
        return False


def _used(name, minute, size):
    """How many of this window were taken before we take `size` more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_requestcount AS c (name, minute, used) VALUES (%(name)s, %(minute)s, %(size)s)
            ON CONFLICT (name) DO UPDATE
            SET minute = excluded.minute,
                used = CASE WHEN c.minute = excluded.minute THEN c.used + excluded.used ELSE excluded.used END
            RETURNING used - %(size)s
            """,
            {"name": name, "minute": minute, "size": size},
        )
        (used,) = cursor.fetchone()
        if not used:
            # Whoever comes new takes away some that have gone, so that the table is as large as one busy hour.
            cursor.execute(
                """
                DELETE FROM accounts_requestcount WHERE name IN (
                    SELECT name FROM accounts_requestcount WHERE minute < %s LIMIT 10 FOR UPDATE SKIP LOCKED
                )
                """,
                [minute - 60],  # no window is longer than an hour
            )
        return used


def forget():
    """What this process has taken and not used; for tests."""
    with _lock:
        _blocks.clear()
