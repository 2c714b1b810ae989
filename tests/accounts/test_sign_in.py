import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Session, User

PASSWORD = "alice's password"


@pytest.fixture(autouse=True)
def _no_earlier_tries():
    cache.clear()


@pytest.fixture
def try_to_sign_in(client):
    def attempt(email="alice@example.org", password=PASSWORD, **more):
        return client.post(reverse("account_login"), {"login": email, "password": password, **more})

    return attempt


def test_the_right_password_leads_to_the_history(client, alice, try_to_sign_in):
    assert try_to_sign_in()["Location"] == reverse("conversations:index")
    assert client.get(reverse("conversations:index")).status_code == 200


def test_signing_in_leads_back_to_the_page_that_asked_for_it(alice, conversation, try_to_sign_in):
    wanted = reverse("conversations:detail", args=[conversation.pk])

    assert try_to_sign_in(next=wanted)["Location"] == wanted


@pytest.mark.parametrize("name", ["theme", "rows"])
def test_who_signed_in_because_of_a_form_they_sent_is_at_a_page(sign_in, alice, name):
    assert sign_in(alice).get(reverse(f"accounts:{name}")).url == reverse("accounts:index")


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(alice, try_to_sign_in, next_):
    assert try_to_sign_in(next=next_)["Location"] == reverse("conversations:index")


def test_the_address_may_be_typed_in_capitals(alice, try_to_sign_in):
    assert try_to_sign_in("ALICE@Example.org").status_code == 302


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(alice, try_to_sign_in):
    known = try_to_sign_in(password="a guess").content.decode()
    unknown = try_to_sign_in("nobody@example.org", "a guess").content.decode()

    assert "There is no account with this e-mail address and password." in known
    assert without_what_differs(known) == without_what_differs(unknown)


def without_what_differs(html):
    return re.sub(r'(name="csrfmiddlewaretoken"|X-CSRFToken).*?>|value="\w+@example.org"', "", html)


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(client, alice, bob, try_to_sign_in):
    for _ in range(5):
        try_to_sign_in(password="a guess")

    assert "Too many tries." in try_to_sign_in().content.decode()
    assert "_auth_user_id" not in client.session
    assert try_to_sign_in("bob@example.org", "bob's password").status_code == 302


class Together(MD5PasswordHasher):
    """Nobody is told about their password before all are being checked."""

    everybody = threading.Barrier(6)

    def verify(self, password, encoded):
        self.everybody.wait(timeout=30)
        return super().verify(password, encoded)


@pytest.mark.django_db(transaction=True)
def test_right_passwords_at_the_same_moment_lock_nobody_out(alice, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Together"]

    def sign_in(_):
        try:
            return Client().post(reverse("account_login"), {"login": alice.email, "password": PASSWORD}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as people:
        assert set(people.map(sign_in, range(6))) == {302}


def test_an_account_that_is_switched_off_cannot_be_entered(client, alice, try_to_sign_in):
    User.objects.filter(pk=alice.pk).update(is_active=False)

    response = try_to_sign_in()

    assert "_auth_user_id" not in client.session
    assert response.status_code in (200, 302)


def test_somebody_an_application_made_cannot_sign_in(client, alice, try_to_sign_in):
    User.objects.create(workspace=alice.workspace, external_id="bot-7")

    assert try_to_sign_in("bot-7", "").status_code == 200
    assert "_auth_user_id" not in client.session


def test_signing_out_takes_a_form_not_a_link(sign_in, alice):
    client = sign_in(alice)

    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout"))["Location"] == reverse("account_login")
    assert "_auth_user_id" not in client.session


def test_whoever_signs_up_gets_a_workspace_of_their_own_and_runs_it(client, alice, settings):
    settings.OPEN_SIGNUP = True
    response = client.post(reverse("account_signup"), {"email": "Dora@Example.org", "password1": "a long enough one"})

    dora = User.objects.get(email="dora@example.org")
    assert response["Location"] == reverse("conversations:index")
    assert dora.workspace_id != alice.workspace_id
    assert dora.role == User.Role.ADMIN
    assert not dora.is_staff
    assert not dora.is_superuser


def test_an_address_longer_than_a_workspaces_name_signs_up_as_well(client, db, settings):
    settings.OPEN_SIGNUP = True
    address = f"{'d' * 60}@{'subdomain.' * 8}example.org"
    client.post(reverse("account_signup"), {"email": address, "password1": "a long enough one"})

    assert address.startswith(User.objects.get().workspace.name)


def test_signing_up_cannot_make_a_superuser(client, db, settings):
    settings.OPEN_SIGNUP = True
    fields = {"email": "eve@example.org", "password1": "a long enough one", "is_superuser": "1", "is_staff": "1"}
    client.post(reverse("account_signup"), fields)

    assert not User.objects.get(email="eve@example.org").is_superuser


@pytest.mark.parametrize("password", ["short", "password123", "dora@example.org"])
def test_a_weak_password_is_refused_with_the_reason(client, db, settings, password):
    settings.OPEN_SIGNUP = True
    response = client.post(reverse("account_signup"), {"email": "dora@example.org", "password1": password})

    assert "field__error" in response.content.decode()
    assert not User.objects.exists()


def test_where_signing_up_is_closed_nothing_leads_there_and_nobody_gets_in(client, db, settings):
    settings.OPEN_SIGNUP = False

    assert reverse("account_signup") not in client.get(reverse("account_login")).content.decode()
    assert "Sign-up is closed" in client.get(reverse("account_signup")).content.decode()
    client.post(reverse("account_signup"), {"email": "dora@example.org", "password1": "a long enough one"})
    assert not User.objects.exists()


@pytest.fixture
def reset_link(client, alice):
    """What Alice finds in her mailbox."""
    client.post(reverse("account_reset_password"), {"email": alice.email})
    return re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1]


def choose_password(client, link, password="quite another one"):
    form = client.get(link, follow=True)
    return client.post(form.request["PATH_INFO"], {"password1": password, "password2": password}, follow=True)


def test_a_forgotten_password_is_replaced_by_a_link_sent_to_the_address(client, reset_link, try_to_sign_in):
    done = choose_password(client, reset_link)

    assert mail.outbox[0].subject == "Choose a new password"
    assert done.request["PATH_INFO"] == reverse("account_login")
    assert "Password changed." in done.text
    assert try_to_sign_in(password="quite another one").status_code == 302


@pytest.fixture
def elsewhere(sign_in, alice):
    """A browser in which Alice is signed in, since before she asked for a link: signing in makes a link useless."""
    return sign_in(alice)


def test_a_reset_signs_out_whoever_was_in(client, alice, elsewhere, reset_link):
    choose_password(client, reset_link)

    assert elsewhere.get(reverse("accounts:index")).status_code == 302
    assert not Session.objects.filter(user=alice).exists()
    assert AuditEvent.objects.get(action="account.password").details == {"sessions_ended": 1}


def test_a_reset_link_works_once(client, reset_link):
    choose_password(client, reset_link)

    assert "This link no longer works" in Client().get(reset_link, follow=True).text


def test_a_reset_link_is_too_old_after_three_days(reset_link, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=3, minutes=1))

    assert "This link no longer works" in Client().get(reset_link, follow=True).text


def test_a_reset_link_does_not_outlive_the_password_it_was_for(reset_link, alice):
    alice.set_password("changed meanwhile")
    alice.save()

    assert "This link no longer works" in Client().get(reset_link, follow=True).text


@pytest.mark.parametrize(
    "key", ["a-b", "zz-null", "-set-password", "0-set-password", "%F0%9F%94%AD-x", "9" * 400 + "-x"]
)
def test_a_reset_link_that_lost_a_piece_is_refused(client, alice, key):
    response = client.get(f"/account/password/reset/key/{key}/", follow=True)

    assert response.status_code == 404 or "This link no longer works" in response.text


def test_a_reset_link_with_a_changed_end_is_refused(reset_link):
    assert "This link no longer works" in Client().get(reset_link[:-2] + "x/", follow=True).text


def test_a_new_password_by_link_must_be_a_good_one(client, reset_link, try_to_sign_in):
    assert "This password is too common." in choose_password(client, reset_link, "password123").text
    assert try_to_sign_in().status_code == 302


def test_a_theme_is_kept_with_the_user_and_shown_on_every_page(sign_in, alice):
    client = sign_in(alice)
    response = client.post(reverse("accounts:theme"), {"theme": "dark", "next": reverse("accounts:index")})

    assert (response.status_code, response["Location"]) == (303, reverse("accounts:index"))
    assert '<html lang="en" data-theme="dark">' in client.get(reverse("accounts:index")).content.decode()


def test_like_the_system_leaves_the_theme_to_the_browser(sign_in, alice):
    assert '<html lang="en">' in sign_in(alice).get(reverse("accounts:index")).content.decode()


def test_an_unknown_theme_is_refused(sign_in, alice):
    assert sign_in(alice).post(reverse("accounts:theme"), {"theme": "neon"}).status_code == 400


def test_switching_the_theme_never_leads_to_another_site(sign_in, alice):
    response = sign_in(alice).post(reverse("accounts:theme"), {"theme": "dark", "next": "//evil.example/"})

    assert response["Location"] == reverse("accounts:index")


def test_a_name_can_be_changed_and_nothing_else_with_it(sign_in, alice):
    fields = {"name": "Alice Liddell", "is_superuser": "1", "email": "queen@example.org", "role": "admin"}
    response = sign_in(alice).post(reverse("accounts:index"), fields)

    alice.refresh_from_db()
    assert response.status_code == 303
    assert (alice.name, alice.email, alice.is_superuser) == ("Alice Liddell", "alice@example.org", False)


def test_a_name_that_is_too_long_is_refused_and_the_frame_keeps_the_old_one(sign_in, alice):
    response = sign_in(alice).post(reverse("accounts:index"), {"name": "x" * 121})

    assert response.status_code == 422
    assert '<span class="truncate">Alice</span>' in response.content.decode()
