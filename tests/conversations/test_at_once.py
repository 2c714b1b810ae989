"""Several write, answer, edit, fork and delete at once; whatever the order, the conversation stays a tree."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from conversations.models import Conversation, Rendering
from conversations.refusals import BranchExists
from conversations.rendering import html_of
from conversations.tree import Tree


def act(conversation, random):
    """One of the things that people and programs do, with a message that may be gone by then."""
    messages = list(conversation.messages.all())
    message = random.choice(messages)
    acts = [
        lambda: conversation.append("user", "more"),
        lambda: conversation.reply(message.position, "user", "an answer"),
        lambda: message.edit("other words", by=conversation.owner),
        lambda: conversation.edit_as_branch(message, "another wording"),
        lambda: conversation.create_branch(f"b{random.randrange(4)}", position=message.position),
        lambda: conversation.activate(random.choice(list(conversation.branches.all()))),
        lambda: html_of(messages),
        lambda: len(messages) > 3 and message.remove(prune=random.random() < 0.5),
    ]
    with suppress(ObjectDoesNotExist, BranchExists):  # somebody else was quicker
        random.choice(acts)()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_a_conversation_stays_whole_whatever_is_done_at_once(conversation, seed):
    for _ in range(4):
        conversation.append("user", "a word")

    def run(number):
        random = Random(f"{seed} {number}")
        try:
            for _ in range(40):
                act(Conversation.objects.get(pk=conversation.pk), random)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(run, range(4)))

    conversation.refresh_from_db()
    tree, branches = Tree(conversation.pk), list(conversation.branches.all())
    assert {parent for parent in tree.parents.values() if parent} <= tree.parents.keys()
    assert {branch.tip_position for branch in branches} - {None} <= tree.parents.keys()
    assert tree.reached_from(branch.tip_position for branch in branches) == tree.parents.keys()
    assert conversation.message_count == len(tree.parents)
    assert conversation.length == len(tree.path(conversation.tip_position))
    assert conversation.branch_count == len(branches)
    assert conversation.active_branch.tip_position == conversation.tip_position
    assert not Rendering.objects.exclude(message__in=conversation.messages.all()).exists()
