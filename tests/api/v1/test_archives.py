import pytest


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


def test_a_conversation_goes_into_the_archive_and_comes_back(as_alice, path):
    archived = as_alice.put(f"{path}/archive").json()

    assert "archived_at" in archived
    assert as_alice.put(f"{path}/archive").json() == archived  # twice is once
    assert as_alice.get("/conversations?archived=true").json()["data"] == [archived]
    assert as_alice.get("/conversations?archived=false").json()["data"] == []
    back = as_alice.delete(f"{path}/archive").json()
    assert "archived_at" not in back
    assert back["updated_at"] > archived["updated_at"]
    assert as_alice.get("/conversations?archived=false").json()["data"] == [back]


def test_the_archive_is_the_conversation_s_so_readers_may_not(as_bob, as_charlie, path, conversation):
    for method in ("PUT", "DELETE"):
        assert as_bob(method, f"{path}/archive").status_code == 403
        assert as_charlie(method, f"{path}/archive").status_code == 404
    conversation.refresh_from_db()
    assert conversation.archived_at is None
