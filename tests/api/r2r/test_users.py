"""Users and their API keys at /v3."""

import uuid

import pytest
from django.core.cache import cache

from accounts.models import ApiKey, AuditEvent, Login, User

SHAPE = {
    "id", "email", "is_active", "is_superuser", "created_at", "updated_at", "is_verified", "collection_ids",
    "graph_ids", "document_ids", "limits_overrides", "metadata", "verification_code_expiry", "name", "bio",
    "profile_picture", "total_size_in_bytes", "num_files", "account_type", "hashed_password", "google_id", "github_id",
}  # fmt: skip
UNKNOWN = str(uuid.uuid4())
NEW = {"email": "Dora@Example.org", "password": "dora's long password"}


@pytest.fixture(autouse=True)
def _nobody_tried_yet():
    cache.clear()


@pytest.fixture
def everything(v3):
    """A program of that user whose key has every scope there is."""
    scopes = ["conversations:read", "conversations:write", "users:read", "users:write"]
    return lambda user: v3(user, scopes=scopes)


@pytest.fixture
def logged_in(program):
    """A program of that user that was logged in with their password."""
    return lambda user: program(Login.objects.begin(user).access, "/v3")


def test_one_s_own_record_is_shown_to_any_key_without_a_secret(as_alice, alice):
    me = as_alice.get("/users/me").json()["results"]

    assert me.keys() == SHAPE
    assert (me["id"], me["email"], me["name"]) == (str(alice.pk), "alice@example.org", "Alice")
    assert (me["hashed_password"], me["is_superuser"], me["metadata"]) == (None, False, {})
    assert as_alice.get(f"/users/{alice.pk}").json()["results"] == me


def test_somebody_whom_a_program_made_has_an_address_that_nobody_reads(v3, alice):
    made = User.objects.create(workspace=alice.workspace, external_id="app-7")

    assert v3(made).get("/users/me").json()["results"]["email"] == f"{made.typeid}@users.invalid"


def test_what_one_says_of_oneself_is_kept(as_alice, alice):
    told = {"name": "Al", "bio": "Astronomer", "profile_picture": "https://example.org/a.png", "metadata": {"a": [1]}}

    changed = as_alice.post(f"/users/{alice.pk}", told).json()["results"]
    assert {name: changed[name] for name in told} == told
    assert as_alice.post(f"/users/{alice.pk}", {"metadata": {}}).json()["results"]["bio"] == "Astronomer"
    assert as_alice.post(f"/users/{alice.pk}", {"name": 5}).status_code == 422
    assert AuditEvent.objects.filter(action="user.change", target_id=alice.pk).count() == 2


def test_any_id_but_one_s_own_is_forbidden_whether_it_exists_or_not(everything, alice, bob):
    program = everything(alice)
    for method, body in (("GET", None), ("POST", {"name": "x"}), ("DELETE", {"password": "x"})):
        answers = [program(method, f"/users/{pk}", body) for pk in (bob.pk, UNKNOWN)]
        assert [answer.status_code for answer in answers] == [403, 403]
        assert answers[0].json() == answers[1].json()
    assert program.get("/users/x").status_code == 422


def test_a_superuser_sees_the_users_of_the_workspace(everything, root, alice, bob, charlie, django_assert_num_queries):
    program = everything(root)
    program.get("/users/me")

    with django_assert_num_queries(3):  # the key, the users, how many there are
        page = program.get("/users?limit=2").json()
    assert (len(page["results"]), page["total_entries"]) == (2, 3)
    chosen = program.get(f"/users?ids={bob.pk}&ids={charlie.pk}").json()
    assert [row["email"] for row in chosen["results"]] == ["bob@example.org"]
    assert program.get(f"/users/{bob.pk}").json()["results"]["name"] == "Bob"
    assert program.get(f"/users/{charlie.pk}").status_code == 404
    refused = everything(alice).get("/users")
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "Only a superuser can call the `users_overview` endpoint.",
    )


def test_only_a_superuser_makes_superusers(everything, root, alice, bob):
    assert everything(alice).post(f"/users/{alice.pk}", {"is_superuser": True}).status_code == 403
    assert everything(root).post(f"/users/{bob.pk}", {"is_superuser": True}).json()["results"]["is_superuser"] is True
    assert AuditEvent.objects.get(action="user.change", target_id=bob.pk).details == {"fields": ["is_superuser"]}


def test_users_are_made_by_superusers_alone_where_nobody_may_sign_up(client, everything, root, alice, settings):
    settings.OPEN_SIGNUP = False

    for answer in (
        client.post("/v3/users", NEW, content_type="application/json"),
        everything(alice).post("/users", NEW),
    ):
        assert answer.status_code == 403
    made = everything(root).post("/users", NEW | {"name": "Dora", "bio": "x", "is_verified": True}).json()["results"]
    assert (made["email"], made["name"], made["bio"]) == ("dora@example.org", "Dora", "x")
    dora = User.objects.get(email="dora@example.org")
    assert dora.check_password(NEW["password"])
    assert (dora.workspace, dora.role) == (root.workspace, User.Role.MEMBER)


def test_where_anybody_may_sign_up_they_get_a_workspace_of_their_own(client, alice, settings):
    settings.OPEN_SIGNUP = True

    def sign_up(**fields):
        return client.post("/v3/users", NEW | fields, content_type="application/json")

    assert sign_up(is_verified=True).status_code == 403
    assert sign_up().status_code == 200
    assert User.objects.get(email="dora@example.org").workspace != alice.workspace
    taken = sign_up(email="alice@EXAMPLE.org")
    assert (taken.status_code, taken.json()["message"]) == (400, "User with this email already exists")
    for fields, place in (({"email": "x"}, "email"), ({"password": "short"}, "password"), ({"email": None}, "email")):
        refused = sign_up(**fields)
        assert (refused.status_code, refused.json()["detail"][0]["loc"]) == (422, ["body", place])
    assert client.post("/v3/users", NEW, headers={"Authorization": "Bearer x"}).status_code == 401
    assert [sign_up(email=f"e{n}@example.org").status_code for n in range(20)][-1] == 429


def test_an_account_is_deleted_with_its_password_and_everything_in_it(logged_in, alice, conversation):
    program = logged_in(alice)

    assert program.delete(f"/users/{alice.pk}").json()["detail"][0]["loc"] == ["body", "password"]
    wrong = program("DELETE", f"/users/{alice.pk}", {"password": "wrong"})
    assert (wrong.status_code, wrong.json()["message"]) == (400, "Incorrect password")
    gone = program("DELETE", f"/users/{alice.pk}", {"password": "alice's password"})

    assert gone.json() == {"results": {"success": True}}
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not type(conversation).objects.exists()
    assert program.get("/users/me").status_code == 401


def test_a_superuser_deletes_without_a_password(everything, root, bob):
    assert everything(root).delete(f"/users/{bob.pk}").json() == {"results": {"success": True}}
    assert not User.objects.filter(pk=bob.pk).exists()


def test_a_key_is_made_after_a_login_shown_once_listed_and_revoked(logged_in, program, alice):
    mine = logged_in(alice)
    path = f"/users/{alice.pk}/api-keys"

    made = mine.post(path, {"name": "k", "description": "for tests"}).json()["results"]
    assert made["api_key"].startswith(made["public_key"])
    assert made.keys() == {"public_key", "api_key", "key_id", "name"}
    assert program(made["api_key"], "/v3").get("/conversations").status_code == 200
    listed = mine.get(path).json()
    assert (listed["total_entries"], listed["results"][0]["key_id"]) == (1, made["key_id"])
    assert listed["results"][0].keys() == {"public_key", "key_id", "name", "updated_at", "description"}
    assert listed["results"][0]["description"] == "for tests"

    assert mine.delete(f"{path}/{made['key_id']}").json() == {"results": {"success": True}}
    assert mine.delete(f"{path}/{made['key_id']}").status_code == 404
    assert program(made["api_key"], "/v3").get("/conversations").status_code == 401
    actions = AuditEvent.objects.filter(target_id=made["key_id"]).values_list("action", flat=True)
    assert set(actions) == {"apikey.create", "apikey.revoke"}


def test_a_key_makes_no_keys_and_nobody_makes_them_for_others(as_alice, logged_in, alice, bob):
    assert as_alice.post(f"/users/{alice.pk}/api-keys", {"name": "k"}).status_code == 403
    assert as_alice.delete(f"/users/{alice.pk}/api-keys/{ApiKey.objects.get().pk}").status_code == 403
    assert logged_in(alice).post(f"/users/{bob.pk}/api-keys", {}).status_code == 403
    assert ApiKey.objects.count() == 1
