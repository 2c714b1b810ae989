"""What the web server does otherwise than Django's own: the same answers, and connections that go back."""

from io import BytesIO

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection

from config.web import one_database
from config.wsgi import application

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def production():
    signals = (request_started, request_finished)
    kept = [list(signal.receivers) for signal in signals]
    one_database()
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


def test_a_connection_goes_back_when_the_answer_is_told(production, alice, key_of):
    secret = key_of(alice)
    connection.close()

    for _ in range(2):
        assert ask("/v1/conversations", secret)[0] == 200
        assert connection.connection is None
