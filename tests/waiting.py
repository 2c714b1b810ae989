"""Waiting for a state: how long that takes says more about the machine than about what is tested."""

import time

from django.db import connection

PATIENCE = 60  # seconds, after which it will never be


def wait_until(condition, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen in {seconds} seconds"
        time.sleep(0.02)


def count_lock_waits():
    """How many statements wait for a lock in this test's database: the other process's tests have theirs in the same
    server, and wait as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction would see for ever what it has seen once
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]
