import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from conversations import limits
from conversations.models import (
    Attachment,
    Branch,
    Conversation,
    ConversationFull,
    DuplicateMessage,
    Grant,
    Message,
    Tombstone,
)
from projects.models import Role


def path(conversation):
    """The texts of the active branch, oldest first."""
    conversation.refresh_from_db()
    rows = {m.position: m for m in conversation.messages.all()}
    texts, position = [], conversation.tip_position
    while position is not None:
        texts.append(rows[position].text)
        position = rows[position].parent_position
    return texts[::-1]


def test_appending_moves_the_tip_and_every_counter(alice):
    conversation = Conversation.objects.start(alice)
    before = conversation.updated_at

    conversation.append("user", "# Which *telescope*?")
    conversation.append("tool", "log output")

    conversation.refresh_from_db()
    assert (conversation.message_count, conversation.length, conversation.turns) == (2, 2, 1)
    assert conversation.preview == "Which telescope?"
    assert conversation.active_branch.tip_position == conversation.tip_position == 2
    assert conversation.revision == 2
    assert conversation.updated_at > before


def test_appending_is_one_statement(conversation, django_assert_num_queries):
    with django_assert_num_queries(1):
        conversation.append("user", "And where do I put it?")


def test_a_full_conversation_refuses_and_stays_as_it_was(conversation):
    Conversation.objects.filter(pk=conversation.pk).update(message_count=limits.MESSAGES)

    with pytest.raises(ConversationFull, match="at most 10,000 messages"):
        conversation.append("user", "One more")

    assert conversation.messages.count() == 2


def test_several_messages_are_appended_together_or_not_at_all(conversation):
    conversation.append_all([{"role": "user", "text": "And then?", "call_id": "c1"}, {"role": "tool", "text": "42"}])

    assert path(conversation)[2:] == ["And then?", "42"]
    assert conversation.messages.get(position=3).call_id == "c1"

    Conversation.objects.filter(pk=conversation.pk).update(message_count=limits.MESSAGES - 1)
    with pytest.raises(ConversationFull):
        conversation.append_all([{"role": "user", "text": "One"}, {"role": "user", "text": "too many"}])
    assert conversation.messages.count() == 4


def test_several_messages_are_one_statement_that_tells_the_row_all_of_it(conversation, django_assert_num_queries):
    before = Conversation.objects.get(pk=conversation.pk)
    later = timezone.now() + timedelta(days=1)
    metadata = {"large": 10**300, "é": [None, True, 0.1]}
    messages = [
        {"role": "user", "text": "Why?\n\nReally.", "created_at": later},
        {"role": "assistant", "text": "", "type": "function_call", "parts": [{"type": "reasoning"}]},
        {"role": "tool", "text": "42", "status": "failed", "metadata": metadata, "model": "m", "name": "n"},
        {"role": "assistant", "text": " \n", "completed_at": later, "external_id": "mine"},
    ]

    with django_assert_num_queries(3):  # and where a transaction begins and ends
        ids = conversation.append_all(messages)

    assert path(conversation)[2:] == [message["text"] for message in messages]
    written = list(conversation.messages.filter(position__gt=2).order_by("position"))
    assert [message.pk for message in written] == ids
    for message, sent in zip(written, messages, strict=True):
        assert sent.items() <= vars(message).items()
    after = Conversation.objects.get(pk=conversation.pk)
    assert (after.message_count, after.length, after.next_position) == (6, 6, 7)
    assert after.turns == before.turns + 2
    assert (after.tip_position, after.active_branch.tip_position) == (6, 6)
    assert (after.preview, after.last_message_at) == ("Why? Really.", later)
    assert after.updated_at > before.updated_at
    assert after.revision > before.revision


def test_one_of_several_may_answer_an_earlier_message(conversation):
    conversation.append_all(
        [{"role": "assistant", "text": "A refractor.", "after": 1}, {"role": "user", "text": "Ah."}]
    )

    assert path(conversation) == ["Which telescope should a beginner buy?", "A refractor.", "Ah."]
    assert conversation.branch_count == 2


def test_an_external_id_is_used_once_in_a_conversation(conversation):
    conversation.append("user", "First", external_id="m-1")

    with pytest.raises(DuplicateMessage):
        conversation.append_all(
            [{"role": "user", "text": "New"}, {"role": "user", "text": "Again", "external_id": "m-1"}]
        )

    assert conversation.messages.count() == 3


def test_a_conversation_that_is_gone_takes_no_message(conversation):
    Conversation.objects.filter(pk=conversation.pk).delete()

    with pytest.raises(Conversation.DoesNotExist):
        conversation.append("user", "Anybody there?")
    with pytest.raises(Conversation.DoesNotExist):
        conversation.append_all([{"role": "user", "text": "Anybody there?"}])


def test_replying_to_the_tip_is_one_statement_too(conversation, django_assert_num_queries):
    with django_assert_num_queries(1):
        conversation.reply(2, "user", "Why?")

    assert path(conversation)[-1] == "Why?"
    assert conversation.branch_count == 1


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_are_ordered_and_none_is_lost(conversation):
    def write(name):
        for n in range(5):
            Conversation.objects.get(pk=conversation.pk).append("user", f"{name} {n}")
        connection.close()

    threads = [threading.Thread(target=write, args=[name]) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    said = path(conversation)
    assert len(said) == 22
    assert {text for text in said if text[0] in "abcd" and text[1] == " "} == {
        f"{x} {n}" for x in "abcd" for n in range(5)
    }


def test_replying_to_an_older_message_forks_and_keeps_the_old_path_under_its_own_name(conversation):
    conversation.refresh_from_db()
    old = conversation.active_branch

    conversation.reply(1, "assistant", "Binoculars, first.")

    assert path(conversation) == ["Which telescope should a beginner buy?", "Binoculars, first."]
    old.refresh_from_db()
    assert old.name.startswith("MAIN_")
    assert old.tip_position == 2
    assert conversation.active_branch.name == Branch.MAIN
    assert (conversation.branch_count, conversation.length, conversation.turns) == (2, 2, 2)


def test_two_forks_in_one_second_both_get_a_name(conversation, time_machine_frozen):
    conversation.reply(1, "assistant", "Binoculars.")
    conversation.reply(1, "assistant", "A star chart.")

    names = sorted(conversation.branches.values_list("name", flat=True))
    assert names[0] == "MAIN"
    assert names[2] == f"{names[1]}-2"


def test_replying_at_the_tip_of_another_branch_goes_on_there(conversation):
    conversation.reply(1, "assistant", "Binoculars.")
    conversation.reply(2, "user", "Why aperture?")

    assert path(conversation)[-2:] == [
        "A **Dobsonian** of six to eight inches: the most aperture for the money.",
        "Why aperture?",
    ]
    assert conversation.branch_count == 2


def test_renaming_moves_updated_at_even_when_the_clock_stands_still(conversation, time_machine_frozen):
    conversation.rename("One")
    first = conversation.updated_at
    conversation.rename("Two")

    assert conversation.updated_at > first


def test_deleting_takes_everything_along_and_says_how_much(conversation, alice):
    Attachment.objects.create(
        workspace=alice.workspace,
        owner=alice,
        conversation=conversation,
        name="sky.png",
        message=conversation.messages.first(),
    )
    other = Conversation.objects.start(alice, title="Another")
    other.append("user", "Stays")

    counts = conversation.delete()

    assert counts["messages"] == 2
    assert counts["attachments"] == counts["branches"] == counts["conversations"] == 1
    assert list(Conversation.objects.all()) == [other]
    assert Tombstone.objects.of(Conversation).get().id == conversation.pk


def test_the_bytes_of_a_deleted_attachment_go_when_nothing_else_names_them(
    conversation, alice, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    other = Conversation.objects.start(alice)
    shared, alone = [
        Attachment(workspace=alice.workspace, owner=alice, conversation=conversation, name="a", sha256=digit * 64)
        for digit in "ab"
    ]
    for attachment in (shared, alone):
        attachment.save()
        attachment.path.parent.mkdir(parents=True)
        attachment.path.write_bytes(b"x")
    Attachment.objects.create(
        workspace=alice.workspace, owner=alice, conversation=other, name="a again", sha256=shared.sha256
    )

    with django_capture_on_commit_callbacks(execute=True):
        conversation.delete()

    assert shared.path.exists()
    assert not alone.path.exists()


def test_the_owner_project_members_and_the_granted_see_it_and_nobody_else(conversation, alice, bob, charlie):
    assert Conversation.objects.visible_to(alice).get() == conversation
    assert Conversation.objects.visible_to(bob).get() == conversation  # through the project
    assert not Conversation.objects.visible_to(charlie).exists()


def test_a_grant_opens_one_conversation_inside_the_workspace_only(alice, bob, charlie):
    private = Conversation.objects.start(alice, title="Private")
    assert not Conversation.objects.visible_to(bob).exists()

    for user in (bob, charlie):
        Grant.objects.create(conversation=private, user=user, role=Role.EDITOR)

    assert Conversation.objects.visible_to(bob).get() == private
    assert not Conversation.objects.visible_to(charlie).exists()  # another workspace, whatever the grant says
    assert private.can_be_edited_by(bob)


def test_the_one_at_an_id_is_found_by_whom_the_door_lets_through(conversation, alice, bob, charlie):
    private = Conversation.objects.start(alice, title="Private")
    Grant.objects.create(conversation=private, user=charlie, role=Role.EDITOR)

    for user in (alice, bob, charlie, AnonymousUser()):
        for wanted in (conversation, private):
            if Conversation.objects.visible_to(user).filter(pk=wanted.pk).exists():
                assert Conversation.visible(wanted.pk, user) == wanted
            else:
                with pytest.raises(Conversation.DoesNotExist):
                    Conversation.visible(wanted.pk, user)


def test_a_viewer_may_not_write(conversation, alice, bob):
    assert conversation.can_be_edited_by(alice)
    assert not conversation.can_be_edited_by(bob)


@pytest.mark.django_db(transaction=True)
def test_deleting_while_others_write_leaves_nothing_behind_and_fails_for_nobody(conversation):
    faults = []

    def write():
        try:
            for _ in range(50):
                conversation.append("user", "one more")
        except Conversation.DoesNotExist:
            pass
        except Exception as fault:
            faults.append(fault)
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    Conversation.objects.filter(pk=conversation.pk).delete()
    for writer in writers:
        writer.join()

    assert faults == []
    assert not Message.objects.exists()
