"""What other dialects and imports wrote is shown so that even a strict client reads it."""

import json

import pytest

from conversations.models import Conversation


@pytest.fixture
def shown(openai, house):
    """What is shown here of an item that the house dialect wrote."""

    def shown(item):
        made = house.post("/conversations", {"items": [item]})
        assert made.status_code == 201, made.content
        [item] = openai.get(f"/conversations/{made.json()['id']}/items").json()["data"]
        return item

    return shown


def test_text_is_said_in_the_kind_of_part_that_its_role_has(shown):
    assert shown({"role": "user", "content": "Hi"})["content"] == [{"type": "input_text", "text": "Hi"}]
    assert shown({"role": "assistant", "content": "Hi"})["content"] == [
        {"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []}
    ]


def test_what_openai_has_no_part_for_is_text(shown):
    unknown = [
        {"type": "tool_calls", "tool_calls": [{"id": "call_1", "type": "function"}]},
        {"type": "tool_result", "text": "42"},
        {"type": "image", "image": {"url": "https://example.org/a.png"}},
        {"type": "input_image", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "openai", "openai": 5},
    ]
    thought, said, *others = shown(
        {
            "role": "assistant",
            "content": [{"type": "reasoning_text", "text": "Hm."}, {"type": "text", "text": "Yes."}, *unknown],
        }
    )["content"]

    assert thought == {"type": "reasoning_text", "text": "Hm."}
    assert (said["type"], said["text"]) == ("output_text", "Yes.")
    assert [part["type"] for part in others] == ["text"] * 5
    assert [json.loads(part["text"]) for part in others] == unknown


def test_parts_that_openai_has_are_shown_as_such(shown):
    image = {"type": "input_image", "image_url": "https://example.org/a.png"}

    assert shown({"role": "user", "content": [image]})["content"] == [image | {"detail": "auto"}]


@pytest.mark.parametrize(
    ("status", "is_shown_as"),
    [
        ("completed", "completed"),
        ("incomplete", "incomplete"),
        ("in_progress", "in_progress"),
        ("failed", "incomplete"),
        ("cancelled", "incomplete"),
        ("rate_limited", "incomplete"),
        ("searching", "in_progress"),
        ("streaming", "in_progress"),
    ],
)
def test_other_statuses_are_the_nearest_that_openai_has(shown, status, is_shown_as):
    assert shown({"role": "assistant", "content": "x", "status": status})["status"] == is_shown_as


@pytest.mark.parametrize("role", ["tool", "critic", "discriminator", "unknown"])
def test_other_roles_stay(shown, role):
    item = shown({"role": role, "content": "x"})

    assert (item["role"], item["content"]) == (role, [{"type": "input_text", "text": "x"}])


def test_a_role_that_nobody_knows_is_unknown(openai, alice):
    conversation = Conversation.objects.start(alice)
    conversation.append("other", "x")

    assert openai.get(f"/conversations/{conversation.typeid}/items").json()["data"][0]["role"] == "unknown"


def test_what_an_import_keeps_beside_the_text_is_shown_with_it(openai, alice):
    conversation = Conversation.objects.start(alice)
    conversation.append("assistant", "Yes.", parts=[{"type": "reasoning", "text": "Hm."}, {"type": "citation"}])

    [item] = openai.get(f"/conversations/{conversation.typeid}/items").json()["data"]
    assert [part["type"] for part in item["content"]] == ["reasoning_text", "output_text", "text"]


def test_calls_stored_as_items_are_shown_as_such(shown):
    call = shown({"type": "function_call", "call_id": "c", "name": "add", "arguments": "{}"})
    assert call == {
        "type": "function_call",
        "id": call["id"],
        "status": "completed",
        "call_id": "c",
        "name": "add",
        "arguments": "{}",
    }
    assert call["id"].startswith("fc_")

    for output, is_shown_as in (("4", "4"), ({"sum": 4}, '{"sum":4}'), ([1, 2], "[1,2]")):
        item = shown({"type": "function_call_output", "call_id": "c", "output": output})
        assert (item["type"], item["output"]) == ("function_call_output", is_shown_as)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"type": "function_call", "name": "add"}, '{"type":"function_call","name":"add"}'),
        ({"type": "mcp_call", "name": "f", "arguments": "{}"}, '{"type":"mcp_call","name":"f","arguments":"{}"}'),
        ({"type": "web_search_call", "output": [1]}, '{"type":"web_search_call","output":[1]}'),
        ({"type": "web_search_call", "content": "Looked it up."}, "Looked it up."),
        ({"type": "something_of_ours", "error": "no"}, '{"type":"something_of_ours","error":"no"}'),
        ({"type": "something_of_ours"}, '{"type":"something_of_ours"}'),
        ({"type": "reasoning", "content": [{"type": "reasoning_text", "text": "Hm."}]}, "Hm."),
    ],
)
def test_what_lacks_what_its_type_needs_is_a_message(shown, item, text):
    told = shown(item)

    assert (told["type"], told["role"]) == ("message", "assistant")
    assert told["content"][0]["text"] == text
    assert told["id"].startswith("msg_")


def test_what_only_looks_like_one_of_our_parts_breaks_nothing(openai, alice, typeid):
    forged = {"type": "fields", "item": {"type": 5, "id": None, "phase": "p", "role": []}}
    conversation = Conversation.objects.start(alice)
    conversation.append("user", "x", parts=[{"type": "text", "text": "x"}, forged])
    conversation.append("tool", "", type="function_call_output", call_id="c", parts=[forged])
    conversation.append("user", "", parts=[{"type": "fields", "item": 5}])

    first, output, last = openai.get(f"/conversations/{typeid(conversation)}/items?order=asc").json()["data"]

    assert (first["type"], first["role"], first["id"][:4]) == ("message", "user", "msg_")
    assert (output["type"], output["output"], output["id"][:4]) == ("function_call_output", "null", "fco_")
    assert last["content"] == []


def test_a_message_with_fields_shows_them_as_text(shown):
    told = shown({"role": "assistant", "content": "Oh.", "error": {"code": 5}})

    assert [part["text"] for part in told["content"]] == ["Oh.", '{"error":{"code":5}}']


def test_a_call_that_is_settled_elsewhere_says_so_here(openai, house, path):
    call = {"type": "function_call", "call_id": "c", "name": "add", "arguments": "{}", "namespace": "n"}
    output = {"type": "function_call_output", "call_id": "d", "output": "", "status": "in_progress"}
    openai.post(f"{path}/items", {"items": [call, output]})

    house.patch(f"{path}/items/by-call-id/c", {"status": "failed"})
    house.patch(f"{path}/items/by-call-id/d", {"status": "completed", "output": {"sum": 4}})

    called, came = openai.get(f"{path}/items?order=asc").json()["data"]
    assert (called["status"], called["namespace"], called["arguments"]) == ("incomplete", "n", "{}")
    assert (came["status"], came["output"]) == ("completed", '{"sum":4}')


def test_what_is_edited_elsewhere_is_read_here(openai, house, path):
    sent = [{"type": "output_text", "text": "Old.", "annotations": [{"type": "file_path", "file_id": "f", "index": 0}]}]
    item = openai.post(f"{path}/items", {"items": [{"role": "assistant", "content": sent}]}).json()["data"][0]

    house.put(f"{path}/items/{item['id']}/edit", {"content": "New."})

    edited = openai.get(f"{path}/items/{item['id']}").json()
    assert edited["content"][0]["text"] == "New."
    assert edited["id"] == item["id"]


def test_what_is_written_here_is_read_elsewhere_at_once(openai, house, path):
    openai.post(
        f"{path}/items",
        {
            "items": [
                {
                    "role": "user",
                    "content": [{"type": "input_text", "text": "A"}, {"type": "output_text", "text": "B"}],
                },
                {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
            ]
        },
    )

    asked, answered = house.get(f"{path}/items?order=asc").json()["data"]
    assert asked["text"] == "A\nB"
    assert answered["text"] == "No."
