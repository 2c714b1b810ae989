"""When a database is away and when it only takes its time. With a real one frozen: tests/system/test_serving.py."""

import threading

import psycopg
import pytest
from django.db import connection

from lib import outage


def test_a_statement_may_take_as_long_as_it_needs_while_the_server_answers_others(db, monkeypatch):
    monkeypatch.setattr(outage, "PATIENCE", 0.1)
    connection.ensure_connection()
    knocks = []
    knock = connection.connection.knock
    monkeypatch.setattr(connection.connection, "knock", lambda: knocks.append(knock()) or knocks[-1])

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1), 'done'")
        assert cursor.fetchone()[1] == "done"

    assert len(knocks) > 1
    assert all(knocks)
    assert not outage.is_away()


@pytest.mark.parametrize(
    ("words", "closed"),
    [
        ("connection timeout expired", True),
        ('connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory', True),
        ('connection to server at "10.0.0.7", port 5432 failed: Connection refused', True),
        ("FATAL:  the database system is starting up", True),
        ("FATAL:  the database system is in recovery mode", True),
        ("FATAL:  sorry, too many clients already", False),
        ("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", False),
    ],
)
def test_a_server_that_is_full_is_not_away_but_one_that_starts_is(words, closed):
    assert outage._is_closed_door(psycopg.OperationalError(f"connection failed: {words}")) == closed


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_whoever_fails_to_knock_leaves_it_to_the_next_one():
    def knock():
        raise MemoryError

    outage._wait_for(knock)
    for thread in threading.enumerate():
        if thread.name == "outage":
            thread.join()

    assert not outage.is_away()
