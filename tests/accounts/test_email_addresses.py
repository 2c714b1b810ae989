"""What allauth gives, held to what we promise: an address is nobody else's, and the primary one is the user's."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from accounts.models import AuditEvent

PASSWORD = "alice's password"
EMAIL = "/account/email/"


@pytest.fixture(autouse=True)
def _no_earlier_tries():
    cache.clear()


@pytest.fixture
def home(client, alice):
    client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    return client


def test_a_new_address_becomes_the_primary_one_after_it_is_confirmed(home, alice):
    home.post(EMAIL, {"action_add": "", "email": "Queen@Example.org"})
    added = EmailAddress.objects.get(email="queen@example.org")
    (letter,) = [message for message in mail.outbox if message.to == ["queen@example.org"]]
    assert "/account/confirm-email/" in letter.body
    added.verified = True
    added.save()
    home.post(EMAIL, {"action_primary": "", "email": "queen@example.org"})

    alice.refresh_from_db()
    assert alice.email == "queen@example.org"
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"account.email_added", "account.email_changed"} <= actions


@pytest.mark.parametrize("typed", ["bob@example.org", "BOB@Example.org"])
def test_the_address_of_another_is_never_taken(home, alice, bob, typed):
    home.post(EMAIL, {"action_add": "", "email": typed})
    home.post(EMAIL, {"action_primary": "", "email": typed})

    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.email, bob.email) == ("alice@example.org", "bob@example.org")
    home.post(reverse("account_logout"))
    home.post(reverse("account_login"), {"login": "bob@example.org", "password": "bob's password"})
    assert home.session["_auth_user_id"] == str(bob.pk)


@pytest.mark.parametrize("typed", ["", "nonsense", "a" * 300 + "@example.org", "a\x00b@example.org", "@"])
def test_what_is_no_address_is_refused_with_a_sentence(home, typed):
    response = home.post(EMAIL, {"action_add": "", "email": typed})

    assert response.status_code < 500
    assert not EmailAddress.objects.exclude(email="alice@example.org").exists()
