"""Messages at /v3: adding, forking, editing in place, and reading all of them."""

import json
import uuid

import pytest

from conversations import limits
from conversations.models import Conversation

UNKNOWN = str(uuid.uuid4())
KEYS = {
    "role", "content", "name", "function_call", "tool_calls", "tool_call_id", "metadata", "structured_content",
    "image_url", "image_data",
}  # fmt: skip


def texts(answer):
    return [row["message"]["content"] for row in answer.json()["results"]]


def test_a_message_comes_back_as_it_was_stored(as_alice, thread):
    path, [question, _] = thread

    rows = as_alice.get(path).json()
    assert rows.keys() == {"results"}
    first, second = rows["results"]
    assert first["message"].keys() == KEYS
    assert (first["message"]["role"], first["message"]["content"]) == ("user", "Hello")
    assert (first["id"], first["metadata"], first["parent_id"]) == (question, {"k": "v"}, None)
    assert (second["metadata"], second["parent_id"]) == ({}, question)

    added = as_alice.post(f"{path}/messages", {"content": " \n", "role": "system", "metadata": {"a": ""}})
    assert added.status_code == 200
    assert added.json()["results"]["metadata"] == {"a": ""}
    assert as_alice.get(path).json()["results"][2] == added.json()["results"]


def test_an_empty_conversation_is_an_empty_list(as_alice):
    made = as_alice.post("/conversations", {}).json()["results"]["id"]

    assert as_alice.get(f"/conversations/{made}").json() == {"results": []}


def test_an_answer_to_what_has_one_forks_and_all_of_it_is_read(as_alice, thread):
    path, [question, _] = thread

    other = as_alice.post(f"{path}/messages", {"content": "Hey", "role": "assistant", "parent_id": question})
    alias = as_alice.post(f"{path}/messages", {"content": "Yo", "role": "assistant", "parentID": question})
    after = as_alice.post(f"{path}/messages", {"content": "Thanks", "role": "user"})

    assert other.json()["results"]["parent_id"] == alias.json()["results"]["parent_id"] == question
    assert after.json()["results"]["parent_id"] == alias.json()["results"]["id"]
    assert texts(as_alice.get(path)) == ["Hello", "Hi!", "Hey", "Yo", "Thanks"]
    assert texts(as_alice.get(f"{path}?view=active")) == ["Hello", "Yo", "Thanks"]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"content": "", "role": "user"}, 400, "Content cannot be empty"),
        ({"content": "x", "role": "tool"}, 400, "Invalid role"),
        ({"content": "x", "role": "function"}, 400, "Invalid role"),
        ({"content": "x", "role": "User"}, 400, "Invalid role"),
        ({}, 422, [("missing", ["body", "content"]), ("missing", ["body", "role"])]),
        ({"content": None, "role": 5}, 422, [("string_type", ["body", "content"]), ("string_type", ["body", "role"])]),
        ({"content": "x", "role": "user", "parent_id": "x"}, 422, [("uuid_parsing", ["body", "parent_id"])]),
        ({"content": "x", "role": "user", "parent_id": 5}, 422, [("uuid_type", ["body", "parent_id"])]),
        ({"content": "x", "role": "user", "metadata": {"a": 1}}, 422, [("string_type", ["body", "metadata", "a"])]),
        ({"content": "x", "role": "user", "metadata": "a"}, 422, [("dict_type", ["body", "metadata"])]),
        ({"content": "x" * (limits.TEXT + 1), "role": "user"}, 422, [("string_too_long", ["body", "content"])]),
    ],
)
def test_what_a_message_must_not_be(as_alice, thread, body, status, told):
    path, _ = thread

    refused = as_alice.post(f"{path}/messages", body)

    assert refused.status_code == status
    if status == 400:
        assert refused.json() == {"message": told, "error_type": "R2RException"}
    else:
        assert [(fault["type"], fault["loc"]) for fault in refused.json()["detail"]] == told
    assert Conversation.objects.get().message_count == 2


def test_a_parent_is_a_message_of_the_same_conversation(as_alice, thread):
    path, [question, _] = thread
    other = as_alice.post("/conversations", {}).json()["results"]["id"]
    words = {"content": "x", "role": "user"}

    for there, parent in ((path, UNKNOWN), (f"/conversations/{other}", question)):
        refused = as_alice.post(f"{there}/messages", words | {"parent_id": parent})
        assert refused.status_code == 404
        conversation = there.rpartition("/")[2]
        assert refused.json()["message"] == f"Parent message {parent} not found in conversation {conversation}."
    assert as_alice.post(f"{path}/messages", words | {"parent_id": None}).status_code == 200


def test_a_full_conversation_says_how_many_it_holds(as_alice, thread):
    Conversation.objects.update(message_count=limits.MESSAGES)

    refused = as_alice.post(f"{thread[0]}/messages", {"content": "x", "role": "user"})

    assert (refused.status_code, refused.json()["message"]) == (400, "Conversation is full: at most 10000 messages.")


def test_an_edit_keeps_the_place_and_the_words_it_replaced(as_alice, alice, thread):
    path, [question, _] = thread
    before = as_alice.get(path).json()["results"][0]

    as_alice.post(f"{path}/messages/{question}", {"content": "Hello again"})
    edited = as_alice.post(f"{path}/messages/{question}", {"content": "", "metadata": {"l": "w"}}).json()["results"]

    assert edited["message"]["content"] == ""
    assert {name: edited[name] for name in ("id", "parent_id", "created_at")} == {
        name: before[name] for name in ("id", "parent_id", "created_at")
    }
    metadata = edited["metadata"]
    assert {name: metadata[name] for name in ("k", "l", "edited", "edit_count")} == {
        "k": "v", "l": "w", "edited": True, "edit_count": 2,
    }  # fmt: skip
    assert [entry["content"] for entry in metadata["edit_history"]] == ["Hello", "Hello again"]
    assert {entry["edited_by"] for entry in metadata["edit_history"]} == {str(alice.pk)}
    assert all(len(entry["edited_at"]) == 27 for entry in metadata["edit_history"])
    assert as_alice.get(path).json()["results"][0] == edited


@pytest.mark.parametrize("body", [{}, {"content": None}, {"metadata": {"x": "y"}}, None])
def test_an_edit_without_words_keeps_them_and_says_that_it_was_none(as_alice, thread, body):
    path, [question, _] = thread

    kept = as_alice.post(f"{path}/messages/{question}", body).json()["results"]

    assert kept["message"]["content"] == "Hello"
    assert kept["metadata"] == {"k": "v", "edited": False} | ((body or {}).get("metadata") or {})
    as_alice.post(f"{path}/messages/{question}", {"content": "Other"})
    again = as_alice.post(f"{path}/messages/{question}", body).json()["results"]
    assert (again["metadata"]["edited"], again["metadata"]["edit_count"]) == (True, 1)


def test_an_edit_to_the_same_words_is_one_that_changed_nothing(as_alice, thread):
    path, [question, _] = thread

    same = as_alice.post(f"{path}/messages/{question}", {"content": "Hello"}).json()["results"]["metadata"]

    assert same == {"k": "v", "edited": True, "edit_count": 0, "edit_history": []}


def test_what_the_server_says_of_edits_is_not_the_client_s_to_say(as_alice, thread):
    path, [question, _] = thread
    lies = {"edited": "no", "edit_count": "9", "edit_history": "none"}

    added = as_alice.post(f"{path}/messages", {"content": "x", "role": "user", "metadata": lies | {"a": "b"}})
    edited = as_alice.post(f"{path}/messages/{question}", {"content": "New", "metadata": lies}).json()["results"]

    assert added.json()["results"]["metadata"] == {"a": "b"}
    assert (edited["metadata"]["edited"], edited["metadata"]["edit_count"]) == (True, 1)


def test_an_edit_made_elsewhere_is_in_the_history_and_only_its_newest_twenty_are_shown(as_alice, thread, program):
    path, [question, _] = thread
    elsewhere, conversation = program(as_alice.secret), Conversation.objects.get()
    message = conversation.messages.get(pk=question)
    for n in range(25):
        address = f"/conversations/{conversation.typeid}/items/{message.typeid}/edit"
        assert elsewhere.put(address, {"content": f"Version {n}"}).status_code == 200

    metadata = as_alice.get(path).json()["results"][0]["metadata"]

    assert metadata["edit_count"] == 25
    assert [entry["content"] for entry in metadata["edit_history"]] == [f"Version {n}" for n in range(4, 24)]


def test_an_unknown_message_is_not_found_also_when_it_is_another_conversation_s(as_alice, thread):
    path, [question, _] = thread
    other = as_alice.post("/conversations", {}).json()["results"]["id"]

    for address, message in ((path, UNKNOWN), (f"/conversations/{other}", question)):
        refused = as_alice.post(f"{address}/messages/{message}", {"content": "x"})
        assert (refused.status_code, refused.json()["message"]) == (404, f"Message {message} not found.")
    assert as_alice.post(f"{path}/messages/x", {}).json()["detail"][0]["loc"] == ["path", "message_id"]
    assert as_alice.post(f"{path}/messages/{question}", {"metadata": {"a": 1}}).status_code == 422


def test_metadata_of_a_message_stays_within_its_limit_when_it_is_merged(as_alice, thread):
    path, [question, _] = thread
    for name in ("a", "b"):
        answer = as_alice.post(f"{path}/messages/{question}", {"metadata": {name: "x" * 40_000}})

    assert (answer.status_code, answer.json()["message"]) == (400, "Metadata is at most 64 KiB of JSON.")


def test_deleting_a_message_joins_what_followed_to_what_came_before(as_alice, thread):
    path, [question, answer] = thread
    third = as_alice.post(f"{path}/messages", {"content": "Thanks", "role": "user"}).json()["results"]["id"]

    assert as_alice.delete(f"{path}/messages/{answer}").json() == {"results": {"success": True}}

    rows = as_alice.get(path).json()["results"]
    assert [(row["id"], row["parent_id"]) for row in rows] == [(question, None), (third, question)]
    assert as_alice.delete(f"{path}/messages/{answer}").status_code == 404


def test_a_thread_is_read_by_branch_by_depth_and_by_pages(as_alice, thread):
    path, [question, _] = thread
    as_alice.post(f"{path}/messages", {"content": "Hey", "role": "assistant", "parent_id": question})
    branches = {branch.name: str(branch.pk) for branch in Conversation.objects.get().branches.all()}
    [backup] = [pk for name, pk in branches.items() if name != "MAIN"]

    threaded = as_alice.get(f"{path}?view=threaded").json()["results"]
    assert [(row["message"]["content"], row["depth"]) for row in threaded] == [("Hello", 0), ("Hi!", 1), ("Hey", 0)]
    assert texts(as_alice.get(f"{path}?branch_id={backup}")) == ["Hello", "Hi!"]
    assert texts(as_alice.get(f"{path}?branch_id={UNKNOWN}")) == []
    page = as_alice.get(f"{path}?offset=1&limit=1").json()
    assert (texts(as_alice.get(f"{path}?offset=1&limit=1")), page["total_entries"]) == (["Hi!"], 3)
    for query in ("view=sideways", "branch_id=x", "offset=-1", "limit=0", "limit=1001"):
        assert as_alice.get(f"{path}?{query}").status_code == 422


def test_what_other_dialects_wrote_is_shown_as_their_clients_can_read_it(as_alice, program):
    everywhere = program(as_alice.secret)
    items = [
        {"role": "user", "content": [
            {"type": "text", "text": "Look"}, {"type": "text", "text": "here"},
            {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        ]},
        {"type": "function_call", "call_id": "c1", "name": "lookup", "arguments": '{"q":1}'},
        {"type": "function_call_output", "call_id": "c1", "output": "found"},
        {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "Hm."}]},
        {"role": "developer", "content": "Be brief"},
    ]  # fmt: skip
    everywhere.post("/conversations", {"items": items})

    rows = as_alice.get(f"/conversations/{Conversation.objects.get().pk}").json()["results"]

    words = [row["message"] for row in rows]
    assert all(each.keys() == KEYS for each in words)
    assert (words[0]["content"], words[0]["image_url"]) == ("Look\nhere", "https://example.org/a.png")
    assert (words[1]["role"], words[1]["content"]) == ("assistant", None)
    call = {"id": "c1", "type": "function", "function": {"name": "lookup", "arguments": '{"q":1}'}}
    assert words[1]["tool_calls"] == [call]
    assert [words[2][name] for name in ("role", "content", "tool_call_id")] == ["tool", "found", "c1"]
    assert words[3]["role"] == "assistant"
    assert words[3]["structured_content"][0]["type"] == "reasoning"
    assert words[4]["role"] == "developer"


def test_a_long_conversation_is_sent_in_the_memory_of_a_few_messages(as_alice, alice, django_assert_max_num_queries):
    conversation = Conversation.objects.start(alice)
    conversation.append_all([{"role": "user", "text": f"Number {n}"} for n in range(1_050)])

    as_alice.get("/conversations")  # the first use of a key is noted and counted

    with django_assert_max_num_queries(7):  # key, row, tree, sizes, and three portions
        answer = as_alice.get(f"/conversations/{conversation.pk}")
        content = answer.getvalue()

    assert answer.streaming
    rows = json.loads(content)["results"]
    assert [row["message"]["content"] for row in rows] == [f"Number {n}" for n in range(1_050)]
    page = json.loads(as_alice.get(f"/conversations/{conversation.pk}?offset=10").getvalue())
    assert (len(page["results"]), page["total_entries"]) == (1_040, 1_050)
