"""The conversations of /v3, row by row of what R2R's documentation promises."""

import uuid

import pytest

from accounts.models import AuditEvent
from conversations.models import Conversation, Grant

UNKNOWN = str(uuid.uuid4())


def test_a_conversation_may_begin_with_a_name_with_nothing_or_without_a_body(as_alice, alice):
    named = as_alice.post("/conversations", {"name": "Planning"})
    assert named.status_code == 200
    made = named.json()["results"]
    assert made["name"] == "Planning"
    assert made["user_id"] == str(alice.pk)
    assert uuid.UUID(made["id"]) == Conversation.objects.get().pk
    assert made["created_at"].endswith("Z")
    assert len(made["created_at"]) == 27
    assert (made["metadata"], made["description"], made["message_count"]) == ({}, None, 0)

    for body in ({}, {"name": ""}, {"name": None}):
        assert as_alice.post("/conversations", body).json()["results"]["name"] is None
    assert as_alice("POST", "/conversations", raw=b"").json()["results"]["name"] is None


def test_a_list_is_newest_first_and_counts_all_of_it(as_alice, django_assert_num_queries):
    made = [as_alice.post("/conversations", {"name": f"N{n}"}).json()["results"]["id"] for n in range(5)]

    with django_assert_num_queries(4):  # the key, whether others let her in, the rows, how many there are
        page = as_alice.get("/conversations?offset=1&limit=2").json()
    assert [row["id"] for row in page["results"]] == made[::-1][1:3]
    assert page["total_entries"] == 5
    with django_assert_num_queries(3):  # the same without their number: these are all of them
        assert as_alice.get("/conversations").json()["total_entries"] == 5

    assert as_alice.get("/conversations?offset=9").json() == {"results": [], "total_entries": 5}


def test_a_list_may_name_its_rows_and_leaves_out_what_is_not_the_caller_s(as_alice, as_charlie):
    mine = [as_alice.post("/conversations", {}).json()["results"]["id"] for _ in range(3)]
    foreign = as_charlie.post("/conversations", {}).json()["results"]["id"]

    page = as_alice.get(f"/conversations?ids={mine[0]}&ids={mine[2]}&ids={foreign}&ids={UNKNOWN}").json()

    assert [row["id"] for row in page["results"]] == [mine[2], mine[0]]
    assert page["total_entries"] == 2


@pytest.mark.parametrize(
    ("query", "kind", "place"),
    [
        ("limit=0", "greater_than_equal", ["query", "limit"]),
        ("limit=1001", "less_than_equal", ["query", "limit"]),
        ("limit=", "int_parsing", ["query", "limit"]),
        ("offset=-1", "greater_than_equal", ["query", "offset"]),
        ("offset=", "int_parsing", ["query", "offset"]),
        ("offset=1_0", "int_parsing", ["query", "offset"]),
        ("ids=x", "uuid_parsing", ["query", "ids", 0]),
        ("name=%00", "value_error", ["query", "name"]),
        ("created_after=yesterday", "value_error", ["query", "created_after"]),
        ("metadata_value=x", "missing", ["query", "metadata_key"]),
    ],
)
def test_what_a_query_must_not_say_is_told_with_its_place(as_alice, query, kind, place):
    refused = as_alice.get(f"/conversations?{query}")

    assert refused.status_code == 422
    [fault] = refused.json()["detail"]
    assert (fault["type"], fault["loc"]) == (kind, place)
    assert fault["msg"]


def test_everything_that_is_wrong_is_told_at_once(as_alice):
    detail = as_alice.get("/conversations?limit=0&offset=-1&ids=a&ids=b").json()["detail"]

    assert [fault["loc"] for fault in detail] == [
        ["query", "offset"], ["query", "limit"], ["query", "ids", 0], ["query", "ids", 1],
    ]  # fmt: skip
    assert (detail[0]["ctx"], detail[0]["input"]) == ({"ge": 0}, "-1")


def test_a_list_is_narrowed_by_name_time_metadata_and_owner(as_alice, as_root, alice, root):
    as_alice.post("/conversations", {"name": "Trip to Rome", "metadata": {"tag": "travel", "n": 1}})
    as_alice.post("/conversations", {"name": "Groceries", "metadata": {"tag": "home"}})
    as_root.post("/conversations", {"name": "House rules"})

    def named(program, query):
        return [row["name"] for row in program.get(f"/conversations?{query}").json()["results"]]

    assert named(as_alice, "name=rome") == ["Trip to Rome"]
    assert named(as_alice, "metadata_key=tag&metadata_value=home") == ["Groceries"]
    assert named(as_alice, "metadata_key=n") == ["Trip to Rome"]
    assert named(as_alice, "created_before=2020-01-01") == named(as_alice, "created_before=0001-01-01") == []
    assert len(named(as_alice, "created_after=2020-01-01T00:00:00")) == 2
    assert len(named(as_alice, "created_before=9999-12-31T23:59:59-05:00")) == 2
    assert named(as_root, f"user_ids={root.pk}") == ["House rules"]
    assert len(named(as_root, f"user_ids={alice.pk}&user_ids={root.pk}")) == 3
    assert len(named(as_alice, f"user_ids={alice.pk}")) == 2
    assert as_alice.get(f"/conversations?user_ids={root.pk}").status_code == 403


def test_a_rename_may_say_nothing_but_must_say_it(as_alice, thread):
    path, _ = thread

    renamed = as_alice.post(path, {"name": "New"}).json()["results"]
    assert (renamed["name"], renamed["message_count"]) == ("New", 2)
    assert as_alice.post(path, {"name": ""}).json()["results"]["name"] == ""
    for body in ({}, {"other": 1}):
        refused = as_alice.post(path, body)
        assert refused.status_code == 422
        assert refused.json() == {
            "detail": [{"type": "missing", "loc": ["body", "name"], "msg": "Field required", "input": None}]
        }
    assert as_alice.post(path, {"name": None}).json()["detail"][0]["type"] == "string_type"


def test_description_and_metadata_stand_beside_the_name_and_may_come_without_it(as_alice, thread):
    path, _ = thread

    told = as_alice.post(path, {"description": "Of the year", "metadata": {"tags": ["a", 1]}}).json()["results"]
    assert (told["name"], told["description"], told["metadata"]) == ("Planning", "Of the year", {"tags": ["a", 1]})
    assert as_alice.post(path, {"metadata": {"b": None}}).json()["results"]["metadata"] == {"b": None}
    assert as_alice.post(path, {"metadata": {}}).json()["results"]["metadata"] == {}


@pytest.mark.parametrize("method", ["/conversations", "{path}"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"name": 5}, "string_type"),
        ({"name": "x" * 257}, "string_too_long"),
        ({"name": "x", "metadata": []}, "dict_type"),
        ({"name": "x", "metadata": {"a": "x" * 70_000}}, "value_error"),
        ([], "dict_type"),
        ("x", "dict_type"),
    ],
)
def test_a_name_is_a_string_of_256_characters(as_alice, thread, method, body, kind):
    refused = as_alice.post(method.format(path=thread[0]), body)

    assert refused.status_code == 422
    assert refused.json()["detail"][0]["type"] == kind


@pytest.mark.parametrize(
    ("raw", "kind", "place"),
    [
        (b"{", "json_invalid", ["body", 1]),
        (b'{"name": "a\\u0000b"}', "value_error", ["body"]),
        (b'{"name": "\\ud800"}', "value_error", ["body"]),
        (b"\xff", "value_error", ["body"]),
        (b"[" * 2_000, "value_error", ["body"]),
    ],
)
def test_what_is_no_clean_json_is_422(as_alice, raw, kind, place):
    refused = as_alice("POST", "/conversations", raw=raw)

    assert refused.status_code == 422
    assert (refused.json()["detail"][0]["type"], refused.json()["detail"][0]["loc"]) == (kind, place)


def test_what_is_deleted_is_gone_at_every_prefix(as_alice, alice, thread, program, typeid):
    path, _ = thread
    everywhere = program(as_alice.secret)
    conversation = Conversation.objects.get()
    assert everywhere.get(f"/conversations/{typeid(conversation)}").json()["items"][0]["content"] == "Hello"

    assert as_alice.delete(path).json() == {"results": {"success": True}}

    assert everywhere.get(f"/conversations/{typeid(conversation)}").status_code == 404
    gone = as_alice.get(path)
    assert (gone.status_code, gone.json()) == (
        404,
        {"message": f"Conversation {conversation.pk} not found.", "error_type": "R2RException"},
    )


CALLS = [
    ("GET", "", None),
    ("POST", "", {"name": "Mine"}),
    ("DELETE", "", None),
    ("POST", "/messages", {"content": "Hi", "role": "user"}),
    ("POST", "/messages/{message}", {"content": "Hi"}),
    ("DELETE", "/messages/{message}", None),
]


@pytest.mark.parametrize(("method", "rest", "body"), CALLS)
def test_a_stranger_is_told_what_an_unknown_id_is_told(as_charlie, thread, method, rest, body):
    path, [message, _] = thread
    rest = rest.format(message=message)

    foreign = as_charlie(method, f"{path}{rest}", body)
    unknown = as_charlie(method, f"/conversations/{UNKNOWN}{rest}", body)

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.json()["message"] == f"Conversation {path.rpartition('/')[2]} not found."
    assert unknown.json() == {"message": f"Conversation {UNKNOWN} not found.", "error_type": "R2RException"}


@pytest.mark.parametrize(("method", "rest", "body"), CALLS)
def test_whoever_may_only_read_reads_and_finds_nothing_to_write_to(as_bob, bob, alice, thread, method, rest, body):
    path, [message, _] = thread
    Grant.objects.create(conversation=Conversation.objects.get(), user=bob, granted_by=alice)

    answer = as_bob(method, path + rest.format(message=message), body)

    assert answer.status_code == (200 if method == "GET" else 404)
    assert as_bob.get("/conversations").json()["total_entries"] == 1
    assert Conversation.objects.get().message_count == 2


def test_a_superuser_reaches_the_workspace_here_and_nowhere_else(as_root, as_charlie, root, thread, program):
    path, [message, _] = thread
    foreign = as_charlie.post("/conversations", {}).json()["results"]["id"]

    assert as_root.get("/conversations").json()["total_entries"] == 1
    assert len(as_root.get(path).json()["results"]) == 2
    assert as_root.post(path, {"name": "Tidied"}).json()["results"]["name"] == "Tidied"
    assert as_root.post(f"{path}/messages/{message}", {"content": "Hello!"}).status_code == 200
    assert as_root.get(f"/conversations/{foreign}").status_code == 404
    assert program(as_root.secret).get("/conversations").json()["total"] == 0

    told = AuditEvent.objects.filter(actor_id=root.pk).order_by("created_at").values_list("action", flat=True)
    assert list(told) == ["conversation.read", "conversation.change", "conversation.change"]
    assert as_root.delete(path).status_code == 200
    assert AuditEvent.objects.filter(actor_id=root.pk, action="conversation.delete").exists()


@pytest.mark.parametrize(("method", "rest", "body"), CALLS)
@pytest.mark.parametrize("spelled", ["x", "conv_01jj1hdhn7f9ts7a01wb3hysdb", "1234", "x" * 500, "é"])
def test_what_is_no_uuid_is_no_id(as_alice, method, rest, body, spelled):
    answer = as_alice(method, f"/conversations/{spelled}{rest.format(message=UNKNOWN)}", body)

    assert answer.status_code == 422
    [fault] = answer.json()["detail"]
    assert (fault["type"], fault["loc"], fault["input"]) == ("uuid_parsing", ["path", "id"], spelled)
    assert fault["msg"].startswith("Input should be a valid UUID, ")
    assert fault["ctx"]["error"] in fault["msg"]
