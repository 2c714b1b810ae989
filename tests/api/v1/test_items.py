import pytest

from conversations import limits
from conversations.erasure import Erasure
from conversations.models import Conversation


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


@pytest.fixture
def ids(as_alice, path):
    """Of the conversation's items, oldest first."""
    return [item["id"] for item in as_alice.get(f"{path}/items?order=asc").json()["data"]]


def test_a_branch_is_listed_newest_first_in_the_full_form(as_alice, path, django_assert_num_queries):
    as_alice.get(path)  # the first request of a minute is counted, and notes that the key is used
    with django_assert_num_queries(4):  # the key, the conversation with its branch, the tree, the items
        listed = as_alice.get(f"{path}/items").json()

    newest, oldest = listed["data"]
    assert newest["content"][0]["type"] == "text"
    assert (newest["sequence_number"], oldest["sequence_number"]) == (2, 1)
    assert newest["parent_id"] == oldest["id"]
    assert oldest["content"][0]["input_text"] == oldest["text"] == "Which telescope should a beginner buy?"
    assert (listed["total"], listed["has_more"]) == (2, False)


def test_what_somebody_else_than_the_owner_wrote_says_who(as_alice, as_bob, alice, bob, conversation, path):
    conversation.people.let_in(bob, "editor", by=alice)
    his = {"id": bob.typeid, "name": "Bob"}
    made = as_bob.post(f"{path}/items", {"role": "user", "content": "His"}).json()
    assert made["author"] == his
    assert "author" not in as_bob.post(f"{path}/items", {"role": "assistant", "content": "A model’s"}).json()
    assert "author" not in as_alice.post(f"{path}/items", {"role": "user", "content": "Hers"}).json()

    def told(items):
        return [(item["role"], item.get("author")) for item in items]

    written = [("user", None), ("assistant", None), ("user", his), ("assistant", None), ("user", None)]
    for program in (as_alice, as_bob):
        assert told(program.get(path).json()["items"]) == written
        assert told(program.get(f"{path}/items?order=asc").json()["data"]) == written
        assert program.get(f"{path}/items/{made['id']}").json()["author"] == his

    conversation.hand_over(bob, by=alice)
    hers = {"id": alice.typeid, "name": "Alice"}
    handed = [("user", hers), ("assistant", None), ("user", None), ("assistant", None), ("user", hers)]
    assert told(as_bob.get(path).json()["items"]) == handed


def test_who_is_gone_has_no_name(as_alice, as_bob, alice, bob, conversation, path):
    conversation.people.let_in(bob, "editor", by=alice)
    as_bob.post(f"{path}/items", {"role": "user", "content": "His"})
    gone = bob.typeid
    Erasure(bob).run()

    assert as_alice.get(f"{path}/items").json()["data"][0]["author"] == {"id": gone}


def test_either_form_can_be_asked_for(as_alice, path):
    assert isinstance(as_alice.get(f"{path}/items?content=text").json()["data"][0]["content"], str)
    assert isinstance(as_alice.get(f"{path}?content=parts").json()["items"][0]["content"], list)


def test_a_long_conversation_comes_in_pages_both_ways(as_alice, path):
    as_alice.post(f"{path}/items", {"items": [{"role": "user", "content": str(n)} for n in range(3, 31)]})

    forth, after = [], ""
    while after is not None:
        page = as_alice.get(f"{path}?items_limit=7&items_after={after}").json()
        forth += page["items"]
        after = page["items_next_after"]
    assert [item["sequence_number"] for item in forth] == list(range(1, 31))

    back, after = [], ""
    while after is not None:
        page = as_alice.get(f"{path}/items?limit=7&after={after}").json()
        back += page["data"]
        after = page["next_after"]
    assert [item["id"] for item in back] == [item["id"] for item in forth][::-1]


def test_what_a_client_sends_comes_back(as_alice, path):
    sent = {
        "id": "client-1",
        "role": "assistant",
        "call_id": "call_7",
        "model": "gpt-5",
        "metadata": {"mood": "dry"},
        "created_at": "2024-02-03T04:05:06Z",
        "content": [
            {"type": "reasoning_text", "text": "Think."},
            {"type": "output_text", "text": {"text": "One. "}},
            {"type": "text", "text": "Two."},
            {"type": "image", "image": {"url": "https://example.org/a.png"}},
            {"type": "tool_calls", "tool_calls": [{"id": "call_7", "type": "function"}]},
        ],
    }
    item = as_alice.post(f"{path}/items", {"items": [sent]}).json()["data"][0]

    assert (item["id"], item["call_id"], item["model"], item["metadata"]) == (
        "client-1",
        "call_7",
        "gpt-5",
        {"mood": "dry"},
    )
    assert item["created_at"] == "2024-02-03T04:05:06.000000Z"
    assert item["text"] == "One. \nTwo."
    assert item["content"][0] == {"type": "reasoning_text", "text": "Think.", "reasoning_text": "Think."}
    assert item["content"][1] == {"type": "text", "text": "One. "}
    assert item["content"][3:] == sent["content"][3:]
    assert item["tool_calls"] == [{"id": "call_7", "type": "function"}]
    assert as_alice.get(f"{path}/items/client-1").json()["id"] == "client-1"


def test_text_is_kept_byte_for_byte(as_alice, path):
    text = "  \n\tspaces, a CRLF\r\n, é as e\u0301, and a zero-width\u200b joiner \n "

    assert as_alice.post(f"{path}/items", {"role": "user", "content": text}).json()["content"] == text


def test_an_append_to_ones_own_is_one_statement(as_alice, path, django_assert_num_queries):
    as_alice.get(path)  # the first request of a minute is counted, and notes that the key is used
    with django_assert_num_queries(1):  # the message, if the key is still good
        added = as_alice.post(f"{path}/items", {"role": "user", "content": "And a tripod?"}).json()

    assert (added["branch"], added["sequence_number"]) == ("MAIN", 3)
    assert added == as_alice.get(f"{path}/items/{added['id']}?content=text").json()


def test_others_append_where_they_were_let_in_to_write(as_alice, as_bob, as_charlie, path, conversation, bob, charlie):
    item = {"role": "user", "content": "And a tripod?"}
    assert as_charlie.post(f"{path}/items", item).status_code == 404
    assert as_bob.post(f"{path}/items", item).status_code == 403  # of the project, to read

    conversation.people.let_in(bob, "editor", by=conversation.owner)
    assert as_bob.post(f"{path}/items", item).json()["sequence_number"] == 3

    conversation.owner.workspace = charlie.workspace  # whoever moves leaves behind what they wrote
    conversation.owner.save(update_fields=["workspace"])
    assert as_alice.post(f"{path}/items", item).status_code == 404
    assert conversation.messages.count() == 3


def test_an_item_that_goes_to_another_branch_tells_which(as_alice, path, ids):
    as_alice.post(f"{path}/branches", {"name": "side", "fork_from_item_id": ids[0]})
    as_alice.post(f"{path}/branches/side/activate")

    added = as_alice.post(f"{path}/items", {"role": "assistant", "content": "None."}).json()

    assert (added["branch"], added["sequence_number"], added["parent_id"]) == ("side", 2, ids[0])


def test_what_is_refused_for_its_form_is_not_stored(as_alice, path, conversation):
    refused = as_alice.post(f"{path}/items?content=x", {"role": "user", "content": "y"})
    assert (refused.status_code, refused.json()["message"]) == (400, "content must be one of: text, parts.")
    assert as_alice.post(f"{path}/items?content=x", {"items": [{"role": "user", "content": "y"}]}).status_code == 400
    assert conversation.messages.count() == 2


def test_an_id_is_used_once(as_alice, path):
    assert as_alice.post(f"{path}/items", {"id": "mine", "role": "user", "content": "x"}).status_code == 201

    again = as_alice.post(f"{path}/items", {"id": "mine", "role": "user", "content": "y"})

    assert (again.status_code, again.json()["code"]) == (400, "duplicate_item_id")


def test_a_full_conversation_refuses_the_whole_request(as_alice, path, conversation):
    Conversation.objects.filter(pk=conversation.pk).update(message_count=limits.MESSAGES - 1)

    refused = as_alice.post(f"{path}/items", {"items": [{"role": "user", "content": "x"}] * 2})

    assert (refused.status_code, refused.json()["code"]) == (400, "conversation_full")
    assert refused.json()["message"] == "Conversation is full: at most 10,000 messages."
    assert conversation.messages.count() == 2


def test_answering_an_older_item_forks(as_alice, path, ids):
    answer = as_alice.post(
        f"{path}/items", {"role": "assistant", "content": "A refractor.", "parent_id": ids[0]}
    ).json()

    assert (answer["branch"], answer["sequence_number"], answer["parent_id"]) == ("MAIN", 2, ids[0])
    names = [branch["name"] for branch in as_alice.get(f"{path}/branches").json()["data"]]
    assert len(names) == 2
    assert "MAIN" in names
    backup = next(name for name in names if name != "MAIN")
    assert [item["id"] for item in as_alice.get(f"{path}/items?branch={backup}&order=asc").json()["data"]] == ids
    assert as_alice.get(f"{path}/items?branch=none").json()["data"] == []


def test_a_foreign_parent_is_not_found(as_alice, as_charlie, path):
    other = as_charlie.post("/conversations", {"items": [{"role": "user", "content": "x"}]}).json()["id"]
    foreign = as_charlie.get(f"/conversations/{other}").json()["items"][0]["id"]

    answer = {"role": "user", "content": "y", "parent_id": foreign}
    for body in (answer, {"items": [answer]}):
        refused = as_alice.post(f"{path}/items", body)
        assert (refused.status_code, refused.json()["code"]) == (404, "item_not_found")
        assert refused.json()["message"] == "parent_id names no item of this conversation."


def test_an_edit_in_place_keeps_the_id_and_what_it_said(as_alice, path, ids, alice, typeid):
    edited = as_alice.put(f"{path}/items/{ids[0]}/edit", {"content": "Which telescope?"})

    assert edited.status_code == 200
    assert (edited.json()["id"], edited.json()["content"], edited.json()["version"]) == (ids[0], "Which telescope?", 2)
    assert "edited_at" in edited.json()
    versions = as_alice.get(f"{path}/items/{ids[0]}/versions").json()["data"]
    assert [v["content"] for v in versions] == ["Which telescope should a beginner buy?", "Which telescope?"]
    assert versions[1]["edited_by"] == typeid(alice)
    assert "edited_by" not in versions[0]


def test_a_stale_edit_is_refused(as_alice, path, ids):
    etag = as_alice.get(f"{path}/items/{ids[0]}")["ETag"]
    as_alice.put(f"{path}/items/{ids[0]}/edit", {"content": "One"}, If_Match=etag)

    stale = as_alice.put(f"{path}/items/{ids[0]}/edit", {"content": "Two"}, If_Match=etag)

    assert stale.status_code == 412
    assert as_alice.get(f"{path}/items/{ids[0]}").json()["text"] == "One"


def test_an_edit_as_a_branch_keeps_everything(as_alice, path, ids):
    answer = as_alice.post(f"{path}/items/{ids[0]}/edit", {"content": "Which binoculars?", "regenerate": True}).json()

    assert (answer["branch"], answer["branch_created"]) == ("MAIN", True)
    assert answer["user_item"]["text"] == "Which binoculars?"
    assert answer["new_branch"]["item_count"] == 1
    assert as_alice.get(f"{path}/branches/{answer['old_main_backup']}").json()["item_count"] == 2


def test_deleting_an_item_joins_what_followed(as_alice, path, ids):
    third = as_alice.post(f"{path}/items", {"role": "user", "content": "Why?"}).json()["id"]

    assert as_alice.delete(f"{path}/items/{ids[1]}").json()["deleted"] is True

    assert as_alice.get(f"{path}/items/{third}").json()["parent_id"] == ids[0]
    behind = as_alice.get(f"{path}/items?after={ids[1]}").json()["data"]
    assert [item["id"] for item in behind] == [ids[0]]


def test_a_call_takes_its_result(as_alice, path):
    as_alice.post(f"{path}/items", {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}"})

    done = as_alice.patch(f"{path}/items/by-call-id/c1", {"status": "completed", "output": {"sum": 4}}).json()

    assert (done["status"], done["output"], done["arguments"], done["name"]) == ("completed", {"sum": 4}, "{}", "add")
    assert "completed_at" in done
    assert as_alice.get(f"{path}/items?call_id=c1").json()["data"][0]["id"] == done["id"]
    assert as_alice.patch(f"{path}/items/by-call-id/c2", {"status": "failed"}).status_code == 404


def test_whoever_waits_for_what_comes_of_a_call_is_told(as_alice, path):
    call = {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}", "status": "calling"}
    item = f"{path}/items/{as_alice.post(f'{path}/items', call).json()['id']}"
    asked = as_alice.get(item)

    as_alice.patch(f"{path}/items/by-call-id/c1", {"status": "completed", "output": 4})

    again = as_alice.get(item, If_None_Match=asked["ETag"])
    assert (again.status_code, again.json()["status"]) == (200, "completed")
    assert as_alice.get(item, If_None_Match=again["ETag"]).status_code == 304


def test_who_edits_what_they_read_is_not_stopped_by_what_changed_around_it(as_alice, path):
    made = as_alice.post(f"{path}/items", {"role": "user", "content": "Hello"})
    item = f"{path}/items/{made.json()['id']}"
    read = as_alice.get(item)["ETag"]
    as_alice.post(f"{path}/branches", {"name": "side"})
    as_alice.post(f"{path}/branches/side/activate")

    assert as_alice.get(item, If_None_Match=read).status_code == 200  # on another branch now
    edited = as_alice.put(f"{item}/edit", {"content": "Good morning"}, If_Match=read)
    assert edited.status_code == 200
    for stale in (read, made["ETag"]):
        assert as_alice.put(f"{item}/edit", {"content": "Good night"}, If_Match=stale).status_code == 412
    assert as_alice.put(f"{item}/edit", {"content": "Good night"}, If_Match=edited["ETag"]).status_code == 200


def test_several_items_cost_what_one_does(as_alice, path, django_assert_num_queries):
    calls = [{"role": "tool", "content": str(n), "call_id": "c1"} for n in range(9)]
    as_alice.post(f"{path}/items", {"items": calls})

    with django_assert_num_queries(7):  # the key, the door, the ids, the row again and its branch, the items, the tree
        assert len(as_alice.get(f"{path}/items?call_id=c1").json()["data"]) == 9


@pytest.mark.parametrize("output", ["", 0, False, [], {}])
def test_nothing_is_a_result_too(as_alice, path, output):
    made = as_alice.post(f"{path}/items", {"type": "function_call_output", "call_id": "c1", "output": output}).json()

    assert made["output"] == output
    assert as_alice.get(f"{path}/items/{made['id']}").json()["output"] == output


def test_words_that_are_none_are_not_taken_for_reasoning(as_alice, path):
    thought = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}

    [part] = as_alice.post(f"{path}/items", {"role": "assistant", "content": [thought]}).json()["parts"]

    assert part == thought | {"type": "reasoning_text", "text": "", "reasoning_text": ""}


def test_what_belongs_to_a_call_is_walked_as_any_list(as_alice, path):
    calls = [{"role": "tool", "content": str(n), "call_id": "c1"} for n in range(5)]
    as_alice.post(f"{path}/items", {"items": [*calls, {"role": "user", "content": "between"}, calls[0]]})

    first = as_alice.get(f"{path}/items?call_id=c1&limit=4&content=text").json()
    rest = as_alice.get(f"{path}/items?call_id=c1&limit=4&content=text&after={first['next_after']}").json()

    assert [item["content"] for item in first["data"] + rest["data"]] == ["0", "4", "3", "2", "1", "0"]
    assert (first["has_more"], rest["has_more"], rest["total"]) == (True, False, 6)
    oldest = as_alice.get(f"{path}/items?call_id=c1&limit=1&content=text&order=asc").json()
    assert [item["content"] for item in oldest["data"]] == ["0"]
    assert as_alice.get(f"{path}/items?call_id=c1&after=x").json()["code"] == "invalid_cursor"


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"content": "x"}, "role is missing."),
        ({"role": "user"}, "content must not be empty."),
        ({"role": "user", "content": ""}, "content must not be empty."),
        ({"role": "user", "content": 5}, "content must be a string or 1 to 100 parts."),
        ({"role": "user", "content": ["x"]}, "content[0] must be an object with a type."),
        ({"role": "user", "content": [{"type": "text"}]}, "content[0].text must be a string."),
        (
            {"role": "user", "content": [{"type": "tool_calls", "tool_calls": "f"}]},
            "content[0].tool_calls must be a list.",
        ),
        ({"role": "user", "content": [{"type": "fields", "arguments": 5}]}, "content[0].type is none for a part"),
        ({"role": "user", "content": "x", "id": "a b"}, "id must be 1 to 128 of A–Z a–z 0–9 _ - . :"),
        ({"role": "user", "content": "x", "created_at": "yesterday"}, "created_at must be a time like"),
        ({"role": "user", "content": "x" * 1_000_001}, "content must be at most 1,000,000 characters long."),
        ({"role": "user", "content": "x", "metadata": []}, "metadata must be an object."),
        ([], "The body must be an object."),
    ],
)
def test_what_is_wrong_is_named(as_alice, path, item, message):
    refused = as_alice.post(f"{path}/items", item)

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert refused.json()["message"].startswith(message)


def test_without_a_model_nothing_is_asked_again_and_nothing_changes(as_alice, path, ids):
    refused = as_alice.post(f"{path}/items/{ids[1]}/regenerate")

    assert (refused.status_code, refused.json()["code"]) == (503, "model_not_configured")
    assert len(as_alice.get(f"{path}/branches").json()["data"]) == 1
    assert as_alice.post(f"{path}/items/nothing/regenerate").status_code == 404


def test_readers_may_read_and_not_write(as_bob, path, ids):
    assert as_bob.get(f"{path}/items/{ids[0]}").status_code == 200
    assert as_bob.post(f"{path}/items", {"role": "user", "content": "x"}).status_code == 403
    assert as_bob.put(f"{path}/items/{ids[0]}/edit", {"content": "x"}).status_code == 403
    assert as_bob.delete(f"{path}/items/{ids[0]}").status_code == 403


def test_a_form_that_there_is_not_is_refused_before_anything_is_written(as_alice, path, ids, conversation):
    conversation.append("assistant", "", type="function_call", call_id="call_7")

    for method, address, body in (
        ("PUT", f"items/{ids[0]}/edit", {"content": "Another."}),
        ("POST", f"items/{ids[0]}/edit", {"content": "Another."}),
        ("PATCH", "items/by-call-id/call_7", {"status": "failed"}),
        ("POST", "items", {"items": [{"role": "user", "content": "Another."}]}),
    ):
        assert as_alice(method, f"{path}/{address}?content=prose", body).status_code == 400
    assert not conversation.revisions.exists()
    assert conversation.branches.count() == 1
    assert set(conversation.messages.values_list("status", flat=True)) == {"completed"}
    assert conversation.messages.count() == 3
