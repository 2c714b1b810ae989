"""The curl of Raven's documentation, which is all the client it has."""

import json

import pytest

from accounts.models import ApiKey
from accounts.models.api_key import SCOPES


@pytest.fixture
def raven(curl, alice):
    """raven("/conversations", "-X", "POST", "-d", …) with a key of Alice's whole workspace."""
    key = ApiKey.objects.mint(workspace=alice.workspace, name="app", scopes=SCOPES)[1]
    return lambda path, *options, key=key: curl(f"/api/v1{path}", *options, key=key)


def test_conversations_as_the_vendor_s_page_tells(raven):
    body = (
        '{"user_id":"usr_abc123","title":"Project Planning Session","metadata":{"project":"website-redesign",'
        '"priority":"high"}}'
    )
    status, made = raven("/conversations", "-X", "POST", "-d", body)
    path = f"/conversations/{made['conversation_id']}"

    assert (status, made["user_id"], made["message_count"]) == (201, "usr_abc123", 0)
    assert raven("/conversations?user_id=usr_abc123&limit=10&offset=0") == (
        200,
        {"conversations": [made], "total": 1, "limit": 10, "offset": 0},
    )
    assert raven(path) == (200, made)
    renamed = raven(path, "-X", "PATCH", "-d", '{"title":"Website Redesign - Planning"}')
    assert renamed == (200, made | {"title": "Website Redesign - Planning", "updated_at": renamed[1]["updated_at"]})
    assert raven(path, "-X", "DELETE") == (204, None)
    assert raven(path)[0] == 404


def test_users_keys_and_memory_by_the_same_hand(raven):
    user = raven("/users", "-X", "POST", "-d", '{"external_ref":"crm-4711","display_name":"Ada"}')[1]
    assert raven(f"/users/{user['user_id']}") == (200, user)
    assert raven("/users?external_ref=crm-4711")[1]["users"] == [user]
    assert raven(f"/users/{user['user_id']}", "-X", "PATCH", "-d", '{"display_name":"Lovelace"}')[0] == 200

    made = raven("/conversations", "-X", "POST", "-d", json.dumps({"user_id": user["user_id"]}))[1]
    pair = {
        "user_id": user["user_id"],
        "conversation_id": made["conversation_id"],
        "user_message": "When do we start?",
        "agent_response": "On Monday.",
    }
    assert raven("/memory/ingest", "-X", "POST", "-d", json.dumps(pair))[0] == 201
    assert raven("/memory/flush", "-X", "POST") == (200, {"success": True})
    assert raven(f"/conversations/{made['conversation_id']}")[1]["message_count"] == 2
    assert raven("/tenant")[1]["stats"]["total_interactions"] == 2

    body = '{"name":"reader","scopes":["conversations:read"]}'
    key = raven("/api-keys", "-X", "POST", "-d", body)[1]
    assert raven(f"/conversations/{made['conversation_id']}", key=key["api_key"])[0] == 200
    assert raven("/users", key=key["api_key"])[1]["code"] == "insufficient_scope"
    assert raven(f"/api-keys/{key['key_id']}", "-X", "DELETE") == (204, None)
    assert raven(f"/conversations/{made['conversation_id']}", key=key["api_key"])[0] == 401
    assert raven("/tenants", "-X", "POST", "-d", '{"name":"x","email":"x@example.org"}')[1]["code"] == "forbidden"
