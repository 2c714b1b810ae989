import time

import pytest

from accounts.models import AuditEvent
from conversations.models import Conversation


def metadata_at(house, program_path):
    return house.get(program_path).json()["metadata"]


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"metadata": null, "items": null}', b'{"metadata": {}, "items": []}'])
def test_a_conversation_is_made_of_nothing_and_shown_with_exactly_four_keys(openai, raw):
    made = openai("POST", "/conversations", raw=raw)

    assert made.status_code == 200
    conversation = made.json()
    assert conversation == {
        "id": conversation["id"],
        "object": "conversation",
        "created_at": conversation["created_at"],
        "metadata": {},
    }
    assert conversation["id"].startswith("conv_")
    assert isinstance(conversation["created_at"], int)
    assert 0 <= time.time() - conversation["created_at"] < 60
    assert openai.get(f"/conversations/{conversation['id']}").json() == conversation


def test_it_begins_with_its_first_items_or_not_at_all(openai, alice):
    items = [{"role": "user", "content": "Hello!"}, {"role": "assistant", "content": "Hi."}]
    made = openai.post("/conversations", {"metadata": {"topic": "demo"}, "items": items}).json()

    assert made["metadata"] == {"topic": "demo"}
    listed = openai.get(f"/conversations/{made['id']}/items?order=asc").json()["data"]
    assert [item["content"][0]["text"] for item in listed] == ["Hello!", "Hi."]

    refused = openai.post("/conversations", {"items": [*items, {"role": "nobody", "content": "x"}]})
    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == "items[2].role"
    assert Conversation.objects.filter(owner=alice).count() == 1


def test_metadata_is_replaced_as_a_whole(openai):
    path = f"/conversations/{openai.post('/conversations', {'metadata': {'a': '1', 'b': '2'}}).json()['id']}"

    assert openai.post(path, {"metadata": {"c": "3"}}).json()["metadata"] == {"c": "3"}
    assert openai.post(path, {"metadata": None}).json()["metadata"] == {}
    assert openai.get(path).json()["metadata"] == {}


def test_metadata_written_elsewhere_is_shown_as_text_and_all_of_it(openai, house, path):
    written = {"number": 3, "flag": True, "nothing": None, "object": {"a": 1, "b": ["é"]}, "text": "3"}
    house.patch(path, {"metadata": written | {f"k{n}": n for n in range(20)}})

    shown = openai.get(path).json()["metadata"]

    assert len(shown) == 25
    assert (shown["number"], shown["flag"], shown["nothing"], shown["text"]) == ("3", "true", "null", "3")
    assert shown["object"] == '{"a":1,"b":["é"]}'


def test_what_is_read_changed_and_written_back_keeps_its_types(openai, house, path):
    house.patch(path, {"metadata": {"number": 3, "text": "3", "object": {"a": 1}, "gone": 1, "changed": 4}})

    shown = openai.get(path).json()["metadata"]
    del shown["gone"]
    answered = openai.post(path, {"metadata": shown | {"changed": "5", "new": "n"}}).json()["metadata"]

    assert answered == {"number": "3", "text": "3", "object": '{"a":1}', "changed": "5", "new": "n"}
    assert metadata_at(house, path) == {"number": 3, "text": "3", "object": {"a": 1}, "changed": "5", "new": "n"}


def test_a_title_in_the_metadata_names_what_has_no_name_yet(openai, house):
    made = openai.post("/conversations", {"metadata": {"title": "Telescopes"}}).json()
    path = f"/conversations/{made['id']}"
    assert made["metadata"] == {"title": "Telescopes"}
    assert house.get(path).json()["title"] == "Telescopes"

    openai.post(path, {"metadata": {"title": "Binoculars"}})
    assert house.get(path).json()["title"] == "Telescopes"

    house.patch(path, {"title": "Renamed"})
    assert openai.get(path).json()["metadata"] == {"title": "Binoculars"}


def test_a_title_may_come_later_and_none_too_long_is_one(openai, house, path):
    for metadata in ({"title": ""}, {"title": "x" * 257}):
        openai.post(path, {"metadata": metadata})
        assert house.get(path).json()["title"] == ""

    openai.post(path, {"metadata": {"title": " x" * 128}})
    assert house.get(path).json()["title"] == " x" * 128


@pytest.mark.parametrize(
    ("metadata", "param", "code"),
    [
        ([], "metadata", "invalid_type"),
        ("x", "metadata", "invalid_type"),
        ({f"k{n}": "" for n in range(17)}, "metadata", "object_above_max_properties"),
        ({"a": 1}, "metadata.a", "invalid_type"),
        ({"a": None}, "metadata.a", "invalid_type"),
        ({"a": {"b": "c"}}, "metadata.a", "invalid_type"),
        ({"a": "x" * 513}, "metadata.a", "string_above_max_length"),
        ({"x" * 65: "a"}, f"metadata.{'x' * 64}", "string_above_max_length"),
        ({"": "a"}, "metadata", "invalid_value"),
    ],
)
def test_what_is_no_map_of_short_strings_is_refused(openai, path, metadata, param, code):
    for at in ("/conversations", path):
        refused = openai.post(at, {"metadata": metadata})
        assert refused.status_code == 400
        error = refused.json()["error"]
        assert (error["param"], error["code"], error["type"]) == (param, code, "invalid_request_error")
    assert openai.get(path).json()["metadata"] == {}


def test_metadata_as_large_as_it_may_be_is_kept(openai):
    metadata = {f"{n:02}" + "é" * 62: "é" * 512 for n in range(16)}

    assert openai.post("/conversations", {"metadata": metadata}).json()["metadata"] == metadata


def test_a_change_says_what_it_changes(openai, path):
    refused = openai.post(path, {})

    assert refused.status_code == 400
    assert refused.json()["error"] == {
        "message": "Missing required parameter: 'metadata'.",
        "type": "invalid_request_error",
        "param": "metadata",
        "code": "missing_required_parameter",
    }


def test_deleting_takes_everything_in_every_dialect(openai, house, path):
    item = openai.post(f"{path}/items", {"items": [{"role": "user", "content": "x"}]}).json()["data"][0]["id"]

    gone = openai("DELETE", path, raw=b"")  # with a content type and no body, as the SDKs send it

    assert gone.status_code == 200
    pk = path.rpartition("/")[2]
    assert gone.json() == {"id": pk, "object": "conversation.deleted", "deleted": True}
    for at in (path, f"{path}/items", f"{path}/items/{item}"):
        assert openai.get(at).status_code == 404
    assert openai.delete(path).status_code == 404
    assert house.get(path).status_code == 404
    assert AuditEvent.objects.filter(action="conversation.delete").count() == 1


def test_the_list_is_azure_s(openai, django_assert_num_queries):
    made = [openai.post("/conversations", {"metadata": {"n": str(n)}}).json() for n in range(5)]

    with django_assert_num_queries(2):  # the key, the rows
        listed = openai.get("/conversations?limit=2", **{"x-ms-user-isolation-key": "somebody"}).json()
    assert listed == {
        "object": "list",
        "data": [made[4], made[3]],
        "first_id": made[4]["id"],
        "last_id": made[3]["id"],
        "has_more": True,
    }
    with django_assert_num_queries(3):  # the key, where the cursor stands, the rows
        rest = openai.get(f"/conversations?limit=3&after={made[3]['id']}").json()
    assert rest["data"] == made[2::-1]
    assert rest["has_more"] is False
    assert openai.get("/conversations?order=asc").json()["data"] == made


def test_the_list_is_walked_back_too(openai):
    made = [openai.post("/conversations", {}).json()["id"] for _ in range(6)]

    def ids(query):
        page = openai.get(f"/conversations?{query}").json()
        return [row["id"] for row in page["data"]], page["has_more"]

    assert ids(f"limit=2&before={made[2]}") == ([made[4], made[3]], True)
    assert ids(f"limit=3&before={made[2]}") == ([made[5], made[4], made[3]], False)
    assert ids(f"order=asc&limit=2&before={made[4]}") == ([made[2], made[3]], True)


def test_nothing_to_list_has_empty_edges(openai):
    assert openai.get("/conversations").json() == {
        "object": "list",
        "data": [],
        "first_id": "",
        "last_id": "",
        "has_more": False,
    }


def test_a_walk_goes_on_behind_what_was_deleted_since(openai):
    made = [openai.post("/conversations", {}).json()["id"] for _ in range(4)]
    openai.delete(f"/conversations/{made[2]}")

    for query, found in ((f"after={made[2]}", made[1::-1]), (f"before={made[2]}", [made[3]])):
        assert [row["id"] for row in openai.get(f"/conversations?{query}").json()["data"]] == found


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ("limit=0", "limit", "integer_below_min_value"),
        ("limit=-1", "limit", "integer_below_min_value"),
        ("limit=101", "limit", "integer_above_max_value"),
        (f"limit={'9' * 500}", "limit", "integer_above_max_value"),
        ("limit=", "limit", "invalid_type"),
        ("limit=ten", "limit", "invalid_type"),
        ("limit=1_0", "limit", "invalid_type"),
        ("limit=%D9%A1", "limit", "invalid_type"),
        ("order=up", "order", "invalid_value"),
        ("after=conv_00000000000000000000000000", "after", "invalid_cursor"),
        ("after=x", "after", "invalid_cursor"),
        ("after=%00", "after", "invalid_cursor"),
        ("before=conv_00000000000000000000000000", "before", "invalid_cursor"),
        ("before=x", "before", "invalid_cursor"),
        ("before=x&after=y", "before", "invalid_value"),
    ],
)
def test_a_query_outside_its_bounds_is_refused(openai, query, param, code):
    refused = openai.get(f"/conversations?{query}")

    assert refused.status_code == 400
    assert (refused.json()["error"]["param"], refused.json()["error"]["code"]) == (param, code)


def test_strangers_find_nothing_and_their_cursors_are_none(openai, stranger, path):
    pk = path.rpartition("/")[2]
    theirs = stranger.post("/conversations", {}).json()["id"]

    for method, body in (("GET", None), ("POST", {"metadata": {}}), ("DELETE", None)):
        refused = stranger(method, path, body)
        assert refused.status_code == 404
        assert refused.json()["error"]["message"] == f"Conversation with id '{pk}' not found."
    assert [row["id"] for row in stranger.get("/conversations").json()["data"]] == [theirs]
    assert stranger.get(f"/conversations?after={pk}").json()["error"]["code"] == "invalid_cursor"
    assert openai.get(path).status_code == 200


def test_who_is_let_in_reads_and_does_not_write(program, bob, key_of, conversation):
    reader, path = program(key_of(bob), "/openai/v1"), f"/conversations/{conversation.typeid}"

    assert reader.get(path).status_code == 200
    assert len(reader.get(f"{path}/items").json()["data"]) == 2
    for refused in (
        reader.post(path, {"metadata": {}}),
        reader.delete(path),
        reader.post(f"{path}/items", {"items": [{"role": "user", "content": "x"}]}),
    ):
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "insufficient_permissions"
    assert reader.get("/conversations").json()["data"] == []
