"""Each thread has a connection of its own to the database, for as long as both live."""

import gc
import os
import socket
import threading

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn

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


def test_a_connection_that_a_firewall_has_forgotten_is_noticed():
    """libpq is told so. What it comes to needs a network that loses packets, and fifteen minutes without this."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        options = connection.settings_dict["OPTIONS"] | {"host": "127.0.0.1", "port": server.getsockname()[1]}
        driver = PGconn.connect_start(make_conninfo(**options).encode())
        with socket.socket(fileno=os.dup(driver.socket)) as wire:
            assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60
            assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
        driver.finish()


def test_a_database_that_writes_dates_otherwise_is_understood(alice):
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {database} SET datestyle = 'German, DMY'")
    connection.close()
    try:
        assert type(alice).objects.get(pk=alice.pk).created_at == alice.created_at
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {database} RESET datestyle")
