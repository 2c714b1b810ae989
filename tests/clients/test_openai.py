import pytest

from conversations.models import Conversation

NUMBERS = [str(number) for number in range(40)]


@pytest.mark.parametrize("environment", ["openai_3", "openai_2"])
@pytest.mark.parametrize("strict", [{}, {"STRICT": "1"}], ids=["lenient", "strict"])
def test_openai_for_python_does_all_it_can(run, environment, strict):
    seen = run("openai_3/story.py", environment=environment, **strict)

    assert seen["version"] == {"openai_3": "3.51.0", "openai_2": "2.15.0"}[environment]
    assert seen["created"] == seen["retrieved"]
    assert (seen["updated"], seen["empty"], seen["listed"]) == ({"topic": "done"}, {}, [1, True])
    for sent, added in zip(seen["sent"], seen["added"], strict=True):
        if added["type"] != "message":
            assert added == {"status": "completed"} | sent | {"id": added["id"]}
    assert seen["count"] == 55
    assert seen["texts"] == NUMBERS
    assert (seen["newest"], seen["one"]) == ("39", "Hi.")
    assert seen["deleted"] == [55, True, []]
    assert seen["refused"] == [
        [400, "invalid_value", "items[0].role", True, "invalid_request_error"],
        [400, "integer_above_max_value", "limit", True, "invalid_request_error"],
        [404, None, None, True, "invalid_request_error"],
        [401, "invalid_api_key", None, True, "invalid_request_error"],
        [404, None, None, True, "invalid_request_error"],
    ]
    assert seen["gone"] == [True, "conversation.deleted", True]


def test_openai_for_node_does_all_it_can(run):
    seen = run("openai_node/story.mjs")

    assert seen["created"] == seen["retrieved"]
    assert (seen["updated"], seen["empty"], seen["listed"]) == ({"topic": "done"}, {}, 1)
    assert [item["type"] for item in seen["added"]] == [
        "message",
        "function_call",
        "function_call_output",
        "invention_of_next_month",
    ]
    assert seen["added"][3]["anything"] == [1, None]
    assert seen["one"] == seen["added"][1]
    assert (seen["count"], seen["texts"], seen["deleted"]) == (45, NUMBERS, [True, []])
    assert seen["refused"] == [
        [True, 400, "invalid_value", "items[0].role", True],
        [True, 404, None, None, True],
        [True, 401, "invalid_api_key", None, True],
        [True, 404, None, None, True],
    ]
    assert seen["gone"]["object"] == "conversation.deleted"


def test_an_agent_keeps_its_memory_here(run):
    seen = run("openai_agents/session.py")

    agent = seen["agent"]
    assert agent["answers"] == ["Buy a Dobsonian.", "Eight."]
    assert agent["kept"] == [
        "message", "reasoning", "function_call", "function_call_output", "message", "message", "message",
    ]  # fmt: skip
    assert agent["told"] == agent["kept"][:-1]
    session = seen["session"]
    numbers = [str(number) for number in range(45)]
    assert session["everything"] == numbers
    assert session["last"] == numbers[20:]
    assert (session["popped"], session["left"], session["copied"], session["restored"]) == ("44", 44, 44, "44")
    assert session["same"] == "item_already_in_conversation"
    assert session["cleared"] == []


def fields(**fields):
    return {"parts": [{"type": "fields", **fields}]}


def part(**part):
    return {"parts": [part]}


# Role, text, and what else other dialects and imports write of an item.
WRITTEN = [
    ("user", "Plain", {}),
    ("system", "Be short.", {}),
    ("other", "Who am I?", {}),
    ("critic", "Hm.", {"status": "rate_limited"}),
    ("assistant", "Said.", {"parts": [{"type": "reasoning", "text": "Thought."}, {"type": "citation", "url": "x"}]}),
    ("assistant", "ls", part(type="tool_call", name="shell", text="ls")),
    ("assistant", "", part(type="tool_calls", tool_calls=[{"id": "c"}])),
    ("tool", "42", part(type="tool_result", text="42") | {"call_id": "c"}),
    ("user", "", part(type="image", attachment_id="att_1")),
    ("user", "", part(type="input_image", image_url={"url": "x"})),
    ("user", "", part(type="input_image", image_url="https://example.org/a.png")),
    ("user", "", part(type="input_file", filename=5)),
    ("user", "", part(type="openai", openai=5, text=5)),
    ("assistant", "", {"type": "function_call", "name": "add", "call_id": "c"} | fields(arguments="{}")),
    ("assistant", "", {"type": "function_call", "name": "add", "call_id": "c"} | fields(arguments={})),
    ("assistant", "", {"type": "function_call", "status": "failed"}),
    ("tool", "", {"type": "function_call_output", "call_id": "c"} | fields(output={"sum": 4})),
    ("tool", "", {"type": "function_call_output", "call_id": "c"} | fields(output=[{"type": "text", "text": "4"}])),
    ("tool", "", {"type": "local_shell_call_output"} | fields(output={"a": 1})),
    ("tool", "", {"type": "custom_tool_call_output", "call_id": "c"} | fields(output="x")),
    ("assistant", "", {"type": "mcp_call", "name": "f"} | fields(arguments="{}", server_label="s", error={"code": 1})),
    ("assistant", "", {"type": "mcp_approval_request", "name": "f"} | fields(arguments="{}", server_label="s")),
    ("assistant", "", {"type": "web_search_call"}),
    ("assistant", "Searched.", {"type": "web_search_call", "status": "searching"}),
    ("assistant", "", {"type": "reasoning", "parts": [{"type": "reasoning", "text": "Hm."}]}),
    ("assistant", "", {"type": "something_of_ours"} | fields(error="no")),
]


@pytest.fixture
def motley(alice):
    conversation = Conversation.objects.start(alice, metadata={"number": 3, "object": {"a": [1]}})
    for role, text, said in WRITTEN:
        conversation.append(role, text, **said)
    return conversation


@pytest.mark.parametrize("environment", ["openai_3", "openai_2"])
def test_nothing_written_elsewhere_breaks_a_strict_client(run, motley, environment):
    seen = run("openai_3/reading.py", environment=environment, CONVERSATION=motley.typeid)

    assert seen["metadata"] == {"number": "3", "object": '{"a":[1]}'}
    assert len(seen["items"]) == motley.messages.count()
    assert {item["type"] for item in seen["items"]} == {
        "message", "function_call", "function_call_output", "local_shell_call_output", "custom_tool_call_output",
        "mcp_call", "mcp_approval_request",
    }  # fmt: skip
