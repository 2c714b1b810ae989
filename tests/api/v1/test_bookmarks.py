import pytest


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


@pytest.fixture
def ids(as_alice, path):
    return [item["id"] for item in as_alice.get(f"{path}/items?order=asc").json()["data"]]


def test_an_item_is_bookmarked_once_and_found_again(as_alice, path, ids, conversation, typeid):
    made = as_alice.put(f"{path}/items/{ids[1]}/bookmark").json()

    assert (made["object"], made["item_id"], made["conversation_id"]) == ("bookmark", ids[1], typeid(conversation))
    assert as_alice.put(f"{path}/items/{ids[1]}/bookmark").json() == made
    [row] = as_alice.get("/bookmarks").json()["data"]
    assert row == made | {
        "title": "Choosing a telescope",
        "role": "assistant",
        "preview": "A Dobsonian of six to eight inches: the most aperture for the money.",
    }
    gone = {"id": ids[1], "object": "bookmark.deleted", "deleted": True}
    assert as_alice.delete(f"{path}/items/{ids[1]}/bookmark").json() == gone
    assert as_alice.get("/bookmarks").json()["data"] == []


def test_a_client_s_own_id_is_what_it_reads(as_alice, path):
    as_alice.post(f"{path}/items", {"id": "mine-1", "role": "user", "content": "x"})

    assert as_alice.put(f"{path}/items/mine-1/bookmark").json()["item_id"] == "mine-1"
    assert as_alice.get("/bookmarks").json()["data"][0]["item_id"] == "mine-1"


def test_bookmarks_are_walked_at_the_same_cost_however_many(as_alice, path, ids, django_assert_num_queries):
    for item in ids:
        as_alice.put(f"{path}/items/{item}/bookmark")

    with django_assert_num_queries(3):  # the key, the bookmarks with what they are at, how many there are
        first = as_alice.get("/bookmarks?limit=1").json()
    assert [row["item_id"] for row in first["data"]] == [ids[1]]
    as_alice.delete(f"{path}/items/{ids[1]}/bookmark")
    rest = as_alice.get(f"/bookmarks?after={first['next_after']}").json()  # on behind one that is gone
    assert [row["item_id"] for row in rest["data"]] == [ids[0]]


def test_a_bookmark_is_its_maker_s_alone_and_ends_with_their_access(as_alice, as_bob, as_charlie, path, ids, project):
    as_bob.put(f"{path}/items/{ids[0]}/bookmark")

    assert as_alice.get("/bookmarks").json()["total"] == 0
    assert as_bob.get("/bookmarks").json()["total"] == 1
    for method in ("PUT", "DELETE"):
        assert as_charlie(method, f"{path}/items/{ids[0]}/bookmark").json()["code"] == "conversation_not_found"
    project.members.all().delete()
    assert as_bob.get("/bookmarks").json()["total"] == 0


def test_there_is_nothing_to_bookmark_but_items(as_alice, path):
    assert as_alice.put(f"{path}/items/msg_00000000000000000000000000/bookmark").json()["code"] == "item_not_found"
    assert as_alice.put(f"{path}/items/%00/bookmark").status_code == 404
