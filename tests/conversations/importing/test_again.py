"""The same conversation a second time: nothing twice, nothing lost, and what was done here wins."""

import copy

from conversations.models import Conversation, Message, Revision
from tests.conversations.importing.conftest import reasons
from tests.conversations.importing.exports import answer, node, simple


def later(value=None, *nodes, minutes=10, current=None, **fields):
    """A newer export of the same conversation, with more nodes."""
    newer = copy.deepcopy(value or simple()) | fields
    newer["update_time"] += minutes * 60
    newer["mapping"] |= {each["id"]: each for each in nodes}
    if nodes:
        newer["current_node"] = current or nodes[-1]["id"]
    return newer


CONTINUED = later(None, node("q2", "a", "Which eyepiece?", at=20), answer("a2", "q2", "A wide one.", at=30))


def texts(conversation=None):
    messages = (conversation or Conversation.objects.get()).messages.order_by("position")
    return list(messages.values_list("text", flat=True))


def test_the_same_export_again_changes_nothing(importing):
    importing(simple())
    before = Conversation.objects.values().get()
    batch = importing(simple())

    assert batch.counts["conversations"] == {"identical": 1}
    assert batch.counts["messages"] == {"identical": 2, "structural": 1}
    assert Conversation.objects.values().get() == before


def test_an_export_with_new_fields_and_times_is_identical(importing):
    importing(simple())
    newer = later(memory_scope="global_enabled")
    newer["mapping"]["a"]["message"]["metadata"] = {"new_in_2026": True}

    assert importing(newer).counts["conversations"] == {"identical": 1}


def test_a_conversation_twice_in_one_file_is_one(importing):
    batch = importing(simple(), CONTINUED, simple())

    assert batch.counts["conversations"] == {"new": 1, "changed": 1, "identical": 1}
    assert Conversation.objects.count() == 1


def test_what_was_added_there_is_added_here(importing):
    importing(simple())
    batch = importing(CONTINUED)

    conversation = Conversation.objects.get()
    assert batch.counts["conversations"] == {"changed": 1}
    assert batch.counts["messages"] == {"new": 2, "identical": 2, "structural": 1}
    assert texts() == ["Which telescope?", "A Dobsonian.", "Which eyepiece?", "A wide one."]
    assert (conversation.message_count, conversation.length, conversation.turns) == (4, 4, 4)
    assert (conversation.tip_position, conversation.next_position, conversation.branch_count) == (4, 5, 1)
    assert conversation.active_branch.tip_position == 4
    assert conversation.preview == "A wide one."


def test_an_older_export_afterwards_takes_nothing_away(importing):
    importing(CONTINUED)

    assert importing(simple(title="Old title")).counts["conversations"] == {"identical": 1}
    assert len(texts()) == 4
    assert Conversation.objects.get().title == "A title"


def test_another_answer_there_is_a_branch_here_and_current(importing):
    importing(simple())
    importing(later(None, answer("b", "q", "A refractor.", at=40)))

    conversation = Conversation.objects.get()
    assert {branch.name: branch.tip_position for branch in conversation.branches.all()} == {"MAIN": 2, "branch-2": 3}
    assert conversation.active_branch.name == "branch-2"
    assert (conversation.tip_position, conversation.length, conversation.message_count) == (3, 2, 3)


def test_no_message_is_newer_than_its_conversation_says(importing):
    importing(simple())
    importing(later(None, answer("b", "q", "A refractor.", at=9_000), current="a"))

    assert Conversation.objects.get().last_message_at == Message.objects.get(source_id="b").created_at


def test_nodes_that_the_newer_export_lacks_stay(importing):
    importing(CONTINUED)
    newer = later(simple(), node("q3", "a", "Which mount?"), minutes=60)
    importing(newer)

    assert set(texts()) == {"Which telescope?", "A Dobsonian.", "Which eyepiece?", "A wide one.", "Which mount?"}


def test_words_that_changed_there_change_here_and_the_old_ones_are_kept(importing):
    importing(simple())
    newer = later()
    newer["mapping"]["a"]["message"]["content"]["parts"] = ["A Dobsonian of eight inches."]
    batch = importing(newer)

    message = Message.objects.get(source_id="a")
    assert batch.counts["messages"] == {"changed": 1, "identical": 1, "structural": 1}
    assert (message.text, message.version) == ("A Dobsonian of eight inches.", 2)
    assert Revision.objects.get().text == "A Dobsonian."
    assert importing(newer).counts["conversations"] == {"identical": 1}


def test_words_that_changed_here_stay(importing):
    importing(simple())
    Message.objects.filter(source_id="a").update(text="My own words", version=2)
    newer = later()
    newer["mapping"]["a"]["message"]["content"]["parts"] = ["Their new words"]
    batch = importing(newer)

    assert Message.objects.get(source_id="a").text == "My own words"
    assert "changed both here and there" in reasons(batch)[0]


def test_what_was_written_here_survives_and_stays_current(importing, alice):
    importing(simple())
    conversation = Conversation.objects.get()
    conversation.append("user", "Written in Parley")
    importing(CONTINUED)

    conversation.refresh_from_db()
    assert texts() == ["Which telescope?", "A Dobsonian.", "Written in Parley", "Which eyepiece?", "A wide one."]
    assert conversation.tip_position == 3
    assert {branch.name: branch.tip_position for branch in conversation.branches.all()} == {"MAIN": 3, "branch-2": 5}


def test_a_name_given_here_stays_and_one_given_there_comes(importing):
    importing(simple())
    importing(later(title="Renamed there"))
    assert Conversation.objects.get().title == "Renamed there"

    Conversation.objects.get().rename("Renamed here")
    importing(later(minutes=60, title="Renamed there again"))
    assert Conversation.objects.get().title == "Renamed here"


def test_a_message_deleted_here_does_not_come_back(importing):
    importing(simple())
    Message.objects.filter(source_id="a").delete()
    batch = importing(CONTINUED)

    assert batch.counts["messages"] == {"new": 2, "deleted": 1, "identical": 1, "structural": 1}
    rows = Conversation.objects.get().messages.order_by("position").values_list("text", "parent_position")
    assert list(rows) == [("Which telescope?", None), ("Which eyepiece?", 1), ("A wide one.", 3)]


def test_a_conversation_deleted_here_comes_back_when_it_is_imported_again(importing):
    importing(simple())
    Conversation.objects.all().delete()

    assert importing(simple()).counts["conversations"] == {"new": 1}


def test_the_same_export_of_two_people_is_two_conversations(importing, charlie):
    importing(simple())
    batch = importing(simple(), owner=charlie)

    assert batch.counts["conversations"] == {"new": 1}
    assert set(Conversation.objects.values_list("workspace_id", flat=True)) != {charlie.workspace_id}
