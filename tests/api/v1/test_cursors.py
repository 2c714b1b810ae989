"""Where a list goes on: behind a row that is there, or was until it was deleted; behind nothing else."""

import pytest

from lib.typeid import encode, new_id


@pytest.fixture
def path(as_alice):
    return begun(as_alice)


def begun(program):
    """A conversation of three items."""
    items = [{"id": f"i{n}", "role": "user", "content": "x"} for n in range(3)]
    return f"/conversations/{program.post('/conversations', {'items': items}).json()['id']}"


def tags(program, path):
    made = [program.post("/tags", {"name": name}).json()["id"] for name in "abc"]
    return "/tags", made, lambda pk: f"/tags/{pk}"


def notes(program, path):
    made = [program.post(f"{path}/notes", {"text": text}).json()["id"] for text in "abc"]
    return f"{path}/notes", made, lambda pk: f"/notes/{pk}"


def bookmarks(program, path):
    items = {program.put(f"{path}/items/i{n}/bookmark").json()["id"]: f"i{n}" for n in range(3)}
    return "/bookmarks", list(items), lambda pk: f"{path}/items/{items[pk]}/bookmark"


def attachments(program, path):
    made = [program.upload(f"{path}/attachments", f"{name}.txt", name.encode()).json()["id"] for name in "abc"]
    return f"{path}/attachments", made, lambda pk: f"{path}/attachments/{pk}"


def projects(program, path):
    made = [program.post("/projects", {"name": name}).json()["id"] for name in "abc"]
    return "/projects", made, lambda pk: f"/projects/{pk}"


def conversations(program, path):
    made = [program.post("/conversations", {"title": name}).json()["id"] for name in "abc"]
    program.delete(path)
    return "/conversations", made, lambda pk: f"/conversations/{pk}"


LISTS = [tags, notes, bookmarks, attachments, projects, conversations]


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_goes_on_behind_a_row_that_was_deleted(as_alice, path, kind):
    where, (oldest, middle, newest), address = kind(as_alice, path)
    assert [row["id"] for row in as_alice.get(where).json()["data"]] == [newest, middle, oldest]

    assert as_alice.delete(address(middle)).status_code in (200, 204)

    for place in (newest, middle):
        assert [row["id"] for row in as_alice.get(f"{where}?after={place}").json()["data"]] == [oldest]


@pytest.mark.parametrize("kind", LISTS)
def test_an_id_that_never_stood_in_a_list_is_no_place_in_it(as_alice, as_charlie, path, kind):
    where, (mine, *_), _ = kind(as_alice, path)
    prefix = mine.partition("_")[0]
    hers = begun(as_charlie)
    _, (foreign, gone, _), address = kind(as_charlie, hers)
    as_charlie.delete(address(gone))

    for place in (foreign, gone, encode(prefix, new_id())):
        refused = as_alice.get(f"{where}?after={place}")
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")


def test_lists_of_what_stays_know_their_rows(as_alice):
    for where, prefix in (("/imports", "imp"), ("/shares", "share")):
        assert as_alice.get(f"{where}?after={encode(prefix, new_id())}").json()["code"] == "invalid_cursor"


def test_a_link_that_is_no_longer_shown_is_still_a_place(as_alice, path):
    oldest, middle, _ = (as_alice.post(f"{path}/share").json()["id"] for _ in range(3))
    as_alice.delete(f"/shares/{middle}")

    listed = as_alice.get(f"/shares?include_revoked=false&after={middle}").json()["data"]
    assert [row["id"] for row in listed] == [oldest]


def test_whatever_goes_with_a_conversation_leaves_its_place(as_alice, path):
    other = as_alice.post("/conversations", {"items": [{"id": "j", "role": "user", "content": "x"}]}).json()["id"]
    first = as_alice.put(f"/conversations/{other}/items/j/bookmark").json()["id"]
    _, made, _ = bookmarks(as_alice, path)
    as_alice.delete(path)

    assert [row["id"] for row in as_alice.get(f"/bookmarks?after={made[1]}").json()["data"]] == [first]


def test_a_client_s_own_id_is_a_place_still_when_its_item_is_gone(as_alice, path):
    as_alice.delete(f"{path}/items/i1")

    for order, there in (("asc", "i2"), ("desc", "i0")):
        behind = as_alice.get(f"{path}/items?order={order}&after=i1").json()["data"]
        assert [item["id"] for item in behind] == [there]
    assert as_alice.get(f"{path}/items?after=i3").json()["code"] == "invalid_cursor"
