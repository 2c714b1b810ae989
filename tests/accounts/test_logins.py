"""Programs that log in with a password: what they get, how long it works, and what ends it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Login

SECONDS = timedelta(seconds=1)


@pytest.fixture
def login(alice):
    return Login.objects.begin(alice)


def test_an_access_token_finds_its_login_and_its_user_in_one_query(login, alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = Login.objects.with_access(login.access)
        assert (found, found.user) == (login, alice)
    with django_assert_num_queries(0):
        for nonsense in ("", "pat_", login.access[:-1], login.access + "x", login.refresh):
            assert Login.objects.with_access(nonsense) is None


def test_the_table_holds_no_secret(login):
    row = Login.objects.values().get()

    assert not {login.access.encode(), login.refresh.encode()} & {
        bytes(row[f"{kind}_digest"]) for kind in ("access", "refresh")
    }


def test_an_access_token_works_for_sixty_hours_and_a_refresh_token_for_a_week(login):
    for token, lifetime in (("access", timedelta(hours=60)), ("refresh", timedelta(days=7))):
        find = Login.objects.with_access if token == "access" else Login.objects.refresh
        with time_machine.travel(login.created_at + lifetime + SECONDS):
            assert find(getattr(login, token)) is None
        with time_machine.travel(login.created_at + lifetime - SECONDS):
            assert find(getattr(login, token)) == login


def test_a_refresh_token_works_once(login):
    renewed = Login.objects.refresh(login.refresh)

    assert Login.objects.refresh(login.refresh) is None
    assert Login.objects.with_access(login.access) is None
    assert Login.objects.with_access(renewed.access) == login
    assert Login.objects.refresh(renewed.refresh) == login


def test_however_the_password_changes_the_tokens_of_the_old_one_are_dead(login, alice):
    alice.set_password("another password")
    alice.save()

    assert Login.objects.with_access(login.access) is None
    assert Login.objects.refresh(login.refresh) is None


def test_whoever_is_switched_off_is_out_at_once(login, alice):
    alice.is_active = False
    alice.save()

    assert Login.objects.with_access(login.access) is None
    assert Login.objects.refresh(login.refresh) is None


def test_what_ran_out_is_swept_when_its_user_logs_in_again(login, alice):
    with time_machine.travel(login.refresh_expires_at + SECONDS):
        again = Login.objects.begin(alice)

    assert Login.objects.get() == again


def test_a_program_stands_among_the_devices_and_is_signed_out_there(login, alice, sign_in):
    Login.objects.update(user_agent="python-httpx/0.27.2")
    client, page = sign_in(alice), reverse("accounts:sessions")
    assert "Python" in client.get(page).content.decode()

    assert client.post(page, {"end": login.name}).status_code == 303

    assert not Login.objects.exists()
    Login.objects.begin(alice)
    client.post(page, {"end": "others"})
    assert not Login.objects.exists()


def test_nobody_signs_out_a_program_of_somebody_else(login, charlie, sign_in):
    sign_in(charlie).post(reverse("accounts:sessions"), {"end": login.name})

    assert Login.objects.exists()
