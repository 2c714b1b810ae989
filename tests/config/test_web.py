"""What the web server does otherwise than Django's own: the same answers, and connections that are kept."""

from io import BytesIO

import psycopg
import pytest
from django.core.signals import request_finished, request_started
from django.db import ProgrammingError, connection, transaction

from config.web import one_of_each
from config.wsgi import application
from lib.sql import drop_broken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def production():
    signals = (request_started, request_finished)
    kept = [list(signal.receivers) for signal in signals]
    one_of_each()
    yield
    for signal, receivers in zip(signals, kept, strict=True):
        signal.receivers = receivers
        signal.sender_receivers_cache.clear()


def ask(path, secret=""):
    """(status, body)"""
    told = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "HTTP_HOST": "localhost", "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "wsgi.errors": BytesIO(),
        "REMOTE_ADDR": "127.0.0.1", "SCRIPT_NAME": "", "HTTP_AUTHORIZATION": f"Bearer {secret}",
    }  # fmt: skip
    response = application(environ, lambda status, headers, *_: told.append(int(status[:3])))
    body = b"".join(response)
    response.close()
    return told[0], body


def test_an_address_leads_to_the_same_view_again(alice, charlie, key_of, conversation):
    secret, other = key_of(alice), key_of(charlie)
    path = f"/v1/conversations/{conversation.typeid}"

    for _ in range(2):
        assert ask(path, secret)[0] == 200
        assert ask(path, other)[0] == 404
        assert ask(f"{path}x", secret)[0] == 404
        assert ask("/v1/nowhere", secret)[0] == 404
        assert ask("/nowhere")[0] == 404


def test_the_next_request_uses_the_same_connection(production, alice, key_of):
    secret = key_of(alice)
    driver = connection.connection

    for _ in range(2):
        assert ask("/v1/conversations", secret)[0] == 200
        assert connection.connection is driver


def test_a_connection_that_broke_meanwhile_is_not_used(production, alice, key_of):
    secret = key_of(alice)
    broken = connection.connection
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [broken.info.backend_pid])

    assert ask("/v1/conversations", secret)[0] == 200
    assert connection.connection is not broken


def test_what_a_request_leaves_open_is_not_the_next_ones(production, alice, key_of):
    secret = key_of(alice)
    transaction.set_autocommit(False)
    connection.cursor().execute("SELECT 1")
    in_transaction = connection.connection

    drop_broken()

    assert connection.connection is None
    assert in_transaction.closed
    assert ask("/v1/conversations", secret)[0] == 200


def test_an_error_of_a_statement_breaks_nothing(production):
    connection.ensure_connection()
    driver = connection.connection
    with pytest.raises(ProgrammingError):
        connection.cursor().execute("SELECT nothing_of_that_name")

    drop_broken()

    assert connection.connection is driver
