import pytest

from accounts.models import AuditEvent, User, Workspace
from accounts.models.api_key import SCOPES
from conversations.models import Conversation

BODY = {"name": "Acme", "email": "ops@acme.example", "settings": {"retention_days": 30}}


@pytest.fixture
def open_to_strangers(settings):
    settings.OPEN_TENANTS = True


def post(client, body=BODY):
    return client.post("/api/v1/tenants", body, content_type="application/json")


def test_tenants_are_made_by_nobody_unless_the_server_is_opened(client, db):
    for body in (BODY, {}):
        refused = post(client, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert not Workspace.objects.exists()


@pytest.mark.usefixtures("open_to_strangers")
def test_a_stranger_makes_a_tenant_with_a_key_for_all_of_it(client, db, program):
    made = post(client)

    workspace = Workspace.objects.get()
    assert made.status_code == 201
    assert set(made.json()) == {"tenant_id", "api_key", "api_key_prefix", "message"}
    assert (made.json()["tenant_id"], made.json()["api_key_prefix"]) == (workspace.typeid, "rk_live_")
    key = program(made.json()["api_key"], prefix="/api/v1")
    tenant = key.get("/tenant").json()
    assert (tenant["name"], tenant["email"], tenant["settings"]) == ("Acme", "ops@acme.example", {"retention_days": 30})
    assert key.get("/api-keys").json()["api_keys"][0]["scopes"] == sorted(SCOPES)
    assert key.post("/conversations", {"user_id": "u"}).status_code == 201
    assert not User.objects.exclude(
        email=None
    ).exists()  # an address that nobody has proved to be theirs signs nobody in
    assert AuditEvent.objects.filter(action="workspace.create", workspace_id=workspace.pk).exists()


@pytest.mark.usefixtures("open_to_strangers", "db")
@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": 5}, {"name": "x" * 121}, {"email": "nobody"}, {"email": 5}, {"email": None},
        {"email": f"{'x' * 250}@example.org"}, {"settings": []}, {"settings": {"max_users": "5"}},
        {"settings": {"max_users": -1}}, {"settings": {"max_conversations_per_user": True}},
    ],
)  # fmt: skip
def test_what_cannot_be_a_tenant_is_refused(client, wrong):
    assert post(client, BODY | wrong).json()["code"] == "invalid_request"
    assert not Workspace.objects.exists()


@pytest.mark.usefixtures("open_to_strangers", "db")
def test_strangers_make_only_so_many_a_minute(client):
    answers = [post(client).status_code for _ in range(11)]

    assert answers == [201] * 10 + [429]


def test_a_tenant_says_what_it_holds(raven, made, alice, conversation, raven_of_charlie):
    tenant = raven.get("/tenant").json()

    assert set(tenant) == {
        "tenant_id", "name", "email", "status", "settings", "stats", "created_at", "updated_at",
    }  # fmt: skip
    assert (tenant["tenant_id"], tenant["email"], tenant["status"], tenant["settings"]) == (
        alice.workspace.typeid, "alice@example.org", "active", {},
    )  # fmt: skip
    assert tenant["stats"] == {
        "user_count": 3,  # Alice, Bob, and the program's own
        "conversation_count": 2,
        "total_interactions": 2,
        "storage_bytes": 0,
    }
    assert raven_of_charlie.get("/tenant").json()["stats"]["conversation_count"] == 0
    assert Conversation.objects.count() == 2


def test_settings_are_merged_and_names_replaced(raven, alice):
    raven.patch("/tenant", {"settings": {"retention_days": 30, "webhook_url": "https://example.org"}})

    changed = raven.patch("/tenant", {"name": "Acme", "settings": {"retention_days": None, "batch_size": 5}})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["settings"]) == (
        "Acme", {"webhook_url": "https://example.org", "batch_size": 5},
    )  # fmt: skip
    assert raven.patch("/tenant", {}).json()["settings"] == changed.json()["settings"]
    assert AuditEvent.objects.filter(action="workspace.change", target_id=alice.workspace_id).exists()
    for wrong in ({"name": ""}, {"settings": {"max_users": 1.5}}, {"settings": 5}, []):
        assert raven.patch("/tenant", wrong).status_code == 400


def test_settings_that_grow_too_large_are_refused(raven, alice):
    raven.patch("/tenant", {"settings": {"a": "x" * 40_000}})

    refused = raven.patch("/tenant", {"name": "B", "settings": {"b": "x" * 40_000}})
    assert refused.status_code == 400
    alice.workspace.refresh_from_db()
    assert (alice.workspace.name, list(alice.workspace.settings)) == ("alice@example.org", ["a"])
