import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey, AuditEvent

PASSWORD = "alice's password"
WANTED = {"name": "laptop", "scopes": ["conversations:read"], "days": "90", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _no_earlier_tries():
    cache.clear()


@pytest.fixture
def home(sign_in, alice):
    return sign_in(alice)


def test_a_key_is_made_and_its_secret_shown_once(home, alice):
    response = home.post(reverse("accounts:new_key"), WANTED)

    secret = re.search(r'<code id="secret">(.*?)</code>', response.content.decode())[1]
    key = ApiKey.objects.find(secret)
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store, private"
    assert (key.user, key.name, key.scopes) == (alice, "laptop", ["conversations:read"])
    assert timedelta(days=89) < key.expires_at - timezone.now() < timedelta(days=91)
    listed = home.get(reverse("accounts:keys")).content.decode()
    assert secret not in listed
    assert key.prefix in listed


def test_making_a_key_leaves_a_line_without_the_secret(home, alice):
    home.post(reverse("accounts:new_key"), WANTED)

    line = AuditEvent.objects.get(action="apikey.create")
    assert (line.actor_id, line.target_id) == (alice.pk, alice.api_keys.get().pk)
    assert line.details == {"scopes": ["conversations:read"]}


def test_a_key_may_live_as_long_as_it_is_not_revoked(home, alice):
    home.post(reverse("accounts:new_key"), WANTED | {"days": "0"})

    assert alice.api_keys.get().expires_at is None


@pytest.mark.parametrize(
    "fault",
    [
        {"password": "a guess"},
        {"password": ""},
        {"name": ""},
        {"name": "x" * 121},
        {"name": "a\x00b"},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"days": "12"},
        {"days": "never"},
    ],
)
def test_a_form_with_a_fault_makes_no_key_and_says_why(home, fault):
    response = home.post(reverse("accounts:new_key"), WANTED | fault)

    assert response.status_code == 422
    assert "field__error" in response.content.decode()
    assert not ApiKey.objects.exists()


def test_a_member_cannot_hand_out_what_only_an_admin_has(sign_in, bob):
    fields = WANTED | {"password": "bob's password", "scopes": ["conversations:read", "tenant:admin"]}

    assert sign_in(bob).post(reverse("accounts:new_key"), fields).status_code == 422
    assert not ApiKey.objects.exists()


def test_an_admin_can(home, alice):
    home.post(reverse("accounts:new_key"), WANTED | {"scopes": ["tenant:admin"]})

    assert alice.api_keys.get().scopes == ["tenant:admin"]


def test_there_is_an_end_to_keys(home, alice):
    for _ in range(50):
        ApiKey.objects.mint(workspace=alice.workspace, user=alice)

    assert "Revoke one first" in home.post(reverse("accounts:new_key"), WANTED).content.decode()
    alice.api_keys.first().revoke()
    assert home.post(reverse("accounts:new_key"), WANTED).status_code == 201


def test_a_key_is_revoked_after_a_question(home, alice):
    key, secret = ApiKey.objects.mint(workspace=alice.workspace, user=alice, name="laptop")
    page = reverse("accounts:revoke_key", args=[key.pk])

    assert "Revoke “laptop”?" in home.get(page).content.decode()
    assert ApiKey.objects.find(secret) == key
    assert home.post(page).status_code == 303
    home.post(page)
    assert ApiKey.objects.find(secret) is None
    assert AuditEvent.objects.filter(action="apikey.revoke", target_id=key.pk).count() == 1
    assert "Revoked" in home.get(reverse("accounts:keys")).content.decode()


def test_nobody_sees_or_revokes_the_key_of_another(sign_in, alice, bob):
    key, secret = ApiKey.objects.mint(workspace=alice.workspace, user=alice, name="laptop")
    client = sign_in(bob)

    assert key.prefix not in client.get(reverse("accounts:keys")).content.decode()
    for method in (client.get, client.post):
        assert method(reverse("accounts:revoke_key", args=[key.pk])).status_code == 404
    assert ApiKey.objects.find(secret) == key


@pytest.mark.parametrize("name", ["keys", "new_key", "sessions", "activity"])
def test_the_pages_are_for_who_is_signed_in(client, db, name):
    response = client.get(reverse(f"accounts:{name}"))

    assert (response.status_code, reverse("account_login") in response["Location"]) == (302, True)


def test_a_key_that_was_never_named_and_one_with_markup_are_both_listed(home, alice):
    ApiKey.objects.mint(workspace=alice.workspace, user=alice)
    ApiKey.objects.mint(workspace=alice.workspace, user=alice, name="<img src=x>")

    html = home.get(reverse("accounts:keys")).content.decode()

    assert "&lt;img src=x&gt;" in html
    assert "<img src=x>" not in html


def test_many_keys_cost_the_same_queries(home, alice, django_assert_num_queries):
    for _ in range(10):
        ApiKey.objects.mint(workspace=alice.workspace, user=alice)

    with django_assert_num_queries(4):  # session with its user, the sidebar's two, the keys
        home.get(reverse("accounts:keys"))
