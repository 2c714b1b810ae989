import pytest

from accounts.models import ApiKey, AuditEvent, User
from conversations.models import Conversation

USERS = ["users:read", "users:write", "conversations:read", "conversations:write"]


@pytest.fixture
def workspace_key(alice, program):
    return program(ApiKey.objects.mint(workspace=alice.workspace, name="app", scopes=USERS)[1])


def test_who_am_i(as_alice, workspace_key, alice, typeid):
    me = as_alice.get("/me").json()
    assert (me["user"]["id"], me["user"]["email"]) == (typeid(alice), "alice@example.org")
    assert me["workspace"] == {"id": typeid(alice.workspace), "name": "alice@example.org"}
    assert (me["key"]["scopes"], me["key"]["expires_at"], me["key"]["is_workspace_key"]) == (
        ["conversations:read", "conversations:write"],
        None,
        False,
    )
    assert workspace_key.get("/me").json()["user"] is None
    assert len(me["key"]["prefix"]) == 12  # and no more of the secret


def test_a_program_makes_its_users_once(workspace_key, alice):
    made = workspace_key.post("/users", {"external_id": "app-7", "name": "Seven", "metadata": {"plan": "free"}})
    again = workspace_key.post("/users", {"external_id": "app-7", "name": "Other"}, Idempotency_Key="k")

    assert (made.status_code, again.status_code) == (201, 200)
    assert again.json() == made.json()
    assert (made.json()["name"], made.json()["metadata"], made.json()["role"]) == ("Seven", {"plan": "free"}, "member")
    assert "email" not in made.json()
    user = User.objects.get(external_id="app-7")
    assert user.workspace == alice.workspace
    assert not user.has_usable_password()
    assert workspace_key.post("/conversations", {}, Parley_User="app-7").status_code == 201


def test_users_are_listed_read_and_changed(workspace_key, alice, bob, django_assert_num_queries):
    made = workspace_key.post("/users", {"external_id": "app-7"}).json()

    with django_assert_num_queries(2):  # the key, the users
        listed = workspace_key.get("/users").json()
    assert [user.get("email") for user in listed["data"]] == [None, "bob@example.org", "alice@example.org"]
    changed = workspace_key.patch("/users/app-7", {"name": "Seven", "metadata": {"a": 1}}).json()
    assert (changed["id"], changed["name"], changed["metadata"]) == (made["id"], "Seven", {"a": 1})
    assert workspace_key.patch("/users/app-7", {"name": None}).json()["name"] == ""
    assert workspace_key.get(f"/users/{made['id']}").json()["metadata"] == {"a": 1}


def test_a_user_is_erased_with_everything(workspace_key, alice):
    made = workspace_key.post("/users", {"external_id": "app-7"}).json()
    workspace_key.post("/conversations", {"items": [{"role": "user", "content": "x"}]}, Parley_User="app-7")

    gone = workspace_key.delete("/users/app-7")

    assert gone.json() == {"id": made["id"], "object": "user.deleted", "deleted": True}
    assert not Conversation.objects.exists()
    assert workspace_key.get("/users/app-7").json()["code"] == "user_not_found"
    assert AuditEvent.objects.get(action="account.delete").actor_name == "app"


def test_people_decide_about_themselves(workspace_key, alice):
    for method in ("PATCH", "DELETE"):
        assert workspace_key(method, f"/users/{alice.typeid}", {"name": "x"}).status_code == 403
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_only_keys_for_it_and_only_their_workspace(as_alice, workspace_key, charlie):
    assert as_alice.get("/users").json()["code"] == "insufficient_scope"
    assert as_alice.post("/users", {"external_id": "x"}).status_code == 403
    for method in ("GET", "PATCH", "DELETE"):
        assert workspace_key(method, f"/users/{charlie.typeid}", {}).json()["code"] == "user_not_found"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"external_id": ""}, {"external_id": 5}, {"external_id": "x" * 129}, {"external_id": "é"}, [],
        {"external_id": "a\n"}, {"external_id": "a", "name": "x" * 121}, {"external_id": "a", "metadata": []},
    ],
)  # fmt: skip
def test_what_cannot_be_a_user_is_refused(workspace_key, body):
    assert workspace_key.post("/users", body).status_code == 400
    assert not User.objects.filter(email=None).exists()


def test_nobody_makes_themselves_more_than_they_are(workspace_key):
    workspace_key.post("/users", {"external_id": "x", "is_superuser": True, "role": "admin", "email": "a@b.example"})

    user = User.objects.get(external_id="x")
    assert (user.is_superuser, user.is_staff, user.role, user.email) == (False, False, "member", None)


def test_the_trail_is_walked_by_who_it_is_about(as_alice, as_charlie, django_assert_num_queries):
    for n in range(3):
        made = as_alice.post("/conversations", {"title": str(n)}).json()["id"]
        as_alice.post("/conversations/bulk-delete", {"conversation_ids": [made]})

    with django_assert_num_queries(3):  # the key, the events, how many there are
        first = as_alice.get("/audit?limit=2").json()
    assert [event["action"] for event in first["data"]] == ["conversations.delete"] * 2
    assert (first["total"], first["has_more"]) == (3, True)
    rest = as_alice.get(f"/audit?after={first['next_after']}").json()
    assert len(rest["data"]) == 1
    assert first["data"][0]["actor_name"] == "Alice"
    assert as_charlie.get("/audit").json()["data"] == []
    assert as_alice.get("/audit?after=x").json()["code"] == "invalid_cursor"
