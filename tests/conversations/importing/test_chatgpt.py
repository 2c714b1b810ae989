"""Every odd thing that real ChatGPT exports hold, one test each."""

import json
from datetime import UTC, datetime

import pytest

from conversations.importing.formats import chatgpt
from conversations.models import Conversation, Message
from tests.conversations.importing.exports import BORN, answer, chat, node, simple


def read(value):
    return chatgpt.read(value, datetime(2026, 1, 1, tzinfo=UTC))


def only(value, key):
    return next(message for message in read(value).messages if message.source_id == key)


def alone(**content):
    """The message that a content of this kind becomes."""
    extra = content.pop("message", {})
    return only(chat(node("root"), node("q", "root", "Go"), answer("a", "q", content=content, **extra)), "a")


def test_a_question_and_its_answer(importing, alice):
    importing(simple())

    conversation = Conversation.objects.get(owner=alice)
    assert (conversation.title, conversation.source, conversation.external_id) == ("A title", "chatgpt", "chat-1")
    assert (conversation.message_count, conversation.length, conversation.turns) == (2, 2, 2)
    assert conversation.preview == "A Dobsonian."
    assert conversation.created_at.timestamp() == BORN
    messages = conversation.messages.order_by("position")
    assert list(messages.values_list("position", "parent_position", "role", "text")) == [
        (1, None, "user", "Which telescope?"),
        (2, 1, "assistant", "A Dobsonian."),
    ]
    assert conversation.active_branch.name == "MAIN"
    assert conversation.next_position == 3


def test_every_leaf_is_a_branch_and_the_current_one_is_main(importing):
    importing(
        chat(
            node("root"),
            node("q", "root", "Question", children=["first", "second"]),
            answer("first", "q", "One"),
            answer("second", "q", "Two"),
            answer("third", "q", "Three"),
            current="second",
        )
    )

    conversation = Conversation.objects.get()
    texts = dict(conversation.messages.values_list("position", "text"))
    assert {branch.name: texts[branch.tip_position] for branch in conversation.branches.all()} == {
        "MAIN": "Two",
        "branch-2": "One",
        "branch-3": "Three",
    }
    assert texts[conversation.tip_position] == "Two"
    assert conversation.branch_count == 3


def test_siblings_keep_the_order_of_their_parents_list():
    value = chat(
        node("root"),
        node("q", "root", "Q", children=["b", "a"]),
        answer("a", "q", "A", at=1),
        answer("b", "q", "B", at=9),
    )

    assert [message.source_id for message in read(value).messages] == ["q", "b", "a"]


def test_a_root_without_parent_and_message_keys_as_userscripts_write_it():
    value = simple()
    value["mapping"]["root"] = {"id": "root", "children": ["q"]}

    assert len(read(value).messages) == 2


def test_children_are_found_through_their_parent_alone():
    value = simple()
    for each in value["mapping"].values():
        del each["children"]

    assert [message.parent for message in read(value).messages] == [None, "q"]


def test_parents_are_found_through_their_children_alone():
    value = simple()
    for each in value["mapping"].values():
        each.pop("parent")

    assert [message.parent for message in read(value).messages] == [None, "q"]


def test_several_roots_make_a_forest():
    value = chat(node("one", None, "First"), node("two", None, "Second"), answer("a", "two", "Answer"))

    assert [(message.source_id, message.parent) for message in read(value).messages] == [
        ("one", None),
        ("two", None),
        ("a", "two"),
    ]


@pytest.mark.parametrize("current", [None, 7, "gone"])
def test_without_a_usable_current_node_the_newest_leaf_is_current(current):
    value = chat(node("root"), node("q", "root", "Q"), answer("old", "q", "Old", at=1), answer("new", "q", "New", at=9))
    value["current_node"] = current

    assert read(value).tip == "new"


def test_a_current_node_that_says_nothing_stands_for_the_message_above_it():
    value = simple()
    value["mapping"]["end"] = node("end", "a", "", role="assistant")
    value["current_node"] = "end"

    assert read(value).tip == "a"
    assert read(value).structural == 2


def test_ids_that_differ_only_in_what_no_column_holds_stay_two(importing):
    chats = [
        chat(node("root"), node("q", "root", "Q"), answer("a", "q", "One"), answer("a\x00", "q", "Two"),
             answer("b", "a\x00", "Three"), current="b", identity=identity)
        for identity in ("same", "same\x00", "same\ud800")
    ]  # fmt: skip
    batch = importing(*chats)

    assert batch.counts["conversations"] == {"new": 3}
    for conversation in Conversation.objects.all():
        texts = dict(conversation.messages.values_list("position", "text"))
        parents = conversation.messages.values_list("text", "parent_position")
        assert {text: texts.get(parent) for text, parent in parents} == {
            "Q": None, "One": "Q", "Two": "Q", "Three": "Two",
        }  # fmt: skip
        assert texts[conversation.tip_position] == "Three"
    assert importing(*chats).counts["conversations"] == {"identical": 3}


def test_an_empty_system_node_gets_no_row_and_its_children_move_up():
    value = chat(node("root"), node("system", "root", "", role="system"), node("q", "system", "Hello"))

    conversation = read(value)
    assert [(message.source_id, message.parent) for message in conversation.messages] == [("q", None)]
    assert conversation.structural == 2


def test_metadata_may_be_absent():
    value = simple()
    for each in value["mapping"].values():
        (each["message"] or {}).pop("metadata", None)

    assert len(read(value).messages) == 2


def test_the_model_is_the_messages_or_the_conversations_and_never_invented():
    value = simple(default_model_slug="gpt-5")
    value["mapping"]["q2"] = node("q2", "a", "More")
    value["mapping"]["b"] = answer("b", "q2", "Yes", metadata={"model_slug": "o4-mini"})

    assert [message.model for message in read(value).messages] == ["", "gpt-5", "", "o4-mini"]
    assert only(simple(), "a").model == ""


@pytest.mark.parametrize("title", [None, "", "New chat", "  "])
def test_a_conversation_without_a_name_is_named_by_its_first_question(title):
    assert read(simple(title=title)).title == "Which telescope?"


def test_hidden_nodes_are_kept_and_hidden():
    value = chat(
        node("root"),
        node("s", "root", "You are a model.", role="system"),
        node("w", "s", "Weightless", weight=0),
        node("v", "w", "Invisible", metadata={"is_visually_hidden_from_conversation": True}),
        answer("c", "v", "Let me see", channel="commentary"),
        answer("f", "c", "Here", channel="final"),
    )

    assert [message.hidden for message in read(value).messages] == [True, True, True, True, False]


def test_custom_instructions_are_kept_and_not_hidden():
    content = {"content_type": "user_editable_context", "user_profile": "An SRE.", "user_instructions": "Be brief."}
    hidden = {"is_visually_hidden_from_conversation": True, "is_user_system_message": True}
    message = only(chat(node("root"), node("i", "root", content=content, weight=0, metadata=hidden)), "i")

    assert (message.role, message.hidden, message.is_said) == ("system", False, False)
    assert message.text == "An SRE.\n\nBe brief."
    assert message.parts == [
        {"type": "instructions", "text": message.text, "profile": "An SRE.", "instructions": "Be brief."}
    ]


def test_memory_is_kept_hidden():
    message = alone(content_type="model_editable_context", model_set_context="Likes telescopes.")

    assert (message.text, message.hidden, message.role) == ("Likes telescopes.", True, "system")


def test_reasoning_becomes_a_part_and_is_no_turn():
    message = alone(
        content_type="thoughts",
        thoughts=[{"summary": "Weighing", "content": "Aperture matters."}, {"summary": "", "chunks": ["So ", "big."]}],
    )

    assert message.parts == [{"type": "reasoning", "text": "**Weighing**\n\nAperture matters.\n\nSo big."}]
    assert message.text == message.parts[0]["text"]
    assert not message.is_said


def test_a_recap_says_how_long_it_thought():
    message = alone(
        content_type="reasoning_recap",
        content="Thought for 44s",
        message={"metadata": {"finished_duration_sec": 44}},
    )

    assert message.parts == [{"type": "reasoning", "text": "Thought for 44s", "seconds": 44}]


def test_the_reasoning_of_o1_came_from_a_nameless_tool():
    extra = {"metadata": {"initial_text": "Thinking", "finished_text": "Thought for 27 seconds"}}
    message = only(chat(node("root"), node("t", "root", "Examining data", role="tool", name="a8km123", **extra)), "t")

    assert message.parts == [{"type": "reasoning", "text": "Examining data", "summary": "Thought for 27 seconds"}]


@pytest.mark.parametrize("recipient", ["python", "browser", "dalle.text2im", "bio", "web.run", "file_search"])
def test_what_is_said_to_a_tool_is_a_call(recipient):
    message = alone(content_type="code", language="python", text="print(1)", message={"recipient": recipient})

    assert message.parts == [{"type": "tool_call", "name": recipient, "language": "python", "text": "print(1)"}]
    assert (message.role, message.text, message.name, message.is_said) == ("assistant", "print(1)", recipient, False)


def test_code_for_everybody_is_code():
    message = alone(content_type="code", language="unknown", text="x = 1")

    assert message.parts == [{"type": "code", "language": "", "text": "x = 1"}]


def test_the_output_of_a_run_with_its_pictures():
    run = {"aggregate_result": {"messages": [{"message_type": "image", "image_url": "file-service://file-Plot1"}]}}
    content = {"content_type": "execution_output", "text": "42"}
    message = only(
        chat(node("root"), node("t", "root", content=content, role="tool", name="python", metadata=run)), "t"
    )

    assert message.parts == [
        {"type": "tool_result", "name": "python", "text": "42"},
        {"type": "image", "external_id": "file-Plot1"},
    ]
    assert [file.external_id for file in message.files] == ["file-Plot1"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"content_type": "tether_browsing_display", "result": "Page", "summary": None}, "tool_result"),
        ({"content_type": "tether_browsing_code", "result": "Page"}, "tool_result"),
        ({"content_type": "sonic_webpage", "text": "Page", "url": "https://x.org", "title": "X"}, "quote"),
        ({"content_type": "tether_quote", "text": "Page", "url": "https://x.org", "title": "X"}, "quote"),
    ],
)
def test_fetched_pages_are_kept_and_not_searched(content, kind):
    message = only(chat(node("root"), node("t", "root", content=content, role="tool", name="browser")), "t")

    assert (message.text, message.searchable, message.parts[0]["type"]) == ("Page", False, kind)


def test_an_error_of_theirs():
    message = alone(content_type="system_error", name="ChatGPTError", text="It broke.")

    assert message.parts == [{"type": "error", "text": "ChatGPTError\n\nIt broke."}]


def test_a_canvas_is_a_document_with_its_own_lines():
    document = json.dumps({"name": "Essay", "type": "document", "content": "# Stars\n\nThey shine."})
    message = alone(
        content_type="code", language="json", text=document, message={"recipient": "canmore.create_textdoc"}
    )

    assert message.text == "# Stars\n\nThey shine."
    assert message.parts[0] | {"title": "Essay", "language": "document"} == message.parts[0]


def test_pictures_and_words_together():
    message = alone(
        content_type="multimodal_text",
        parts=[
            {
                "content_type": "image_asset_pointer",
                "asset_pointer": "sediment://file_00ab",
                "width": 640,
                "height": 480,
                "size_bytes": 9,
                "metadata": {"dalle": {"prompt": "A comet"}},
            },
            "Look",
            "",
            {"content_type": "audio_transcription", "text": "and listen", "direction": "in"},
            {"content_type": "audio_asset_pointer", "asset_pointer": "sediment://file_00ac"},
        ],
    )

    assert message.text == "Look\n\nand listen"
    assert message.parts == [
        {"type": "image", "external_id": "file_00ab", "width": 640, "height": 480, "alt": "A comet"},
        {"type": "audio", "external_id": "file_00ac"},
    ]
    assert message.is_said


def test_voice_and_video_of_a_call():
    message = alone(
        content_type="multimodal_text",
        parts=[
            {
                "content_type": "real_time_user_audio_video_asset_pointer",
                "audio_asset_pointer": {"asset_pointer": "sediment://file_01"},
                "frames_asset_pointers": [{"asset_pointer": "sediment://file_02"}],
            }
        ],
    )

    assert [(part["type"], part["external_id"]) for part in message.parts] == [
        ("audio", "file_01"),
        ("image", "file_02"),
    ]


def test_attachments_without_any_pointer_are_parts_too():
    listed = [{"id": "file-Abc", "name": "notes.pdf", "mime_type": "application/pdf", "size": 12}]
    message = only(chat(node("root"), node("q", "root", "Read this", metadata={"attachments": listed})), "q")

    assert message.parts == [
        {
            "type": "file",
            "name": "notes.pdf",
            "external_id": "file-Abc",
            "content_type": "application/pdf",
            "size": 12,
        }
    ]


def test_content_nobody_has_seen_is_kept_whole():
    message = alone(content_type="hologram", depth=3, text="Words")

    assert message.text == "Words"
    assert message.parts[-1] == {
        "type": "unknown",
        "content_type": "hologram",
        "raw": {"content_type": "hologram", "depth": 3, "text": "Words"},
    }


def test_an_unfinished_answer_says_so():
    assert alone(content_type="text", parts=["Half"], message={"status": "in_progress"}).status == "incomplete"


@pytest.mark.parametrize(
    "absurd", [None, 0, -1, 1e18, "yesterday", True, {"$date": 1}, [], 4e9, "1e400", "NaN", "inf", float("nan")]
)
def test_a_time_that_cannot_be_is_taken_from_the_message_above(absurd):
    value = simple()
    value["mapping"]["a"]["message"]["create_time"] = absurd

    assert only(value, "a").created_at == only(value, "q").created_at


@pytest.mark.parametrize(
    "spelling", [BORN + 9, float(BORN + 9), str(BORN + 9), (BORN + 9) * 1000, "2024-07-03T09:46:49Z"]
)
def test_times_are_understood_in_every_spelling(spelling):
    value = simple()
    value["mapping"]["a"]["message"]["create_time"] = spelling

    assert only(value, "a").created_at.timestamp() == BORN + 9


def test_an_answer_older_than_its_question_keeps_its_place_and_time():
    value = simple()
    value["mapping"]["a"]["message"]["create_time"] = BORN - 50

    assert [message.source_id for message in read(value).messages] == ["q", "a"]
    assert only(value, "a").created_at.timestamp() == BORN - 50


def test_unheard_of_roles_are_kept_as_other():
    message = only(chat(node("root"), node("q", "root", "Hm", role="narrator")), "q")

    assert (message.role, message.metadata) == ("other", {"role": "narrator"})


def test_nodes_that_are_nonsense_are_structural():
    value = simple()
    value["mapping"] |= {"n": None, "l": [], "s": "text", "m": {"message": 5}, "c": {"message": {"content": None}}}

    conversation = read(value)
    assert len(conversation.messages) == 2
    assert conversation.structural == 6


@pytest.mark.parametrize(
    "field", ["author", "content", "metadata", "status", "recipient", "channel", "create_time", "weight"]
)
@pytest.mark.parametrize("nonsense", [None, 5, [], {}, "x", [[]], {"a": []}])
def test_no_field_of_a_message_can_stop_the_others(field, nonsense):
    value = simple()
    value["mapping"]["a"]["message"][field] = nonsense

    assert read(value).messages[0].text == "Which telescope?"


@pytest.mark.parametrize(
    "field", ["title", "create_time", "update_time", "current_node", "id", "default_model_slug", "voice"]
)
@pytest.mark.parametrize("nonsense", [None, 5, [], {}, [[]], {"a": []}])
def test_no_field_of_a_conversation_can_stop_it(field, nonsense):
    assert len(read(simple() | {field: nonsense}).messages) == 2


def test_what_cannot_be_stored_is_taken_out_and_said(importing):
    value = simple(title="Nul \x00 and \ud800")
    value["mapping"]["a"]["message"]["content"]["parts"] = ["a\x00b\udfffc"]
    value["mapping"]["h"] = answer("h", "a", content={"content_type": "new\x00", "x\x00": ["\ud800"]})
    batch = importing(value)

    assert batch.status == "done"
    assert Message.objects.get(source_id="a").text == "ab�c"
    assert Conversation.objects.get().title == "Nul and �"
    assert batch.lines.get().reason == "Characters that cannot be stored were taken out of 2 of its messages."


def test_a_very_long_id_is_told_apart(importing):
    importing(simple(identity="x" * 500 + "1"), simple(identity="x" * 500 + "2"))

    assert Conversation.objects.count() == 2


def test_a_conversation_without_an_id_is_the_same_one_the_next_time(importing):
    value = simple()
    del value["id"], value["conversation_id"]
    importing(value)
    batch = importing(value)

    assert batch.counts["conversations"] == {"identical": 1}
