"""Branches by name: made, renamed, left, and taken away with what nobody else reaches."""

import pytest
from django.urls import reverse

from conversations.models import Branch, Conversation, Message, Tombstone
from conversations.refusals import BranchExists, BranchProtected
from tests.conversations.test_conversation import path


@pytest.fixture
def forked(conversation):
    """1 → 2 → 3 on a branch of the old MAIN, and 1 → 4 → 5 on MAIN, which is active."""
    conversation.append("user", "How much is it?")
    conversation.reply(1, "assistant", "Binoculars, first.")
    conversation.append("user", "Which ones?")
    conversation.refresh_from_db()
    return conversation


def test_a_branch_is_made_where_one_is_and_is_not_the_active_one(forked):
    before = forked.updated_at

    branch = forked.create_branch("quiet", description="without questions", position=4)

    assert (branch.tip_position, branch.parent_name, branch.forked_from_position) == (4, Branch.MAIN, 4)
    forked.refresh_from_db()
    assert (forked.active_branch.name, forked.branch_count, forked.updated_at) == (Branch.MAIN, 3, before)
    forked.activate(branch)
    forked.append("user", "And then?")
    assert path(forked)[-2:] == ["Binoculars, first.", "And then?"]
    assert forked.branches.get(name=Branch.MAIN).tip_position == 5


def test_a_branch_off_another_one_begins_on_that_one(forked):
    old = forked.branches.exclude(name=Branch.MAIN).get()

    assert forked.create_branch("a", parent=old).tip_position == 3
    with pytest.raises(Message.DoesNotExist):
        forked.create_branch("b", parent=forked.active_branch, position=3)
    assert forked.create_branch("b", position=3).parent_name == old.name
    forked.branches.get(name="b").remove()
    with pytest.raises(BranchExists):
        forked.create_branch("a")
    assert Conversation.objects.get(pk=forked.pk).branch_count == forked.branches.count() == 3


def test_a_branch_of_nothing_ends_nowhere(alice):
    conversation = Conversation.objects.start(alice)

    assert conversation.create_branch("a").tip_position is None


def test_a_branch_is_renamed_and_those_off_it_know(forked):
    old = forked.branches.exclude(name=Branch.MAIN).get()
    forked.create_branch("a", parent=old)

    old.rename("without binoculars")

    assert forked.branches.get(name="a").parent_name == "without binoculars"
    old.rename("without binoculars")  # its own name is not taken
    with pytest.raises(BranchExists):
        old.rename("a")
    with pytest.raises(BranchProtected):
        forked.active_branch.rename("b")


def test_a_removed_branch_takes_what_nobody_else_reaches(forked):
    old = forked.branches.exclude(name=Branch.MAIN).get()
    forked.create_branch("halfway", parent=old, position=2)
    before = Conversation.objects.get(pk=forked.pk)

    assert old.remove() == 1

    assert list(forked.messages.order_by("position").values_list("position", flat=True)) == [1, 2, 4, 5]
    after = Conversation.objects.get(pk=forked.pk)
    assert (after.branch_count, after.message_count, after.length) == (2, 4, 3)
    assert (after.revision, after.updated_at > before.updated_at) == (before.revision + 1, True)
    assert Tombstone.objects.get().position == 3


def test_a_removed_branch_that_had_nothing_of_its_own_changes_no_message(forked):
    branch = forked.create_branch("a", position=4)
    before = Conversation.objects.get(pk=forked.pk)

    assert branch.remove() == 0

    after = Conversation.objects.get(pk=forked.pk)
    assert (after.branch_count, after.message_count) == (2, 5)
    assert (after.revision, after.updated_at) == (before.revision, before.updated_at)


@pytest.fixture
def beside(conversation):
    """1 → 2 → 3 → 4 as it was, and 1 → 2 → 5 on MAIN: what "Save beside it" makes of the message at 3."""
    conversation.append("user", "How much is it?")
    conversation.append("assistant", "Two hundred.")
    conversation.edit_as_branch(conversation.messages.get(position=3), "How heavy is it?")
    conversation.refresh_from_db()
    return conversation


def remove(conversation, position):
    """As its owner does on the page: told before what will go, which is returned as names."""
    message = conversation.messages.get(position=position)
    told = [(branch.name, heir.name) for branch, heir in message.pruned_without()]
    message.remove(prune=True)
    conversation.refresh_from_db()
    assert conversation.branch_count == conversation.branches.count()
    assert conversation.tip_position == conversation.active_branch.tip_position
    return told


def test_a_fork_whose_only_message_goes_is_taken_back(beside):
    old = beside.branches.exclude(name=Branch.MAIN).get()
    beside.create_branch("off the old one", parent=old, position=3)

    assert remove(beside, 5) == [(Branch.MAIN, old.name)]

    assert path(beside)[-2:] == ["How much is it?", "Two hundred."]
    assert (beside.active_branch_id, beside.active_branch.name, beside.length) == (old.pk, Branch.MAIN, 4)
    assert beside.branches.get(name="off the old one").parent_name == Branch.MAIN
    beside.append("user", "And the tripod?")
    assert path(beside)[-1] == "And the tripod?"


def test_a_fork_at_the_first_message_is_taken_back_as_well(conversation):
    conversation.edit_as_branch(conversation.messages.get(position=1), "How heavy is it?")

    remove(conversation, 3)

    assert (conversation.branch_count, conversation.active_branch.name, conversation.length) == (1, Branch.MAIN, 2)


def test_a_fork_that_has_more_to_say_stays_when_one_message_goes(beside):
    beside.append("assistant", "Four kilograms.")

    assert remove(beside, 5) == []

    assert path(beside)[-1] == "Four kilograms."
    assert beside.branch_count == 2


def test_where_the_old_branch_has_a_name_main_stays_and_it_becomes_active(beside):
    beside.branches.exclude(name=Branch.MAIN).get().rename("about money")

    assert remove(beside, 5) == [(Branch.MAIN, "about money")]

    assert (beside.active_branch.name, beside.length) == ("about money", 4)
    assert beside.branches.get(name=Branch.MAIN).tip_position == 2


def test_a_branch_that_is_not_read_goes_alone(beside):
    branch = beside.create_branch("aside", position=2)
    beside.activate(branch)
    beside.append("user", "Does it fold?")
    beside.activate(beside.branches.get(name=Branch.MAIN))

    assert remove(beside, 6) == [("aside", Branch.MAIN)]

    assert path(beside)[-1] == "How heavy is it?"
    assert not beside.branches.filter(name="aside").exists()


@pytest.fixture
def goes_meanwhile(conversation, just_before):
    """Somebody deletes the second of three messages while somebody else answers it."""
    conversation.append("user", "How much is it?")
    just_before(Conversation, "locked", conversation.messages.get(position=2).remove)


@pytest.mark.django_db(transaction=True)
def test_a_message_that_goes_before_it_is_answered_gets_no_answer(conversation, goes_meanwhile):
    with pytest.raises(Message.DoesNotExist):
        conversation.reply(2, "user", "And then?")

    assert path(conversation) == ["Which telescope should a beginner buy?", "How much is it?"]
    assert conversation.branches.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_answers_a_message_that_goes_meanwhile_is_told_and_keeps_their_words(
    sign_in, alice, conversation, goes_meanwhile
):
    address = reverse("conversations:messages", args=[conversation.pk])
    answer = sign_in(alice).post(address, {"text": "And then?", "tip": "2"})

    assert answer.status_code == 422
    assert "The message you were answering is no longer there." in answer.content.decode()
    assert "And then?" in answer.content.decode()
    assert conversation.messages.count() == 2


def test_when_nothing_is_left_main_is(conversation):
    conversation.create_branch("twin", position=2)

    assert remove(conversation, 2) == [("twin", Branch.MAIN)]
    assert remove(conversation, 1) == []

    assert (conversation.branch_count, conversation.active_branch.name, conversation.length) == (1, Branch.MAIN, 0)


def test_a_program_that_deletes_a_message_goes_on_before_it_on_the_same_branch(beside):
    beside.messages.get(position=5).remove()

    beside.refresh_from_db()
    assert (beside.active_branch.name, beside.tip_position, beside.branch_count) == (Branch.MAIN, 2, 2)


def test_main_and_the_active_branch_stay(forked):
    old = forked.branches.exclude(name=Branch.MAIN).get()
    with pytest.raises(BranchProtected):
        forked.active_branch.remove()
    forked.activate(old)
    with pytest.raises(BranchProtected):
        old.remove()
    with pytest.raises(BranchProtected):
        forked.branches.get(name=Branch.MAIN).remove()
    assert forked.branches.count() == 2


def test_a_branch_of_five_thousand_messages_goes_in_a_handful_of_statements(
    forked, alice, django_assert_max_num_queries
):
    old = forked.branches.exclude(name=Branch.MAIN).get()
    forked.messages.bulk_create(
        Message(conversation=forked, workspace=alice.workspace, owner=alice, position=n, parent_position=max(3, n - 1),
                role="user", text=str(n)) for n in range(101, 5_101)
    )  # fmt: skip
    forked.messages.filter(position=101).update(parent_position=3)
    old.tip_position = 5_100
    old.save()
    Conversation.objects.filter(pk=forked.pk).update(message_count=5_005, next_position=5_101)

    with django_assert_max_num_queries(30):
        assert old.remove() == 5_002

    assert Conversation.objects.get(pk=forked.pk).message_count == 3
