"""An import taken out again: exactly that, in whatever order imports are undone."""

import itertools
import json

import pytest

from conversations import tasks
from conversations.models import Attachment, Branch, Conversation, Message, Revision, Source
from tests.conversations.importing.exports import answer, chats, node, simple
from tests.conversations.importing.test_again import CONTINUED, later, texts
from tests.conversations.importing.test_archives import PNG, zipped


def undo(batch):
    batch.refresh_from_db()
    assert batch.undo()
    assert tasks.run_next()
    batch.refresh_from_db()
    assert batch.status == "undone"
    return batch.counts["undone"]


CONVERSATION = ["pk", "title", "message_count", "length", "turns", "tip_position", "branch_count", "preview",
                "active_branch", "last_message_at", "attachment_count"]  # fmt: skip
MESSAGE = ["pk", "position", "parent_position", "text", "parts", "hidden", "status", "model", "edited_at"]


def everything():
    """All that an import may touch, but not the counters that only grow."""
    return (
        list(Conversation.objects.order_by("pk").values(*CONVERSATION)),
        list(Branch.objects.order_by("pk").values("pk", "name", "tip_position")),
        list(Message.objects.order_by("pk").values(*MESSAGE)),
        list(Source.objects.values_list("pk", flat=True)),
        list(Attachment.objects.order_by("pk").values()),
        list(Revision.objects.order_by("pk").values()),
    )


def test_undoing_takes_out_what_was_new(importing):
    importing(simple("before"))
    before = everything()
    batch = importing(simple("one"), simple("two"))

    assert batch.loss() == {"conversations": 2, "messages": 4, "continued": 0}
    assert undo(batch) == {"conversations": 2, "messages": 4}
    assert everything() == before


def test_undoing_leaves_an_older_conversation_as_it_was(importing):
    importing(simple())
    before = everything()
    newer = later(CONTINUED, answer("b", "q", "A refractor.", at=40))
    newer["mapping"]["a"]["message"]["content"]["parts"] = ["Changed there"]
    batch = importing(newer)

    assert batch.counts["messages"]["new"] == 3
    assert undo(batch) == {"messages": 3, "restored": 1}
    assert everything() == before
    assert importing(newer).counts["messages"]["new"] == 3


def test_undoing_keeps_what_was_written_here_behind_it(importing):
    importing(simple())
    batch = importing(CONTINUED)
    Conversation.objects.get().append("user", "Written in Parley")
    undo(batch)

    assert texts() == ["Which telescope?", "A Dobsonian.", "Written in Parley"]
    conversation = Conversation.objects.get()
    assert Message.objects.get(text="Written in Parley").parent_position == 2
    assert (conversation.tip_position, conversation.length, conversation.message_count) == (5, 3, 3)


def test_undoing_a_large_batch_goes_on_after_a_stop(importing, monkeypatch):
    monkeypatch.setattr("conversations.importing.undoing.AT_ONCE", 2)
    batch = importing(*chats(5))
    batch.undo()
    tasks.run_next(should_stop=lambda: True)
    assert Conversation.objects.count() == 3

    tasks.run_next()
    batch.refresh_from_db()
    assert (batch.status, batch.counts["undone"]) == ("undone", {"conversations": 5, "messages": 10})


def test_a_batch_is_undone_once(importing):
    batch = importing(simple())
    undo(batch)

    assert not batch.undo()


# --- several imports of the same conversation ---


def exported(value, *files):
    """An export as an archive: this conversation and files of these ids."""
    return zipped(**{"conversations.json": [value]}, **{f"{name}.png": PNG + name.encode() for name in files})


def reworded(value, key, text):
    value["mapping"][key]["message"]["content"] = {"content_type": "text", "parts": [text]}
    return value


def shown(value, key, *names):
    """The message `key` shows pictures."""
    parts = [{"content_type": "image_asset_pointer", "asset_pointer": f"file-service://{name}"} for name in names]
    value["mapping"][key]["message"]["content"] = {"content_type": "multimodal_text", "parts": ["Look:", *parts]}
    return value


ONE = shown(later(simple(), answer("p", "a", "Look")), "p", "file-A")
TWO = reworded(later(ONE, node("q2", "p", "How large?"), answer("a2", "q2", "Large."), title="Second"), "a", "Two")
THREE = shown(reworded(later(TWO, answer("b", "q2", "Small.")), "a", "Three"), "p", "file-A", "file-C")
FOUR = later(THREE, node("q4", "b", "Why?"), title="Fourth")
FOUR["mapping"]["a2"]["message"]["weight"] = 0
LATER = {"two": (TWO, "file-A"), "three": (THREE, "file-A", "file-C"), "four": (FOUR, "file-A", "file-C")}


@pytest.fixture
def grown(importing_text):
    """grown() imports four exports of a growing conversation: the first one's rows, and the later batches by name."""

    def grow():
        importing_text(json.dumps([ONE]))
        first = everything()
        return first, {name: importing_text(exported(*export)) for name, export in LATER.items()}

    return grow


@pytest.mark.parametrize("order", list(itertools.permutations(LATER)), ids="-".join)
def test_imports_are_undone_in_any_order_with_exact_counts(order, grown):
    first, batches = grown()
    undone = {name: undo(batches[name]) for name in order}

    assert everything() == first
    assert {name: counts["messages"] for name, counts in undone.items()} == {"two": 2, "three": 1, "four": 1}
    # A file that came twice, because its message was said anew, is one.
    assert {name: counts.get("attachments") for name, counts in undone.items()} == {"two": 1, "three": 1, "four": None}


@pytest.mark.parametrize("name", LATER)
def test_what_an_undone_import_brought_comes_back_with_the_next_export_that_holds_it(name, grown, importing_text):
    _, batches = grown()

    def told():
        return (
            Conversation.objects.get().title,
            set(Message.objects.values_list("source_id", "text", "hidden")),
            set(Attachment.objects.values_list("external_id", "sha256")),
        )

    before = told()
    undo(batches[name])
    assert told() != before
    assert importing_text(exported(*LATER["four"])).counts["conversations"] == {"changed": 1}
    assert told() == before
    assert importing_text(exported(*LATER["four"])).counts["conversations"] == {"identical": 1}


def test_words_that_two_imports_changed_are_those_of_the_one_that_is_left(grown):
    _, batches = grown()
    message = Message.objects.get(source_id="a")
    undo(batches["two"])
    message.refresh_from_db()
    assert message.text == "Three"
    assert [revision.text for revision in message.revisions.all()] == ["A Dobsonian."]

    undo(batches["three"])
    message.refresh_from_db()
    assert message.text == "A Dobsonian."


def test_what_was_deleted_here_stays_deleted_after_an_undoing(importing):
    importing(simple())
    batch = importing(CONTINUED)
    importing(later(CONTINUED, node("q3", "a2", "And?"), minutes=20))
    Message.objects.filter(source_id="a").delete()
    undo(batch)

    assert importing(later(CONTINUED, minutes=30)).counts["messages"]["deleted"] == 1
    assert "A Dobsonian." not in texts()


def test_an_import_without_its_original_is_undone_all_the_same(importing):
    importing(simple())
    batch = importing(CONTINUED)
    Source.objects.filter(import_batch=batch).delete()

    assert undo(batch) == {"messages": 2}
    assert texts() == ["Which telescope?", "A Dobsonian."]


def test_an_import_does_not_take_back_what_was_handed_over(importing, alice, bob):
    batch = importing(simple())
    handed_over = Conversation.objects.get()
    handed_over.hand_over(bob, by=alice)

    assert batch.undo()
    assert tasks.run_next()
    assert Conversation.objects.get().message_count == 2
    importing(simple())  # is new again, and Alice's
    assert set(Conversation.objects.values_list("owner", flat=True)) == {alice.pk, bob.pk}
