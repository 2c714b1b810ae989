"""What a request sees of trouble that is nobody's mistake. With real processes: tests/system/test_outage.py."""

import io

import pytest
from django.db import connection
from django.urls import reverse

from conversations import uploads
from conversations.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def refuse():
    """PostgreSQL itself refuses to do something, in its own words for that trouble."""
    refused = []

    def refuse(doing, table, sqlstate):
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{sqlstate}'; END $$"
            )
            cursor.execute(f"CREATE TRIGGER refuse BEFORE {doing} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()")
        refused.append(table)

    yield refuse
    if refused:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse() CASCADE")


@pytest.mark.parametrize(
    ("sqlstate", "status"),
    [("53100", 507), ("53200", 503), ("53300", 503), ("57014", 503), ("57P01", 503), ("08006", 503), ("25006", 503)],
)
def test_trouble_that_passes_is_told_as_such(sign_in, alice, conversation, refuse, sqlstate, status):
    client = sign_in(alice)
    refuse("INSERT", "conversations_message", sqlstate)

    response = client.post(reverse("conversations:messages", args=[conversation.pk]), {"text": "Hello"})

    assert response.status_code == status
    assert response.headers.get("Retry-After") == ("5" if status == 503 else None)
    assert response["Cache-Control"] == "no-store, private"
    assert client.get(conversation.get_absolute_url()).status_code == 200
    assert Message.objects.filter(conversation=conversation).count() == 2


def test_a_connection_that_can_only_read_is_left_for_another(sign_in, alice, conversation):
    """As after a failover, where it still leads to what is the standby now."""
    client, address = sign_in(alice), reverse("conversations:messages", args=[conversation.pk])
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    answers = [client.post(address, {"text": "Hello"}).status_code for _ in range(2)]

    assert answers == [503, 303]


def test_a_mistake_is_no_outage(sign_in, alice, conversation, refuse):
    client = sign_in(alice)
    client.raise_request_exception = False
    refuse("INSERT", "conversations_message", "22012")  # division by zero

    response = client.post(reverse("conversations:messages", args=[conversation.pk]), {"text": "Hello"})

    assert response.status_code == 500


def test_a_full_disk_under_an_upload_is_told_and_leaves_nothing(sign_in, alice, settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    with open("/dev/full", "wb", buffering=0) as full:
        monkeypatch.setattr(uploads.os, "fdopen", lambda *args: full)
        response = sign_in(alice).post(reverse("conversations:imports"), {"file": io.BytesIO(b"x" * 100_000)})

    assert response.status_code == 507
    assert "The disk is full" in response.text
    assert list(uploads.directory().iterdir()) == []


def test_an_outage_outside_of_a_view_is_one_too(client, alice, refuse):
    """The session is saved by its middleware, when the view is through; Django itself knows only 500 there."""
    client.raise_request_exception = False
    refuse("UPDATE", "accounts_session", "57P01")

    response = client.post(reverse("account_login"), {"login": alice.email, "password": "alice's password"})

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
