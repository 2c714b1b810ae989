import pytest

from conversations import limits
from conversations.models import Conversation


@pytest.fixture
def added(openai, path):
    """Adds items and gives what is answered of them, having seen that it is what is read."""

    def added(*items):
        answer = openai.post(f"{path}/items", {"items": list(items)})
        assert answer.status_code == 200, answer.content
        data = answer.json()["data"]
        for item in data:
            assert openai.get(f"{path}/items/{item['id']}").json() == item
        return data

    return added


def user(text):
    return {"role": "user", "content": text}


def text_of(item):
    return item["content"][0]["text"]


# --- what comes back of what is sent ---


def test_a_message_comes_back_whole(added):
    [item] = added(user("Hello!"))

    assert item == {
        "type": "message",
        "id": item["id"],
        "status": "completed",
        "role": "user",
        "content": [{"type": "input_text", "text": "Hello!"}],
    }
    assert item["id"].startswith("msg_")


@pytest.mark.parametrize(
    ("role", "part"),
    [
        ("user", {"type": "input_text", "text": "hi"}),
        ("system", {"type": "input_text", "text": "hi"}),
        ("developer", {"type": "input_text", "text": "hi"}),
        ("assistant", {"type": "output_text", "text": "hi", "annotations": [], "logprobs": []}),
    ],
)
def test_each_role_says_text_in_its_own_kind_of_part(added, role, part):
    [item] = added({"type": "message", "role": role, "content": "hi"})

    assert (item["role"], item["content"]) == (role, [part])


CITED = {"type": "url_citation", "start_index": 0, "end_index": 2, "url": "https://example.org", "title": "Example"}


@pytest.mark.parametrize(
    ("role", "sent", "more"),
    [
        ("user", {"type": "input_text", "text": "  \n é \u200b "}, {}),
        ("user", {"type": "input_text", "text": ""}, {}),
        ("user", {"type": "input_text", "text": "x", "newer": None, "list": []}, {}),
        ("user", {"type": "input_image", "image_url": "https://example.org/a.png"}, {"detail": "auto"}),
        ("user", {"type": "input_image", "file_id": "file_1", "detail": "high"}, {}),
        ("user", {"type": "input_image", "image_url": "https://example.org/a.png", "detail": None}, {"detail": "auto"}),
        ("user", {"type": "input_file", "file_data": "data:text/plain;base64,eA==", "filename": "x.txt"}, {}),
        ("user", {"type": "input_file", "file_url": "https://example.org/a.pdf"}, {}),
        ("assistant", {"type": "output_text", "text": "hi"}, {"annotations": [], "logprobs": []}),
        ("assistant", {"type": "output_text", "text": "hi", "annotations": [CITED]}, {"logprobs": []}),
        ("assistant", {"type": "refusal", "refusal": "No."}, {}),
        ("assistant", {"type": "input_text", "text": "odd"}, {}),
        ("user", {"type": "output_text", "text": "odd"}, {"annotations": [], "logprobs": []}),
        ("user", {"type": "text", "text": "plain"}, {}),
        ("assistant", {"type": "summary_text", "text": "In short"}, {}),
        ("assistant", {"type": "reasoning_text", "text": "Think."}, {}),
        ("user", {"type": "input_hologram", "text": "of next month", "data": [1, {"a": None}]}, {}),
    ],
)
def test_a_part_comes_back_as_it_was_sent(added, role, sent, more):
    [alone, among] = added(
        {"role": role, "content": [sent]},
        {"role": role, "content": [{"type": "input_text", "text": "first"}, sent]},
    )

    assert alone["content"] == [sent | more]
    assert among["content"][1] == sent | more


def test_no_parts_are_no_parts(added):
    assert added({"role": "user", "content": []})[0]["content"] == []


def test_a_phase_is_kept(added, house, path):
    item, other = added(
        {"role": "assistant", "content": "Let me see.", "phase": "commentary"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}], "phase": "final_answer"},
    )

    assert item["phase"] == "commentary"
    assert text_of(item) == "Let me see."
    assert other["phase"] == "final_answer"
    assert house.get(f"{path}/items/{item['id']}").json()["text"] == "Let me see."


@pytest.mark.parametrize(
    ("prefix", "sent"),
    [
        ("fc", {"type": "function_call", "call_id": "call_1", "name": "add", "arguments": '{"a":1}'}),
        ("fc", {"type": "function_call", "call_id": "c" * 200, "name": "n" * 300, "arguments": ""}),
        ("fco", {"type": "function_call_output", "call_id": "call_1", "output": "2"}),
        ("fco", {"type": "function_call_output", "call_id": "call_1", "output": ""}),
        (
            "fco",
            {"type": "function_call_output", "call_id": "call_1", "output": [{"type": "input_text", "text": "2"}]},
        ),
        ("rs", {"type": "reasoning", "summary": []}),
        (
            "rs",
            {
                "type": "reasoning",
                "summary": [{"type": "summary_text", "text": "Thought about it."}],
                "content": [{"type": "reasoning_text", "text": "Hm."}],
                "encrypted_content": "gAAAA",
            },
        ),
        ("item", {"type": "web_search_call", "action": {"type": "search", "query": "x"}}),
        ("item", {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": False}),
        ("item", {"type": "additional_tools", "role": "developer", "tools": [{"type": "function", "name": "f"}]}),
        ("item", {"type": "image_generation_call", "result": None}),
        ("item", {"type": "computer_call_output", "call_id": "c", "output": {"type": "computer_screenshot"}}),
        ("item", {"type": "invention_of_next_month", "name": {"a": 1}, "row": 5, "kind": [], "call_id": 7, "x": None}),
    ],
)
def test_any_other_type_comes_back_as_it_was_sent(added, prefix, sent):
    [item] = added(sent)

    assert item == sent | {"id": item["id"], "status": "completed"}
    assert item["id"].startswith(f"{prefix}_")
    assert len(item["id"]) == len(prefix) + 27


def test_a_status_that_is_sent_is_kept(added):
    call = {"type": "function_call", "call_id": "c", "name": "n", "arguments": "{}"}
    statuses = [
        item["status"]
        for item in added(
            user("x") | {"type": "message", "status": "incomplete"},
            call | {"status": "in_progress"},
            {"type": "web_search_call", "action": {}, "status": "searching"},
            {"type": "invention", "status": "a status longer than any column"},
            {"type": "invention", "status": None},
        )
    ]

    assert statuses == ["incomplete", "in_progress", "searching", "a status longer than any column", "completed"]


def test_a_call_is_there_for_the_house_dialect_too(added, house, path):
    added(
        {"type": "function_call", "call_id": "call_1", "name": "add", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "2"},
    )

    call, output = house.get(f"{path}/items?call_id=call_1&order=asc").json()["data"]
    assert (call["type"], call["name"], call["arguments"], call["role"]) == (
        "function_call",
        "add",
        "{}",
        "assistant",
    )
    assert (output["type"], output["output"], output["role"]) == ("function_call_output", "2", "tool")


# --- what is refused ---


@pytest.mark.parametrize(
    ("item", "param", "code"),
    [
        ("x", "items[1]", "invalid_type"),
        ({}, "items[1].role", "missing_required_parameter"),
        ({"role": "user"}, "items[1].content", "missing_required_parameter"),
        ({"content": "x"}, "items[1].role", "missing_required_parameter"),
        ({"role": "tool", "content": "x"}, "items[1].role", "invalid_value"),
        ({"role": 5, "content": "x"}, "items[1].role", "invalid_type"),
        ({"role": None, "content": "x"}, "items[1].role", "invalid_type"),
        ({"role": "user", "content": None}, "items[1].content", "invalid_type"),
        ({"role": "user", "content": {"a": 1}}, "items[1].content", "invalid_type"),
        ({"role": "user", "content": ["x"]}, "items[1].content[0]", "invalid_type"),
        ({"role": "user", "content": [{}]}, "items[1].content[0].type", "missing_required_parameter"),
        ({"role": "user", "content": [{"type": 1}]}, "items[1].content[0].type", "invalid_type"),
        (
            {"role": "user", "content": [{"type": "input_text"}]},
            "items[1].content[0].text",
            "missing_required_parameter",
        ),
        (
            {"role": "user", "content": [{"type": "input_text", "text": 1}]},
            "items[1].content[0].text",
            "invalid_type",
        ),
        (
            {"role": "user", "content": [{"type": "input_image", "image_url": {"url": "x"}}]},
            "items[1].content[0].image_url",
            "invalid_type",
        ),
        (
            {"role": "user", "content": [{"type": "input_text", "text": "x"}] * 101},
            "items[1].content",
            "array_above_max_length",
        ),
        ({"role": "user", "content": "x" * 1_000_001}, "items[1].content", "string_above_max_length"),
        (
            {"role": "user", "content": [{"type": "input_text", "text": "x" * 1_000_001}]},
            "items[1].content[0].text",
            "string_above_max_length",
        ),
        ({"role": "user", "content": "x", "status": "done"}, "items[1].status", "invalid_value"),
        ({"role": "user", "content": "x", "id": "a b"}, "items[1].id", "invalid_value"),
        ({"role": "user", "content": "x", "id": ""}, "items[1].id", "invalid_value"),
        ({"role": "user", "content": "x", "id": "x" * 129}, "items[1].id", "invalid_value"),
        ({"role": "user", "content": "x", "id": "x\n"}, "items[1].id", "invalid_value"),
        ({"role": "user", "content": "x", "id": 5}, "items[1].id", "invalid_type"),
        ({"role": "assistant", "content": "x", "phase": 1}, "items[1].phase", "invalid_type"),
        ({"type": "item_reference", "id": "msg_1"}, "items[1].type", "invalid_value"),
        ({"type": ""}, "items[1].type", "invalid_value"),
        ({"type": 5}, "items[1].type", "invalid_type"),
        ({"type": "x" * 65}, "items[1].type", "string_above_max_length"),
        ({"type": "function_call", "name": "n", "arguments": ""}, "items[1].call_id", "missing_required_parameter"),
        ({"type": "function_call", "call_id": "c", "arguments": ""}, "items[1].name", "missing_required_parameter"),
        ({"type": "function_call", "call_id": "c", "name": "n"}, "items[1].arguments", "missing_required_parameter"),
        (
            {"type": "function_call", "call_id": "c", "name": "n", "arguments": {}},
            "items[1].arguments",
            "invalid_type",
        ),
        ({"type": "function_call_output", "call_id": "c"}, "items[1].output", "missing_required_parameter"),
        ({"type": "function_call_output", "call_id": "c", "output": 5}, "items[1].output", "invalid_type"),
        (
            {"type": "function_call_output", "call_id": "c", "output": "x" * 1_000_001},
            "items[1].output",
            "string_above_max_length",
        ),
        ({"type": "reasoning"}, "items[1].summary", "missing_required_parameter"),
        ({"type": "reasoning", "summary": "x"}, "items[1].summary", "invalid_type"),
        ({"type": "reasoning", "summary": [5]}, "items[1].summary[0]", "invalid_type"),
        ({"type": "reasoning", "summary": [{}]}, "items[1].summary[0].text", "invalid_type"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(openai, path, item, param, code):
    refused = openai.post(f"{path}/items", {"items": [user("good"), item]})

    assert refused.status_code == 400
    error = refused.json()["error"]
    assert (error["param"], error["code"], error["type"]) == (param, code, "invalid_request_error")
    assert openai.get(f"{path}/items").json()["data"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing_required_parameter"),
        ({"items": None}, "invalid_type"),
        ({"items": {}}, "invalid_type"),
        ({"items": [user("x")] * 21}, "array_above_max_length"),
    ],
)
def test_items_are_a_list_of_at_most_twenty(openai, path, body, code):
    for at in (f"{path}/items", "/conversations"):
        if at == "/conversations" and not body.get("items"):
            continue  # a conversation may begin with none
        refused = openai.post(at, body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)
        assert refused.json()["error"]["param"] == "items"


def test_none_are_added_and_twenty_are(openai, path):
    empty = {"object": "list", "data": [], "first_id": "", "last_id": "", "has_more": False}
    assert openai.post(f"{path}/items", {"items": []}).json() == empty
    assert openai.get(f"{path}/items").json() == empty

    added = openai.post(f"{path}/items", {"items": [user(str(n)) for n in range(20)]}).json()
    assert [text_of(item) for item in added["data"]] == [str(n) for n in range(20)]
    assert (added["first_id"], added["last_id"]) == (added["data"][0]["id"], added["data"][-1]["id"])
    assert added["has_more"] is False


def test_a_full_conversation_refuses_the_whole_request(openai, path):
    Conversation.objects.update(message_count=limits.MESSAGES - 1)

    refused = openai.post(f"{path}/items", {"items": [user("x"), user("y")]})

    assert refused.status_code == 400
    error = refused.json()["error"]
    assert (error["code"], error["param"]) == ("conversation_item_limit_exceeded", "items")
    assert openai.get(f"{path}/items").json()["data"] == []


# --- ids ---


def test_a_client_s_id_is_shown_from_then_on_and_both_are_understood(added, openai, house, path):
    [item] = added(user("x") | {"id": "my:id.1"})
    own = house.get(f"{path}/items/my:id.1").json()

    assert item["id"] == own["id"] == "my:id.1"
    suffix = Conversation.objects.get().messages.get().typeid.removeprefix("msg_")
    for spelled in ("my:id.1", "my%3Aid.1", f"msg_{suffix}", f"item_{suffix}", f"anything_{suffix}"):
        assert openai.get(f"{path}/items/{spelled}").json() == item
    for unknown in (suffix, f"msg_{suffix.upper()}", "my", f"msg_{suffix}0"):
        assert openai.get(f"{path}/items/{unknown}").status_code == 404


def test_an_id_is_used_once_in_a_conversation_and_is_free_in_another(openai, path):
    named = {"items": [user("x") | {"id": "mine"}]}
    assert openai.post(f"{path}/items", named).status_code == 200

    for again in (named, {"items": [user("new"), user("x") | {"id": "other"}, user("y") | {"id": "other"}]}):
        refused = openai.post(f"{path}/items", again)
        assert refused.status_code == 400
        error = refused.json()["error"]
        assert (error["code"], error["param"]) == ("item_already_in_conversation", "items")
    assert len(openai.get(f"{path}/items").json()["data"]) == 1
    assert openai.post("/conversations", named).status_code == 200


def test_an_item_read_here_is_refused_here_and_copied_elsewhere(added, openai, path):
    message, call = added(user("x"), {"type": "function_call", "call_id": "c", "name": "n", "arguments": "{}"})

    for item in (message, call, message | {"id": message["id"].replace("msg_", "item_")}):
        refused = openai.post(f"{path}/items", {"items": [user("new"), item]})
        assert refused.json()["error"]["code"] == "item_already_in_conversation"
    assert len(openai.get(f"{path}/items").json()["data"]) == 2

    other = f"/conversations/{openai.post('/conversations', {}).json()['id']}"
    copies = openai.post(f"{other}/items", {"items": [message, call]}).json()["data"]
    assert [item | {"id": ""} for item in copies] == [item | {"id": ""} for item in (message, call)]
    openai.delete(f"{other}/items/{copies[0]['id']}")
    assert openai.get(f"{path}/items/{message['id']}").json() == message


def test_null_is_no_id(added):
    assert added(user("x") | {"id": None, "type": None})[0]["id"].startswith("msg_")


# --- lists ---


@pytest.fixture
def fifty(openai, path):
    """The ids of fifty items, oldest first; every other one is the client's own."""
    ids = []
    for start in range(0, 50, 10):
        items = [user(str(n)) | ({"id": f"own-{n}"} if n % 2 else {}) for n in range(start, start + 10)]
        ids += [item["id"] for item in openai.post(f"{path}/items", {"items": items}).json()["data"]]
    return ids


def walked(openai, path, query):
    """All ids that the SDKs' way of turning pages finds."""
    found, after = [], ""
    while True:
        page = openai.get(f"{path}/items?{query}{after}").json()
        found += [item["id"] for item in page["data"]]
        if page["data"]:
            assert (page["first_id"], page["last_id"]) == (page["data"][0]["id"], page["data"][-1]["id"])
        if not page["has_more"] or not page["data"]:
            return found
        after = f"&after={page['last_id']}"


def test_the_newest_twenty_come_first(openai, path, fifty, django_assert_num_queries):
    with django_assert_num_queries(4):  # the key, the conversation with its branch, the walk from its tip, the items
        page = openai.get(f"{path}/items").json()

    assert [item["id"] for item in page["data"]] == fifty[:29:-1]
    assert page["has_more"] is True


@pytest.mark.parametrize("limit", [1, 7, 25, 50, 100])
def test_pages_lead_through_all_of_them_either_way(openai, path, fifty, limit):
    assert walked(openai, path, f"limit={limit}&order=asc") == fifty
    assert walked(openai, path, f"limit={limit}&order=desc") == fifty[::-1]


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_whoever_deletes_what_they_read_still_reads_all_of_it(openai, path, fifty, order):
    found, after = [], ""
    while page := openai.get(f"{path}/items?limit=8&order={order}{after}").json()["data"]:
        found += [item["id"] for item in page]
        for item in page:
            assert openai.delete(f"{path}/items/{item['id']}").status_code == 200
        after = f"&after={page[-1]['id']}"

    assert found == (fifty if order == "asc" else fifty[::-1])
    assert openai.get(f"{path}/items").json()["data"] == []


def test_a_walk_may_go_on_by_any_spelling_of_an_id(openai, path, fifty):
    for after in (fifty[10], fifty[10].replace("msg_", "fc_")):
        assert openai.get(f"{path}/items?order=asc&limit=1&after={after}").json()["data"][0]["id"] == fifty[11]


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ("limit=0", "limit", "integer_below_min_value"),
        ("limit=101", "limit", "integer_above_max_value"),
        ("limit=x", "limit", "invalid_type"),
        ("order=DESC", "order", "invalid_value"),
        ("after=msg_00000000000000000000000000", "after", "invalid_cursor"),
        ("after=nothing", "after", "invalid_cursor"),
        ("after=%00", "after", "invalid_cursor"),
        ("include[]=everything", "include", "invalid_value"),
        ("include=everything", "include", "invalid_value"),
    ],
)
def test_a_query_outside_its_bounds_is_refused(openai, path, query, param, code):
    refused = openai.get(f"{path}/items?{query}")

    assert refused.status_code == 400
    assert (refused.json()["error"]["param"], refused.json()["error"]["code"]) == (param, code)


def test_a_foreign_item_is_no_cursor(openai, stranger, path):
    theirs = stranger.post("/conversations", {"items": [user("x")]}).json()["id"]
    item = stranger.get(f"/conversations/{theirs}/items").json()["first_id"]

    assert openai.get(f"{path}/items?after={item}").json()["error"]["code"] == "invalid_cursor"
    assert openai.get(f"{path}/items/{item}").status_code == 404


def test_everything_is_included_whatever_is_asked_for(openai, path):
    sent = {"type": "reasoning", "summary": [], "encrypted_content": "gAAAA"}
    added = openai.post(f"{path}/items?include%5B%5D=message.output_text.logprobs", {"items": [sent]}).json()["data"]

    query = "include%5B%5D=reasoning.encrypted_content&include%5B%5D=file_search_call.results"
    assert openai.get(f"{path}/items?{query}").json()["data"] == added
    assert openai.get(f"{path}/items/{added[0]['id']}?{query}").json() == added[0]
    assert openai.get(f"{path}/items/{added[0]['id']}?include[]=x").json()["error"]["param"] == "include"


# --- deleting ---


def test_deleting_an_item_answers_the_conversation_and_joins_what_followed(openai, path, fifty):
    answer = openai.delete(f"{path}/items/{fifty[10]}")

    assert answer.status_code == 200
    assert answer.json() == openai.get(path).json()
    assert openai.delete(f"{path}/items/{fifty[10]}").status_code == 404
    assert openai.get(f"{path}/items/{fifty[10]}").status_code == 404
    assert walked(openai, path, "order=asc") == fifty[:10] + fifty[11:]


def test_what_was_taken_away_may_be_put_back(openai, path):
    popped = openai.post(f"{path}/items", {"items": [user("x")]}).json()["data"][0]
    openai.delete(f"{path}/items/{popped['id']}")

    assert openai.post(f"{path}/items", {"items": [popped]}).json()["data"] == [popped]
    assert openai.get(f"{path}/items").json()["data"] == [popped]


def test_items_beside_the_active_branch_are_read_and_deleted_by_name(openai, house, path):
    first, old = openai.post(f"{path}/items", {"items": [user("1"), user("2")]}).json()["data"]
    house.post(f"{path}/items", {"role": "user", "content": "another 2", "parent_id": first["id"]})

    assert [text_of(item) for item in openai.get(f"{path}/items?order=asc").json()["data"]] == ["1", "another 2"]
    assert openai.get(f"{path}/items/{old['id']}").json() == old
    assert openai.delete(f"{path}/items/{old['id']}").status_code == 200


def test_a_batch_costs_what_one_item_does(openai, path, django_assert_num_queries):
    openai.post(f"{path}/items", {"items": [user("x")]})

    with django_assert_num_queries(6):  # the key, the conversation, the items in a transaction (3), the items again
        openai.post(f"{path}/items", {"items": [user(str(n)) for n in range(20)]})
