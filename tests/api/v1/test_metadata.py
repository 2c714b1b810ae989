import json

import pytest


@pytest.fixture
def path(as_alice):
    made = as_alice.post("/conversations", {"metadata": {"a": 1, "b": {"c": 2}}})
    return f"/conversations/{made.json()['id']}/metadata"


def test_metadata_is_read_replaced_and_merged(as_alice, path):
    assert as_alice.get(path).json() == {"a": 1, "b": {"c": 2}}
    assert as_alice.patch(path, {"a": None, "d": [3]}).json() == {"b": {"c": 2}, "d": [3]}
    assert as_alice.put(path, {"e": None}).json() == {"e": None}
    assert as_alice.put(path, {}).json() == as_alice.get(path).json() == {}


def test_two_who_change_it_never_silently_overwrite_each_other(as_alice, path):
    etag = as_alice.get(path)["ETag"]

    changed = as_alice.patch(path, {"a": 2}, If_Match=etag)
    stale = as_alice.put(path, {}, If_Match=etag)

    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert as_alice.put(path, {"a": 3}, If_Match=changed["ETag"]).json() == {"a": 3}
    assert as_alice.get(path.removesuffix("/metadata"))["ETag"] == as_alice.get(path)["ETag"]


@pytest.mark.parametrize("body", [[], "x", 5, None, {"a": "x" * 65_536}])
def test_only_an_object_of_some_size_is_metadata(as_alice, path, body):
    for method in ("PUT", "PATCH"):
        refused = as_alice(method, path, raw=json.dumps(body).encode())
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert as_alice.get(path).json() == {"a": 1, "b": {"c": 2}}


def test_many_small_changes_cannot_pass_the_limit(as_alice, path):
    assert as_alice.patch(path, {"x": "x" * 40_000}).status_code == 200
    assert as_alice.patch(path, {"y": "y" * 40_000}).status_code == 400


def test_readers_read_and_strangers_find_nothing(as_bob, as_charlie, conversation, typeid):
    path = f"/conversations/{typeid(conversation)}/metadata"

    assert as_bob.get(path).json() == {}
    for method in ("PUT", "PATCH"):
        assert as_bob(method, path, {"x": 1}).status_code == 403
        assert as_charlie(method, path, {"x": 1}).status_code == 404
    assert as_charlie.get(path).status_code == 404
