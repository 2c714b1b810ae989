"""A page that asks before it knows who asks shows nobody what is not theirs."""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts import ahead
from accounts.models import Session, User, Workspace


@pytest.fixture
def reads(sign_in, alice, conversation):
    """Alice's browser, which has just read her conversation: she is expected."""
    client = sign_in(alice)
    assert client.get(conversation.get_absolute_url()).status_code == 200
    return client


def test_whoever_was_signed_out_meanwhile_is_led_to_the_sign_in(reads, conversation):
    Session.objects.all().delete()

    answer = reads.get(conversation.get_absolute_url())

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_whoever_was_shut_out_meanwhile_is_led_to_the_sign_in(reads, alice, conversation):
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert reads.get(conversation.get_absolute_url()).status_code == 302


def test_what_was_asked_for_somebody_else_is_asked_anew(reads, alice, bob, conversation):
    key = reads.cookies[settings.SESSION_COOKIE_NAME].value
    ahead.seen(key, bob)

    html = reads.get(conversation.get_absolute_url()).content.decode()

    assert "Which telescope" in html
    assert "Delete" in html  # as whose it is, not as who was expected


def test_another_workspace_is_another_reader(reads, alice, conversation):
    User.objects.filter(pk=alice.pk).update(workspace=Workspace.objects.create(name="Elsewhere"))

    assert reads.get(conversation.get_absolute_url()).status_code == 404


def test_a_process_remembers_so_many_sessions_and_no_more(alice, monkeypatch):
    monkeypatch.setattr(ahead, "KEPT", 2)
    for key in "abc":
        ahead.seen(key, alice)

    assert len(ahead._seen) <= 2
