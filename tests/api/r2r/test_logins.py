"""Logging in with a password: the tokens, where they are taken, and what ends them."""

import pytest
from django.core.cache import cache

from accounts.models import AuditEvent, Login, User
from api.dialect import Dialect
from conversations.models import Conversation

PASSWORD = "alice's password"


@pytest.fixture
def log_in(client):
    cache.clear()  # the counters of wrong passwords

    def log_in(email="alice@example.org", password=PASSWORD, **headers):
        return client.post("/v3/users/login", {"username": email, "password": password}, headers=headers)

    return log_in


@pytest.fixture
def tokens(log_in, alice):
    results = log_in().json()["results"]
    return results["access_token"]["token"], results["refresh_token"]["token"]


def refused(answer):
    return answer.status_code, answer.json()["message"]


def test_a_form_with_a_password_gets_two_tokens(log_in, alice):
    answer = log_in()

    assert answer.status_code == 200
    assert {name: token["token_type"] for name, token in answer.json()["results"].items()} == {
        "access_token": "access", "refresh_token": "refresh",
    }  # fmt: skip
    assert AuditEvent.objects.filter(action="account.program_in", target_id=alice.pk).count() == 1


@pytest.mark.parametrize(
    "email", ["alice@example.org", "ALICE@example.org", "nobody@example.org", "not an address", ""]
)
def test_a_wrong_password_and_an_unknown_address_are_one_answer(log_in, alice, email):
    answer = log_in(email, "wrong password")

    assert refused(answer) == (401, "Incorrect email or password")


def test_whoever_is_switched_off_is_told_nothing_else(log_in, alice):
    User.objects.update(is_active=False)

    assert refused(log_in()) == (401, "Incorrect email or password")


def test_the_sixth_wrong_password_is_not_looked_at_and_the_page_counts_the_same_tries(log_in, alice, client):
    page = {"login": "alice@example.org", "password": "wrong password"}
    for n in range(5):
        if n % 2:
            client.post("/account/login/", page)
        else:
            log_in(password="wrong password")

    locked = log_in()
    assert (locked.status_code, locked["Retry-After"]) == (429, "900")
    assert locked.json().keys() == {"detail"}
    assert not Login.objects.exists()


def test_what_is_missing_in_the_form_is_told(client, db):
    for data, content_type in ((b'{"username": "a", "password": "b"}', "application/json"), (b"", "text/plain")):
        answer = client.generic("POST", "/v3/users/login", data, content_type=content_type)
        assert answer.status_code == 422
        assert [(fault["type"], fault["loc"]) for fault in answer.json()["detail"]] == [
            ("missing", ["body", "username"]), ("missing", ["body", "password"]),
        ]  # fmt: skip
    assert client.post("/v3/users/login", {"username": "a\0", "password": "b"}).status_code == 422


@pytest.mark.parametrize("prefix", ["/v1/conversations", "/v3/conversations", "/v3/users/me"])
def test_an_access_token_opens_every_dialect(tokens, client, prefix):
    assert client.get(prefix, headers={"Authorization": f"Bearer {tokens[0]}"}).status_code == 200


def test_every_dialect_asks_the_same_who_somebody_is():
    """So that an access token works wherever a key does."""
    from api.auth import KeyAuthentication

    def below(kind):
        return [each for child in kind.__subclasses__() for each in (child, *below(child))]

    for view in below(Dialect):
        assert all(issubclass(kind, KeyAuthentication) for kind in view.authentication_classes)


def test_a_token_is_the_user_with_all_their_rights(tokens, client, alice):
    headers = {"Authorization": f"Bearer {tokens[0]}"}

    made = client.post("/v3/conversations", {"name": "x"}, content_type="application/json", headers=headers)
    assert made.json()["results"]["user_id"] == str(alice.pk)
    assert client.get("/v1/me", headers=headers).json()["user"]["id"] == alice.typeid
    assert Conversation.objects.get().owner == alice


@pytest.mark.parametrize(
    ("headers", "status", "told"),
    [
        ({}, 401, "No credentials provided."),
        ({"Authorization": "Basic YTpi"}, 401, "No credentials provided."),
        ({"Authorization": "Bearer nonsense"}, 401, "Invalid token or API key"),
        ({"Authorization": "Bearer {refresh}"}, 401, "Invalid token or API key"),
        ({"X-API-Key": "rk_live_nonsense"}, 401, "Invalid token or API key"),
        ({"Authorization": "Bearer {access}", "X-API-Key": "x"}, 400, "Cannot have both Bearer token and API key"),
    ],
)
def test_nobody_is_let_in_without_good_credentials(tokens, client, headers, status, told):
    access, refresh = tokens
    filled = {name: value.format(access=access, refresh=refresh) for name, value in headers.items()}

    answer = client.get("/v3/conversations", headers=filled)

    assert answer.status_code == status
    assert answer.json() == {"message": told, "error_type": "R2RException"}
    assert status == 400 or answer["WWW-Authenticate"] == "Bearer"


def test_a_refresh_token_gets_two_new_ones_once(tokens, client):
    access, refresh = tokens

    def renew(token, quoted=True):
        data, kind = (f'"{token}"', "application/json") if quoted else (token, "application/x-www-form-urlencoded")
        return client.generic("POST", "/v3/users/refresh-token", data, content_type=kind)

    first = renew(refresh).json()["results"]
    assert refused(renew(refresh)) == (401, "Token has been invalidated")
    assert refused(renew(access)) == (401, "Token has been invalidated")
    second = renew(first["refresh_token"]["token"], quoted=False)
    assert second.status_code == 200
    headers = {"Authorization": f"Bearer {second.json()['results']['access_token']['token']}"}
    assert client.get("/v3/users/me", headers=headers).status_code == 200
    assert client.generic("POST", "/v3/users/refresh-token", "{}", content_type="application/json").status_code == 422


def test_a_logout_ends_both_tokens(tokens, client, as_alice):
    access, refresh = tokens
    headers = {"Authorization": f"Bearer {access}"}

    out = client.post("/v3/users/logout", headers=headers)

    assert out.json() == {"results": {"message": "Logged out successfully"}}
    assert client.get("/v3/users/me", headers=headers).status_code == 401
    again = client.post("/v3/users/refresh-token", f'"{refresh}"', content_type="application/json")
    assert again.status_code == 401
    nobody = client.post("/v3/users/logout")
    assert (nobody.status_code, nobody.json()) == (401, {"detail": "Not authenticated"})
    assert as_alice.post("/users/logout").status_code == 400  # a key is not logged in


def test_another_password_ends_every_token_and_every_session(tokens, client, log_in, alice, sign_in):
    browser, headers = sign_in(alice), {"Authorization": f"Bearer {tokens[0]}"}

    def change(current, new):
        body = {"current_password": current, "new_password": new}
        return client.post("/v3/users/change-password", body, content_type="application/json", headers=headers)

    assert refused(change("wrong", "a new long password")) == (400, "Incorrect password")
    weak = change(PASSWORD, "short")
    assert (weak.status_code, weak.json()["detail"][0]["loc"]) == (422, ["body", "new_password"])
    assert change(PASSWORD, "a new long password").json() == {"results": {"message": "Password changed successfully"}}

    assert client.get("/v3/users/me", headers=headers).status_code == 401
    assert browser.get("/conversations/").status_code == 302
    assert log_in().status_code == 401
    assert log_in(password="a new long password").status_code == 200
    assert AuditEvent.objects.filter(action="account.password", actor_id=alice.pk).exists()


def test_guessing_the_current_password_is_slow(tokens, client):
    headers, body = {"Authorization": f"Bearer {tokens[0]}"}, {"current_password": "x", "new_password": "y"}

    answers = [
        client.post("/v3/users/change-password", body, content_type="application/json", headers=headers)
        for _ in range(12)
    ]

    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"


def test_health_needs_no_credentials(client, db):
    assert client.get("/v3/health").json() == {"results": {"message": "ok"}}
    wrong = client.post("/v3/health")
    assert (wrong.status_code, wrong.json(), wrong["Allow"]) == (405, {"detail": "Method Not Allowed"}, "HEAD, GET")


@pytest.mark.parametrize(
    ("name", "status"), [("default", 200), ("my_project1", 200), ("a-b", 400), ("", 400), ("é", 400)]
)
def test_the_name_of_a_project_is_ignored_if_it_is_one(as_alice, name, status):
    answer = as_alice.get("/conversations", X_Project_Name=name)

    assert answer.status_code == status
    if status == 400:
        assert answer.json() == {"detail": "Invalid schema name format"}
