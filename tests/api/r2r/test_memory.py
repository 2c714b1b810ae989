"""What is carried away is carried in the memory of a few messages, however much it is."""

import tracemalloc

import pytest

from conversations.models import Conversation

MEGABYTE = 1_000_000
SIZE = 30 * MEGABYTE


@pytest.fixture
def long(root):
    """Forty messages that are thirty megabytes together; none is like another, so that nothing is compressed away."""
    conversation = Conversation.objects.start(root)
    for n in range(40):
        conversation.append("user", f"{n} " + "ä" * (SIZE // 80))
    return conversation


@pytest.fixture
def edited(root):
    """A short conversation whose messages were long before, many times."""
    conversation = Conversation.objects.start(root)
    for n in range(20):
        message = conversation.messages.get(pk=conversation.append("user", f"{n}"))
        for text in (f"{n} " + "x" * (SIZE // 40), "again " + "y" * (SIZE // 40), "short"):
            message.edit(text, by=root)
    return conversation


def taken(answer):
    """(bytes that came, the most memory up to the first third of them, the most of all)"""
    came, early = 0, 0
    tracemalloc.start()
    try:
        for chunk in answer:
            came += len(chunk)
            if came < SIZE / 3:
                early = tracemalloc.get_traced_memory()[1]
        return came, early, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("which", ["long", "edited"])
def test_a_conversation_takes_no_more_memory_the_longer_it_is(as_root, request, which):
    conversation = request.getfixturevalue(which)

    came, early, most = taken(as_root.get(f"/conversations/{conversation.pk}"))

    assert came > SIZE * 0.9
    assert most < early * 1.1


def test_an_export_is_sent_in_pieces(as_root, long):
    answer = as_root.post("/conversations/export_messages")

    came, _, most = taken(answer)

    assert came > SIZE * 0.9
    assert most < 2 * MEGABYTE
