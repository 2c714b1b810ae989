"""What is said is changed in place, said again beside it, or taken out; and what that does to all that leans on it."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from conversations.models import Attachment, Bookmark, Branch, Conversation, Message, Note, Tombstone
from conversations.refusals import ConversationFull, MetadataTooLarge, Stale
from tests.conversations.test_conversation import path

QUESTION = "Which telescope should a beginner buy?"
ANSWER = "A **Dobsonian** of six to eight inches: the most aperture for the money."


@pytest.fixture
def question(conversation):
    return conversation.messages.get(position=1)


@pytest.fixture
def answer(conversation):
    return conversation.messages.get(position=2)


def test_an_edit_in_place_keeps_what_was_said_and_who_changed_it(conversation, answer, alice):
    conversation.refresh_from_db()
    before = (answer.pk, answer.position, answer.parent_position, answer.created_at)

    answer.edit("A used one.", by=alice)

    answer.refresh_from_db()
    assert (answer.pk, answer.position, answer.parent_position, answer.created_at) == before
    assert (answer.text, answer.version, answer.updated_by) == ("A used one.", 2, alice)
    assert answer.edited_at
    revision = answer.revisions.get()
    assert (revision.version, revision.text, revision.edited_by) == (1, ANSWER, alice)
    after = Conversation.objects.get(pk=conversation.pk)
    assert (after.revision, revision.conversation_revision) == (conversation.revision + 1, conversation.revision + 1)
    assert after.updated_at > conversation.updated_at
    assert after.preview == "A used one."
    assert (after.message_count, after.length, after.turns) == (2, 2, 2)


def test_an_edit_that_changes_nothing_is_none(conversation, answer, alice):
    before = Conversation.objects.get(pk=conversation.pk).updated_at

    answer.edit(ANSWER, by=alice)

    assert answer.version == 1
    assert not answer.revisions.exists()
    assert Conversation.objects.get(pk=conversation.pk).updated_at == before


def test_two_people_who_read_the_same_version_do_not_overwrite_each_other(conversation, answer, alice):
    theirs = Message.objects.get(pk=answer.pk)
    theirs.edit("Their words.", by=alice, expected_version=1)

    with pytest.raises(Stale):
        answer.edit("My words.", by=alice, expected_version=1)
    with pytest.raises(Stale):
        answer.remove(expected_version=1)
    with pytest.raises(Stale):
        conversation.edit_as_branch(answer, "My words.", expected_version=1)

    assert path(conversation) == [QUESTION, "Their words."]
    assert conversation.branches.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_edits_at_once_none_is_lost(conversation, answer, alice):
    def edit(name):
        Message.objects.get(pk=answer.pk).edit(f"words of {name}", by=alice)
        connection.close()

    threads = [threading.Thread(target=edit, args=[name]) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    answer.refresh_from_db()
    said = {answer.text, *answer.revisions.values_list("text", flat=True)}
    assert said == {ANSWER, *(f"words of {name}" for name in "abcdef")}
    assert answer.version == 7


def test_a_message_that_is_gone_is_not_edited(answer, alice):
    Message.objects.get(pk=answer.pk).remove()

    with pytest.raises(Message.DoesNotExist):
        answer.edit("Too late.", by=alice)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([{"type": "code", "language": "sql", "text": "old"}], [{"type": "code", "language": "sql", "text": "new"}]),
        ([{"type": "image", "name": "sky.png"}], [{"type": "image", "name": "sky.png"}]),
        (
            [{"type": "text", "text": "ol"}, {"type": "image"}, {"type": "text", "text": "d"}],
            [{"type": "text", "text": "ol"}, {"type": "image"}, {"type": "text", "text": "d"}],
        ),
        (
            [{"type": "instructions", "text": "old", "profile": "o", "instructions": "ld"}],
            [{"type": "instructions", "text": "new"}],
        ),
    ],
)
def test_parts_that_carried_the_old_words_carry_the_new(conversation, alice, parts, expected):
    message = conversation.messages.get(pk=conversation.append("assistant", "old", parts=parts))

    message.edit("new", by=alice)

    assert message.parts == expected
    assert message.revisions.get().parts == parts


def test_several_text_parts_become_one(conversation, alice):
    parts = [{"type": "text", "text": "One."}, {"type": "image", "name": "a"}, {"type": "text", "text": "Two."}]
    message = conversation.messages.get(pk=conversation.append("user", "One.\nTwo.", parts=parts))

    message.edit("Three.", by=alice)

    assert message.parts == [{"type": "text", "text": "Three."}, {"type": "image", "name": "a"}]


def test_metadata_of_a_message_is_no_edit(conversation, answer, alice):
    before = Conversation.objects.get(pk=conversation.pk)

    answer.set_metadata({"a": "1", "b": "2"}, by=alice)
    answer.set_metadata({"b": None, "c": "3"}, by=alice, merge=True)

    answer.refresh_from_db()
    assert answer.metadata == {"a": "1", "c": "3"}
    assert (answer.version, answer.edited_at) == (1, None)
    assert not answer.revisions.exists()
    assert Conversation.objects.get(pk=conversation.pk).updated_at > before.updated_at


def test_another_wording_stands_beside_the_old_one_and_keeps_it_whole(conversation, question):
    conversation.refresh_from_db()
    old = conversation.active_branch

    new = conversation.edit_as_branch(question, "Which telescope for a child?")

    assert path(conversation) == ["Which telescope for a child?"]
    old.refresh_from_db()
    assert old.tip_position == 2
    assert old.name.startswith("MAIN_")
    message = conversation.messages.get(pk=new)
    assert (message.role, message.parent_position, message.replaces_position) == ("user", None, 1)
    assert conversation.active_branch.name == Branch.MAIN
    assert conversation.active_branch.parent_name == old.name
    assert (conversation.branch_count, conversation.length, conversation.turns) == (2, 1, 1)
    assert question.edited_at is None


def test_another_wording_forks_even_where_a_branch_ends_before_it(conversation, answer):
    conversation.create_branch("question", position=1)

    conversation.edit_as_branch(answer, "Binoculars.")

    assert path(conversation) == [QUESTION, "Binoculars."]
    assert conversation.branches.get(name="question").tip_position == 1


def test_another_wording_takes_the_files_of_the_old_one_along(conversation, alice):
    pk = conversation.append("user", "What is this?", parts=[{"type": "image", "attachment_id": "att_x"}])
    file = Attachment.objects.create(
        workspace=alice.workspace,
        owner=alice,
        conversation=conversation,
        message_id=pk,
        name="sky.png",
        sha256="a" * 64,
    )
    old = conversation.messages.get(pk=pk)
    old.parts = [{"type": "image", "attachment_id": file.typeid}]
    old.save()

    new = conversation.messages.get(pk=conversation.edit_as_branch(old, "Which galaxy is this?"))

    copy = new.attachments.get()
    assert (copy.sha256, copy.pk != file.pk) == (file.sha256, True)
    assert new.parts == [{"type": "image", "attachment_id": copy.typeid}]
    old.refresh_from_db()
    assert old.attachments.get() == file


def test_a_full_conversation_takes_no_other_wording_and_does_not_fork(conversation, question):
    Conversation.objects.filter(pk=conversation.pk).update(message_count=10_000)

    with pytest.raises(ConversationFull):
        conversation.edit_as_branch(question, "One more")

    assert conversation.branches.get().name == Branch.MAIN


def test_what_followed_a_deleted_message_follows_what_came_before_it(conversation, answer, alice):
    conversation.append("user", "How heavy is it?")
    conversation.append("assistant", "Twenty kilos.")
    conversation.reply(2, "user", "How much is it?")
    before = Conversation.objects.get(pk=conversation.pk)

    answer.remove()

    after = Conversation.objects.get(pk=conversation.pk)
    assert path(after) == [QUESTION, "How much is it?"]
    children = after.messages.filter(parent_position=1).values_list("text", flat=True)
    assert set(children) == {"How heavy is it?", "How much is it?"}
    assert (after.message_count, after.length, after.turns) == (4, 2, 2)
    assert (after.revision, after.updated_at > before.updated_at) == (before.revision + 1, True)
    stone = Tombstone.objects.get(id=answer.pk)
    assert (stone.kind, stone.position, stone.conversation_id) == ("message", 2, conversation.pk)


def test_a_branch_that_ended_at_a_deleted_message_ends_before_it(conversation, answer):
    conversation.refresh_from_db()

    answer.remove()

    after = Conversation.objects.get(pk=conversation.pk)
    assert path(after) == [QUESTION]
    assert (after.active_branch.tip_position, after.tip_position) == (1, 1)
    assert after.preview == QUESTION
    assert after.last_message_at == after.messages.get().created_at
    after.append("assistant", "Never the same place twice.")
    assert after.messages.last().position == 3


def test_the_last_message_may_go_too(conversation, question, answer):
    answer.remove()
    question.remove()

    after = Conversation.objects.get(pk=conversation.pk)
    assert (after.tip_position, after.message_count, after.length, after.preview) == (None, 0, 0, "")
    assert after.last_message_at == after.created_at
    after.append("user", "From the beginning.")
    assert path(after) == ["From the beginning."]


def test_what_hung_on_a_deleted_message_goes_with_it_and_nothing_else(
    conversation, question, answer, alice, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    files = [
        Attachment.objects.create(
            workspace=alice.workspace, owner=alice, conversation=conversation, message=message, sha256=digit * 64
        )
        for message, digit in ((question, "a"), (answer, "b"))
    ]
    Conversation.objects.filter(pk=conversation.pk).update(attachment_count=2)
    for file in files:
        file.path.parent.mkdir(parents=True)
        file.path.write_bytes(b"x")
    for message in (question, answer):
        Bookmark.objects.create(conversation=conversation, message=message, user=alice)
        Note.objects.create(conversation=conversation, message=message, user=alice, text="so")
        message.edit("Other words.", by=alice)

    with django_capture_on_commit_callbacks(execute=True):
        answer.remove()

    assert [file.path.exists() for file in files] == [True, False]
    for rows in (Attachment.objects, Bookmark.objects, Note.objects, conversation.revisions):
        assert rows.get().message == question
    assert Conversation.objects.get(pk=conversation.pk).attachment_count == 1


def test_metadata_is_replaced_or_merged_and_never_too_large(conversation):
    conversation.refresh_from_db()
    revision = conversation.revision

    conversation.set_metadata({"a": 1, "b": {"c": 2}})
    conversation.set_metadata({"a": None, "d": 3}, merge=True, expected_revision=revision + 1)
    with pytest.raises(Stale):
        conversation.set_metadata({}, expected_revision=revision)
    with pytest.raises(MetadataTooLarge):
        conversation.set_metadata({"long": "x" * 70_000}, merge=True)

    conversation.refresh_from_db()
    assert conversation.metadata == {"b": {"c": 2}, "d": 3}
    assert conversation.revision == revision + 2


def test_reasoning_without_an_answer_is_no_turn(conversation):
    conversation.append("assistant", "Well.", parts=[{"type": "reasoning", "text": "Hm."}])
    conversation.append("assistant", "Hm.", parts=[{"type": "reasoning", "text": "Hm."}])
    conversation.append("assistant", "", parts=[{"type": "tool_call", "name": "look"}])
    conversation.append("user", "", parts=[{"type": "image", "name": "sky.png"}])
    conversation.refresh_from_db()
    assert (conversation.length, conversation.turns, conversation.preview) == (6, 4, "Well.")

    conversation.activate(conversation.active_branch)

    conversation.refresh_from_db()
    assert (conversation.length, conversation.turns, conversation.preview) == (6, 4, "Well.")


def test_a_message_with_all_a_dialect_knows(conversation):
    now = timezone.now()
    fields = {"type": "function_call", "status": "incomplete", "name": "look", "call_id": "call_1"}
    fields |= {"external_id": "mine", "metadata": {"a": "b"}, "completed_at": now, "model": "m"}

    message = conversation.messages.get(pk=conversation.append("assistant", "look()", **fields))

    assert {name: getattr(message, name) for name in fields} == fields
