"""Each thread has a connection of its own to the database, for as long as both live."""

import gc
import threading

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_connection_ends_with_its_thread_and_not_when_garbage_is_looked_for():
    opened = []

    def use():
        connection.ensure_connection()
        with connection._nodb_cursor() as cursor:  # another database, in the same thread
            cursor.execute("SELECT 1")
        if connection.is_usable():
            opened.append(connection.connection)

    gc.disable()
    try:
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
    finally:
        gc.enable()

    assert opened[0].closed


def test_what_is_in_a_transaction_or_closed_is_not_usable():
    connection.ensure_connection()
    assert connection.is_usable()

    connection.connection.execute("BEGIN")
    assert not connection.is_usable()
    connection.connection.execute("ROLLBACK")
    assert connection.is_usable()

    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
