import pytest

from conversations.models import Conversation


@pytest.fixture
def messages(orq, conversation, typeid):
    """Reads the messages of Alice's conversation."""

    def messages():
        answer = orq.get(f"/conversations/{typeid(conversation)}")
        assert answer.status_code == 200
        return answer.json()["messages"]

    return messages


@pytest.fixture
def add(as_alice, conversation, typeid):
    """Adds an item at /v1."""

    def add(**item):
        answer = as_alice.post(f"/conversations/{typeid(conversation)}/items", item)
        assert answer.status_code == 201, answer.content
        return answer.json()["id"]

    return add


def said(messages):
    return [[part.get("text") for part in message["parts"]] for message in messages]


def test_a_conversation_comes_with_its_messages_oldest_first(
    orq, conversation, alice, typeid, django_assert_num_queries
):
    orq.get("/conversations")  # the first request of a minute counts itself
    with django_assert_num_queries(4):  # the key, the conversation, the path, the messages
        messages = orq.get(f"/conversations/{typeid(conversation)}").json()["messages"]

    first, second = conversation.messages.order_by("position")
    assert messages[0] == {
        "_id": typeid(first),
        "conversationId": typeid(conversation),
        "createdAt": int(first.created_at.timestamp() * 1000),
        "createdById": typeid(alice),
        "role": "user",
        "parts": [{"kind": "text", "text": "Which telescope should a beginner buy?"}],
    }
    assert (messages[1]["role"], messages[1]["createdById"], messages[1]["_id"]) == (
        "assistant", "system", typeid(second),
    )  # fmt: skip


def test_an_empty_conversation_has_no_messages(orq):
    made = orq.post("/conversations", {}).json()

    assert orq.get(f"/conversations/{made['_id']}").json()["messages"] == []


def test_only_users_and_assistants_are_shown(messages, add):
    for role in ("system", "developer", "tool", "critic"):
        add(role=role, content="not for Orq")
    add(role="user", content="Thanks")

    assert said(messages()) == [
        ["Which telescope should a beginner buy?"],
        ["A **Dobsonian** of six to eight inches: the most aperture for the money."],
        ["Thanks"],
    ]


def test_only_the_active_branch_is_shown(messages, as_alice, conversation, typeid):
    first = conversation.messages.get(position=1)
    as_alice.post(f"/conversations/{typeid(conversation)}/items/{typeid(first)}/edit", {"content": "Another question"})

    assert said(messages()) == [["Another question"]]


def test_parts_that_orq_knows_are_spelled_and_others_are_left_out(messages, add):
    add(
        role="assistant",
        content=[
            {"type": "reasoning_text", "text": "hm"},
            {"type": "text", "text": "Look:"},
            {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
            {"type": "input_image", "image_url": "https://example.org/b.png"},
            {"type": "file", "file": {"url": "https://example.org/c.pdf", "filename": "c.pdf"}, "mime_type": "a/b"},
            {"type": "file", "file_id": "none", "url": "javascript:alert(1)"},
            {"type": "tool_result", "tool_call_id": "call_1", "text": "42"},
            {"type": "refusal", "refusal": "I will not."},
            {"type": "audio", "data": "…"},
            {"type": "of_the_future", "text": "?"},
            {"type": "text", "text": ""},
        ],
    )

    assert messages()[-1]["parts"] == [
        {"kind": "text", "text": "Look:"},
        {"kind": "file", "file": {"uri": "https://example.org/a.png"}},
        {"kind": "file", "file": {"uri": "https://example.org/b.png"}},
        {"kind": "file", "file": {"uri": "https://example.org/c.pdf", "mimeType": "a/b", "name": "c.pdf"}},
        {"kind": "tool_result", "tool_call_id": "call_1", "result": "42"},
        {"kind": "text", "text": "I will not."},
    ]


def test_a_message_without_a_part_for_orq_is_left_out(messages, add):
    add(role="assistant", content=[{"type": "reasoning_text", "text": "hm"}])
    add(type="function_call", role="assistant", call_id="c1", name="f", arguments="{}")

    assert len(messages()) == 2


def test_words_beside_parts_are_said_once(messages, conversation):
    conversation.append("assistant", "print(1)", parts=[{"type": "code", "text": "print(1)"}])
    conversation.append("user", "with a picture", parts=[{"type": "image", "attachment_id": "att_x"}])

    assert said(messages())[2:] == [["print(1)"], ["with a picture"]]


def test_the_newest_thousand_are_shown(messages, conversation):
    for n in range(999):
        conversation.append("user", str(n))

    shown = messages()
    assert len(shown) == 1_000
    assert said(shown)[0] == ["A **Dobsonian** of six to eight inches: the most aperture for the money."]
    assert said(shown)[-1] == ["998"]


def test_what_strangers_wrote_in_parts_cannot_break_a_reading(orq, alice, typeid):
    odd = Conversation.objects.start(alice)
    odd.append("user", "x", parts=[{"type": "file", "file": 5}, {"type": "text", "text": 7}, {"type": None}, {}])
    odd.append("assistant", "", parts=[{"type": "tool_result", "tool_call_id": None, "text": None}])

    messages = orq.get(f"/conversations/{typeid(odd)}").json()["messages"]

    assert [message["parts"] for message in messages] == [
        [{"kind": "text", "text": "x"}],
        [{"kind": "tool_result", "tool_call_id": ""}],
    ]
