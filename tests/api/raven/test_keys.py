import pytest

from accounts.models import ApiKey, AuditEvent
from api.models import IdempotencyRecord


def test_a_key_is_made_shown_once_and_works(raven, program):
    made = raven.post("/api-keys", {"name": "worker", "scopes": ["conversations:read", "conversations:write"]})

    told = made.json()
    assert made.status_code == 201
    assert set(told) == {"key_id", "name", "api_key", "api_key_prefix", "scopes", "created_at"}
    assert (told["name"], told["api_key_prefix"]) == ("worker", "rk_live_")
    worker = program(told["api_key"], prefix="/api/v1")
    assert worker.post("/conversations", {"user_id": "u"}).status_code == 201
    assert worker.get("/api-keys").status_code == 403
    listed = raven.get("/api-keys").json()
    assert [row["name"] for row in listed["api_keys"]] == ["worker", "app"]
    assert (listed["total"], listed["limit"], listed["offset"]) == (2, 20, 0)
    assert told["api_key"] not in raven.get("/api-keys").content.decode()
    assert AuditEvent.objects.filter(action="apikey.create", details={"scopes": told["scopes"]}).exists()


def test_a_key_may_be_bound_to_one_user(raven, made, program):
    secret = raven.post(
        "/api-keys", {"name": "theirs", "scopes": ["conversations:read"], "user_id": "usr_abc123"}
    ).json()["api_key"]

    theirs = program(secret, prefix="/api/v1")
    assert theirs.get("/conversations?user_id=usr_abc123").json()["total"] == 1
    raven.post("/conversations", {"user_id": "another"})
    assert theirs.get("/conversations?user_id=another").json()["total"] == 0
    assert program(secret).get(f"/conversations/{made['conversation_id']}").status_code == 200  # at /v1 too


def test_a_key_hands_out_only_what_it_has(program, raven, raven_of_bob, alice, bob):
    admin = program(ApiKey.objects.mint(workspace=alice.workspace, scopes=["tenant:admin"])[1], prefix="/api/v1")
    refused = admin.post("/api-keys", {"name": "x", "scopes": ["conversations:read"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")

    made = raven_of_bob.post("/api-keys", {"name": "x", "scopes": ["conversations:read"]}).json()
    assert ApiKey.objects.get(name="x").user == bob  # a key of his makes no key of the workspace
    assert program(made["api_key"]).get("/conversations").json()["total"] == 0
    refused = raven_of_bob.post("/api-keys", {"name": "y", "scopes": ["conversations:read"], "user_id": alice.typeid})
    assert (refused.status_code, refused.json()["code"]) == (404, "user_not_found")


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": "x"}, {"name": "x", "scopes": []}, {"name": "x", "scopes": ["everything"]},
        {"scopes": ["tenant:read"]}, {"name": "x", "scopes": "tenant:read"}, {"name": "", "scopes": ["tenant:read"]},
        {"name": "x", "scopes": [5]},
        {"name": "x" * 121, "scopes": ["tenant:read"]}, {"name": "x", "scopes": ["tenant:read"], "user_id": 5},
    ],
)  # fmt: skip
def test_what_cannot_be_a_key_is_refused(raven, body):
    assert raven.post("/api-keys", body).json()["code"] == "invalid_request"
    assert ApiKey.objects.count() == 1


def test_a_key_for_nobody_here_is_not_made(raven, charlie):
    for name in (charlie.typeid, "nobody"):
        refused = raven.post("/api-keys", {"name": "x", "scopes": ["tenant:read"], "user_id": name})
        assert refused.json()["code"] == "user_not_found"
    assert ApiKey.objects.count() == 1


def test_a_revoked_key_is_refused_at_once_everywhere(raven, program):
    told = raven.post("/api-keys", {"name": "x", "scopes": ["conversations:read", "users:read"]}).json()
    worker = program(told["api_key"], prefix="/api/v1")
    assert worker.get("/users").status_code == 200

    gone = raven.delete(f"/api-keys/{told['key_id']}")

    assert (gone.status_code, gone.content) == (204, b"")
    assert worker.get("/users").status_code == 401
    assert program(told["api_key"]).get("/me").status_code == 401
    assert "revoked_at" in raven.get("/api-keys").json()["api_keys"][0]
    assert raven.delete(f"/api-keys/{told['key_id']}").status_code == 204


def test_keys_of_another_tenant_are_not_there(raven, raven_of_charlie):
    theirs = raven.get("/api-keys").json()["api_keys"][0]["key_id"]

    for spelled in (theirs, "key_01jj1hdhn7f9ts7a01wb3hysdb", "x"):
        refused = raven_of_charlie.delete(f"/api-keys/{spelled}")
        assert (refused.status_code, refused.json()["code"]) == (404, "key_not_found")
    assert [row["key_id"] for row in raven_of_charlie.get("/api-keys").json()["api_keys"]] != [theirs]
    assert raven.get("/tenant").status_code == 200


def test_no_secret_is_kept_for_whoever_repeats_a_request(raven_of_bob):
    body = {"name": "x", "scopes": ["conversations:read"]}

    first, again = (raven_of_bob.post("/api-keys", body, Idempotency_Key="k").json() for _ in range(2))

    assert first["key_id"] != again["key_id"]
    assert not IdempotencyRecord.objects.exists()
