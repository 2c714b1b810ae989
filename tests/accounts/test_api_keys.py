from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import ApiKey
from lib.credentials import is_well_formed, new_secret


@pytest.fixture
def minted(alice):
    return ApiKey.objects.mint(workspace=alice.workspace, user=alice, name="laptop")


def test_a_secret_finds_its_key_and_its_user_in_one_query(minted, alice, django_assert_num_queries):
    key, secret = minted

    with django_assert_num_queries(1):
        found = ApiKey.objects.find(secret)
        assert (found, found.user, found.workspace_id) == (key, alice, alice.workspace_id)


def test_the_row_does_not_hold_the_secret(minted):
    key, secret = minted

    stored = ApiKey.objects.filter(pk=key.pk).values().get()
    assert secret not in repr(stored)
    assert secret.startswith(key.prefix)
    assert len(key.prefix) < len(secret) / 3


def test_a_typing_error_never_reaches_the_database(minted, django_assert_num_queries):
    _, secret = minted
    other = "A" if secret[20] != "A" else "B"

    with django_assert_num_queries(0):
        assert ApiKey.objects.find(secret[:20] + other + secret[21:]) is None
        assert ApiKey.objects.find("") is None
        assert ApiKey.objects.find("rk_live_") is None
        assert ApiKey.objects.find(secret + "x") is None


def test_every_secret_carries_its_checksum():
    secrets = {new_secret("rk_live_") for _ in range(200)}

    assert len(secrets) == 200
    assert all(is_well_formed(secret, "rk_live_") and len(secret) == 46 for secret in secrets)


def test_a_revoked_key_opens_nothing_and_keeps_the_first_time(minted):
    key, secret = minted
    key.revoke()
    first = key.revoked_at
    key.revoke()

    assert ApiKey.objects.find(secret) is None
    assert key.revoked_at == first


@pytest.mark.parametrize(("hours", "lives"), [(-1, False), (1, True)])
def test_a_key_lives_until_it_expires(alice, hours, lives):
    expires_at = timezone.now() + timedelta(hours=hours)
    key, secret = ApiKey.objects.mint(workspace=alice.workspace, user=alice, expires_at=expires_at)

    assert ApiKey.objects.find(secret) == (key if lives else None)


def test_the_key_of_a_disabled_user_opens_nothing(minted, alice):
    alice.is_active = False
    alice.save()

    assert ApiKey.objects.find(minted[1]) is None


def test_a_workspace_key_needs_no_user(alice):
    key, secret = ApiKey.objects.mint(workspace=alice.workspace, scopes=["users:read"])

    assert ApiKey.objects.find(secret) == key
    assert key.user is None


def test_an_unknown_scope_is_named(alice):
    with pytest.raises(ValidationError, match="'everything'"):
        ApiKey.objects.mint(workspace=alice.workspace, user=alice, scopes=["everything"])
