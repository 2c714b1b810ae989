import psycopg
import pytest
from django.db import connection

from conversations import reading, rendering
from conversations.models import Message, Rendering


def message(role="assistant", text="", **fields):
    return Message(role=role, text=text, position=1, **fields)


def test_prose_is_markdown_and_people_keep_their_line_breaks():
    assert "<strong>six</strong>" in rendering.render(message(text="**six** inches"))
    assert "<br" in rendering.render(message("user", "one\ntwo"))


def test_reasoning_comes_first_and_is_folded():
    html = rendering.render(message(text="42", parts=[{"type": "reasoning", "text": "let me see", "seconds": 44}]))

    assert html.index("Thought for 44 s") < html.index("42")
    assert '<details class="fold fold--reasoning">' in html


def test_a_tool_call_that_carries_the_message_is_told_once():
    html = rendering.render(
        message(text="print(1)\n", parts=[{"type": "tool_call", "name": "python", "text": "print(1)\n"}])
    )

    assert html.count("print(1)") == 1
    assert "Ran python" in html


def test_an_item_that_only_its_client_knows_is_not_empty_and_unfolds():
    fields = {"type": "fields", "item": {"action": {"query": "<b>mirrors</b>"}}}
    html = rendering.render(message(type="web_search_call", parts=[fields]))

    assert "<summary>Web search call</summary>" in html
    assert "&lt;b&gt;mirrors" in html
    call = rendering.render(message(type="function_call", name="f", parts=[fields | {"arguments": "{}"}]))
    assert "Ran f" in call
    assert "mirrors" not in call
    assert rendering.render(message(text="Hi", parts=[{"type": "text", "text": "Hi"}, fields])).count("<summary>") == 0


def test_what_a_tool_said_is_one_line_that_unfolds():
    html = rendering.render(message("tool", "a\nb\nc", name="python"))

    assert "Output of python · 3 lines" in html
    assert '<pre class="plain"' in html


def test_a_huge_output_says_how_much_is_not_shown():
    html = rendering.render(message("tool", "x" * 1_000_000, name="browser"))

    assert len(html) < 25_000
    assert "980,000 more characters" in html


def test_an_unknown_part_is_shown_as_it_came():
    html = rendering.render(message(parts=[{"type": "unknown", "content_type": "hologram", "raw": {"beam": "<b>"}}]))

    assert "Unsupported content: hologram" in html
    assert "&lt;b&gt;" in html


@pytest.mark.parametrize("field", ["name", "title", "url", "alt", "text", "language", "content_type", "summary"])
@pytest.mark.parametrize(
    "kind",
    [
        "reasoning",
        "tool_call",
        "tool_result",
        "code",
        "instructions",
        "quote",
        "error",
        "image",
        "audio",
        "file",
        "citation",
    ],
)
def test_no_part_lets_html_through(kind, field):
    hostile = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
    html = rendering.render(message(parts=[{"type": kind, field: hostile}, {"type": hostile, "text": hostile}]))

    assert "<script" not in html
    assert "<img" not in html


def test_parts_of_the_wrong_shape_do_not_break_a_page():
    rendering.render(
        message(parts=["text", None, 7, {"type": None, "text": ["x"]}, {"type": "image", "width": "wide"}])
    )


@pytest.mark.parametrize("made_up", ["../../account/", "att_1", "att_" + "z" * 26, 7, {"a": 1}])
def test_no_address_is_made_of_what_a_client_made_up(made_up):
    html = rendering.render(message(parts=[{"type": "image", "name": "moon.png", "attachment_id": made_up}]))

    assert "moon.png" in html
    assert "src=" not in html


def test_html_is_made_once_and_again_only_after_an_edit(conversation, django_assert_num_queries):
    rows = list(conversation.messages.order_by("position"))
    first = rendering.html_of(rows)
    with django_assert_num_queries(1):
        assert rendering.html_of(rows) == first

    conversation.messages.filter(position=2).update(text="A refractor.", version=2)
    again = rendering.html_of(list(conversation.messages.all()))

    assert "A refractor." in again[rows[1].pk]
    assert Rendering.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [
    lambda message: message.remove(),
    lambda message: message.conversation.delete(),
    lambda message: message.settle(status="failed", fields={"error": "no such tool"}),
])  # fmt: skip
def test_nothing_is_kept_of_a_message_that_changes_while_it_is_rendered(conversation, just_before, change):
    message = conversation.messages.get(position=2)
    just_before(rendering, "render", lambda: change(message))

    assert "Dobsonian" in rendering.html_of([message])[message.pk]
    assert not Rendering.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_kept_of_a_message_that_somebody_is_deleting(conversation):
    message = conversation.messages.get(position=2)
    with psycopg.connect(connection.connection.info.dsn) as other:
        other.execute("SELECT FROM conversations_conversation FOR UPDATE")
        other.execute("DELETE FROM conversations_rendering")

        assert "Dobsonian" in rendering.html_of([message])[message.pk]
        other.execute("DELETE FROM conversations_message WHERE id = %s", [message.pk])

    assert not Rendering.objects.exists()


def test_of_a_message_that_is_gone_nothing_is_shown(conversation, alice):
    lines = reading.messages(conversation, [1, 2], rendering.VERSION, alice)
    conversation.messages.get(position=2).remove()

    html = rendering.html_of_lines(lines)

    assert "Which telescope" in html[1]
    assert html[2] == ""


def test_a_new_renderer_renders_again(conversation, monkeypatch):
    rows = list(conversation.messages.order_by("position"))
    rendering.html_of(rows)
    Rendering.objects.update(html="old")
    monkeypatch.setattr(rendering, "VERSION", rendering.VERSION + 1)

    assert "old" not in rendering.html_of(rows).values()
