"""What R2R's documentation promises and never had a call for: branches, search, readers, numbers."""

import json
import uuid

import pytest

from accounts.models import AuditEvent
from conversations.models import Conversation

UNKNOWN = str(uuid.uuid4())


def test_branches_are_listed_with_where_they_parted(as_alice, thread, alice, django_assert_num_queries):
    path, [question, _] = thread
    as_alice.post(f"{path}/messages", {"content": "Hey", "role": "assistant", "parent_id": question})

    with django_assert_num_queries(6):  # key, conversation, branches, tree, what replaced what, items
        listed = as_alice.get(f"{path}/branches").json()

    original, other = listed["results"]
    assert listed["total_entries"] == 2
    assert original.keys() == {"branch_id", "branch_point_id", "content", "created_at", "user_id", "name"}
    assert (original["branch_point_id"], original["content"], other["name"]) == (None, None, "MAIN")
    assert (other["branch_point_id"], json.loads(other["content"])["content"]) == (question, "Hello")
    assert other["user_id"] == str(alice.pk)
    assert [row["name"] for row in as_alice.get(f"{path}/branches?offset=1&limit=1").json()["results"]] == ["MAIN"]
    assert as_alice.get(f"{path}/branches?limit=0").status_code == 422
    assert as_alice.get("/conversations/x/branches").status_code == 422


def test_what_was_said_is_found(as_alice, as_bob, as_charlie, as_root, thread, alice, bob):
    path, _ = thread
    as_alice.post(f"{path}/messages", {"content": "The Dobsonian telescope", "role": "assistant"})
    as_alice.post(f"{path}/messages", {"content": "A telescope of brass", "role": "user"})

    def found(program, **body):
        return program.post("/conversations/search", {"query": "telescope", **body}).json()

    hits = found(as_alice)
    assert (hits["total_entries"], len(hits["results"])) == (2, 2)
    assert hits["results"][0].keys() == {
        "conversation_id", "message_id", "name", "role", "snippet", "score", "created_at",
    }  # fmt: skip
    assert {hit["name"] for hit in hits["results"]} == {"Planning"}
    assert [hit["snippet"] for hit in found(as_alice, filters={"role": "user"})["results"]] == ["A telescope of brass"]
    assert found(as_alice, filters={"created_before": "2020-01-01"})["results"] == []
    assert [len(found(as_alice, limit=1, offset=n)["results"]) for n in range(3)] == [1, 1, 0]
    assert len(found(as_root)["results"]) == 2
    assert found(as_charlie)["results"] == found(as_bob)["results"] == []
    as_alice.post(f"{path}/users/{bob.pk}")
    assert len(found(as_bob)["results"]) == 2


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, ["body", "query"]),
        ({"query": 5}, ["body", "query"]),
        ({"query": "x", "limit": 0}, ["body", "limit"]),
        ({"query": "x", "limit": 101}, ["body", "limit"]),
        ({"query": "x", "limit": "5"}, ["body", "limit"]),
        ({"query": "x", "offset": -1}, ["body", "offset"]),
        ({"query": "x", "filters": []}, ["body", "filters"]),
        ({"query": "x", "filters": {"role": "nobody"}}, ["body", "filters", "role"]),
        ({"query": "x", "filters": {"role": [{}]}}, ["body", "filters", "role"]),
        ({"query": "x", "filters": {"created_after": 5}}, ["body", "filters", "created_after"]),
    ],
)
def test_what_cannot_be_searched_is_told(as_alice, body, place):
    refused = as_alice.post("/conversations/search", body)

    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == place


def test_a_key_that_only_reads_may_search(v3, alice):
    reading = v3(alice, scopes=["conversations:read"])

    assert reading.post("/conversations/search", {"query": "x"}).json() == {"results": [], "total_entries": 0}
    refused = reading.post("/conversations", {})
    assert (refused.status_code, refused.json()["error_type"]) == (403, "R2RException")


def test_its_owner_lets_somebody_read_and_shows_them_out_again(as_alice, as_bob, thread, alice, bob, charlie):
    path, _ = thread
    assert as_bob.get(path).status_code == 404

    for _ in range(2):
        assert as_alice.post(f"{path}/users/{bob.pk}").json() == {"results": {"success": True}}
    assert as_bob.get(path).status_code == 200
    listed = as_alice.get(f"{path}/users").json()
    assert ([user["id"] for user in listed["results"]], listed["total_entries"]) == ([str(bob.pk)], 1)
    for method, address in (("GET", ""), ("POST", f"/{bob.pk}"), ("DELETE", f"/{bob.pk}")):
        assert as_bob(method, f"{path}/users{address}").status_code == 404
    for user in (charlie.pk, UNKNOWN):
        assert as_alice.post(f"{path}/users/{user}").json()["message"] == f"User {user} not found."
    assert as_alice.post(f"{path}/users/{alice.pk}").status_code == 400
    assert as_alice.post(f"{path}/users/x").status_code == 422

    for _ in range(2):
        assert as_alice.delete(f"{path}/users/{bob.pk}").json() == {"results": {"success": True}}
    assert as_bob.get(path).status_code == 404
    actions = AuditEvent.objects.filter(target_id=Conversation.objects.get().pk).order_by("created_at")
    assert [event.action for event in actions] == ["grant.create", "grant.delete"]


def test_a_superuser_sees_how_much_is_said_in_the_workspace(as_alice, as_root, as_charlie, thread):
    as_charlie.post("/conversations", {})
    as_root.get("/users/me")

    numbers = as_root.get("/conversations/stats").json()["results"]

    [day] = numbers.pop("per_day")
    assert numbers == {"conversations": 1, "messages": 2, "users": 1, "messages_by_role": {"user": 1, "assistant": 1}}
    assert (day["conversations"], day["messages"], len(day["date"])) == (1, 2, 10)
    before = as_root.get("/conversations/stats?created_before=2020-01-01").json()["results"]
    assert (before["messages"], before["per_day"]) == (0, [])
    assert as_root.get("/conversations/stats?created_after=x").status_code == 422
    assert as_alice.get("/conversations/stats").status_code == 403


def test_asking_a_model_is_not_served_yet(as_alice):
    answer = as_alice.post("/retrieval/agent", {"message": {"role": "user", "content": "x"}})

    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})
