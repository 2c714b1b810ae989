import random

import pytest

from conversations.models import Conversation, Message
from conversations.search.paths import Paths
from conversations.tree import Tree


def grow(owner, parents):
    """A conversation with these parents, position by position from 1; its tip is the last."""
    conversation = Conversation.objects.start(owner)
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            workspace_id=owner.workspace_id,
            owner=owner,
            position=position,
            parent_position=parent,
            role="user",
            text="word",
        )
        for position, parent in parents.items()
    )
    Conversation.objects.filter(pk=conversation.pk).update(
        tip_position=max(parents, default=None), message_count=len(parents), length=-1
    )
    conversation.refresh_from_db()
    return conversation


@pytest.mark.parametrize("seed", range(12))
def test_a_path_in_runs_is_the_path_that_the_thread_shows(alice, seed):
    """Any tree, with messages taken out of its middle and their answers moved up."""
    chance = random.Random(seed)
    parents = {1: None}
    for position in range(2, 60):
        parents[position] = position - 1 if chance.random() < 0.7 else chance.randrange(position) or None
    for gone in chance.sample(range(2, 59), 10):
        parent = parents.pop(gone)
        parents = {position: parent if above == gone else above for position, above in parents.items()}
    tree = grow(alice, parents)
    path = set(Tree(tree.pk).path(tree.tip_position))

    paths = Paths()
    paths.read([tree.pk])

    assert {position for position in parents if paths.shows(tree.pk, position)} == path


def test_an_empty_conversation_and_one_without_branches_show_everything(alice, conversation):
    empty = grow(alice, {})
    paths = Paths()
    paths.read([empty.pk, conversation.pk])

    assert paths.shows(conversation.pk, 1)
    assert not paths.shows(empty.pk, 1)


def test_no_conversation_is_read_twice(alice, conversation, django_assert_num_queries):
    paths = Paths()
    paths.read([conversation.pk])

    with django_assert_num_queries(0):
        paths.read([conversation.pk])
        paths.read([])
