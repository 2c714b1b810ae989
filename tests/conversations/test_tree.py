"""Paths made of runs are the paths one walks from answer to question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.models import Conversation
from conversations.tree import Path, Tree


@pytest.fixture
def bushy(alice):
    """Messages that turn off after each other, off what turned off, and from the beginning; some are gone again."""
    conversation = Conversation.objects.start(alice)
    conversation.append_all([{"role": "user", "text": str(number)} for number in range(1, 21)])
    for at in (5, 20, 7, 22, 5, 2):
        conversation.reply(at, "assistant", f"beside what answers {at}")
        conversation.append("user", "and on")
    for position in (3, 12, 20, 28, 32):
        conversation.messages.get(position=position).remove()
    return Conversation.objects.get(pk=conversation.pk)


def walked(parents, tip):
    path = []
    while tip is not None:
        path.append(tip)
        tip = parents[tip]
    return path[::-1]


def test_every_path_is_what_one_walks_up_from_its_end(bushy):
    tree = Tree(bushy.pk)
    assert len([at for at, parent in tree.parents.items() if parent != at - 1]) > 5

    for position in tree.parents:
        assert list(tree.path(position)) == walked(tree.parents, position)
    assert list(tree.path(None)) == []
    assert tree.reached_from([14, 25]) == {*walked(tree.parents, 14), *walked(tree.parents, 25)}


def test_the_newest_leaf_is_the_last_of_all_that_stands_below(bushy):
    tree = Tree(bushy.pk)

    for position in tree.parents:
        assert tree.newest_leaf_below(position) == max(tree.below({position}))


def test_what_is_gone_and_what_never_was_is_told_from_what_is_there(bushy):
    tree = Tree(bushy.pk)

    assert [at for at in range(40) if tree.has(at)] == list(tree.parents)


def test_a_conversation_without_messages_has_no_paths(alice):
    tree = Tree(Conversation.objects.start(alice).pk)

    assert (list(tree.path(None)), list(tree.path(3)), tree.parents) == ([], [], {})


runs = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), max_size=5).map(
    lambda pairs: [
        range(start := sum(gap + length for gap, length in pairs[:n]) + gap, start + length)
        for n, (gap, length) in enumerate(pairs)
    ]
)


@given(runs, st.integers(0, 80), st.integers(-80, 80), st.integers(-80, 80))
def test_a_path_is_a_sequence_like_any_other(runs, position, start, end):
    path, plain = Path(runs), [at for run in runs for at in run]

    assert (len(path), list(path), list(reversed(path))) == (len(plain), plain, plain[::-1])
    assert [path[n] for n in range(-len(plain), len(plain))] == plain + plain
    assert (path[start:end], path[:end], path[start:]) == (plain[start:end], plain[:end], plain[start:])
    assert (position in path) == (position in plain)
    assert path.before(position) == sum(at < position for at in plain)
    if position in plain:
        assert path.index(position) == plain.index(position)
    for beyond in (len(plain), -len(plain) - 1):
        with pytest.raises(IndexError):
            path[beyond]
    with pytest.raises(ValueError, match="0"):
        path.index(0)
