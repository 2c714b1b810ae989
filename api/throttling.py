"""How many requests a minute. Every process takes them from PostgreSQL in blocks, so that a limit holds for all
processes together and survives a restart, while most requests cost no query."""

import ipaddress
import threading
import time

from django.db import connection

from api.problem import Problem

_blocks = {}  # name: [minute, how many of the block are left]
_lock = threading.Lock()


def client(request):
    """Where a request comes from: an IPv4 address, or the network of an IPv6 address, which one customer has whole."""
    address = ipaddress.ip_address(request.META["REMOTE_ADDR"])
    if address.version == 4 or address.ipv4_mapped:
        return str(address)
    else:
        return str(ipaddress.ip_network((int(address), 64), strict=False))


def count_request(name, limit):
    """Counts one request of `name` in this minute. Raises Problem (429) beyond `limit`; 0 is no limit."""
    if not limit or _taken_from_block(name):
        return
    now = time.time()
    size = max(1, limit // 100)
    left = limit - _used(name, int(now // 60), size)
    if left <= 0:
        wait = 60 - int(now % 60)
        raise Problem(
            429, "rate_limited", f"More than {limit:,} requests a minute.", headers={"Retry-After": str(wait)}
        )
    with _lock:
        if len(_blocks) > 10_000:
            _blocks.clear()
        _blocks[name] = [int(now // 60), min(size, left) - 1]


def _taken_from_block(name):
    with _lock:
        block = _blocks.get(name)
        if block and block[0] == int(time.time() // 60) and block[1] > 0:
            block[1] -= 1
            return True
        return False


def _used(name, minute, size):
    """How many of this minute were taken before we take `size` more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO api_requestcount AS c (name, minute, used) VALUES (%(name)s, %(minute)s, %(size)s)
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
                DELETE FROM api_requestcount WHERE name IN (
                    SELECT name FROM api_requestcount WHERE minute < %s LIMIT 10 FOR UPDATE SKIP LOCKED
                )
                """,
                [minute - 60],
            )
        return used


def forget():
    """What this process has taken and not used; for tests."""
    with _lock:
        _blocks.clear()
