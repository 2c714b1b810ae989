import pytest


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


def test_a_conversation_is_pinned_once_and_unpinned(as_alice, path, conversation, typeid):
    pinned = as_alice.put(f"{path}/pin")

    assert pinned.status_code == 200
    assert (pinned.json()["object"], pinned.json()["conversation_id"]) == ("pin", typeid(conversation))
    assert as_alice.put(f"{path}/pin").json() == pinned.json()
    assert conversation.pins.count() == 1
    gone = {"id": typeid(conversation), "object": "pin.deleted", "deleted": True}
    assert as_alice.delete(f"{path}/pin").json() == gone
    assert as_alice.delete(f"{path}/pin").json() == gone
    assert not conversation.pins.exists()


def test_the_history_shows_what_is_pinned_or_what_is_not(as_alice, path, django_assert_num_queries):
    as_alice.post("/conversations", {"title": "Other"})
    as_alice.put(f"{path}/pin")

    with django_assert_num_queries(2):  # the key, the rows
        pinned = as_alice.get("/conversations?pinned=true").json()["data"]
    assert [row["title"] for row in pinned] == ["Choosing a telescope"]
    assert [row["title"] for row in as_alice.get("/conversations?pinned=false").json()["data"]] == ["Other"]
    assert as_alice.get("/conversations?pinned=yes").json()["code"] == "invalid_request"


def test_a_pin_is_its_maker_s_alone(as_alice, as_bob, as_charlie, path, conversation, bob):
    assert as_bob.put(f"{path}/pin").status_code == 200  # a reader may keep it at hand
    as_alice.delete(f"{path}/pin")

    assert conversation.pins.get().user == bob
    assert as_charlie.put(f"{path}/pin").json()["code"] == "conversation_not_found"
    assert as_charlie.delete(f"{path}/pin").status_code == 404
