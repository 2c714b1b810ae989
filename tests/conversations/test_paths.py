"""Pages of a path: wherever they begin, and whether it has to be walked or not, they are pieces of the same path."""

import pytest

from conversations import paths
from conversations.models import Conversation
from conversations.tree import Tree


@pytest.fixture
def straight(conversation):
    conversation.append_all([{"role": "user", "text": str(number)} for number in range(3, 13)])
    conversation.messages.get(position=5).remove()
    return Conversation.objects.get(pk=conversation.pk)


@pytest.fixture
def forked(straight):
    straight.reply(7, "assistant", "Another way.")
    straight.append("user", "Further on it.")
    return Conversation.objects.get(pk=straight.pk)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 3, 50])
@pytest.mark.parametrize("kind", ["straight", "forked"])
def test_a_page_is_what_stands_behind_its_place(request, kind, limit, newest_first):
    conversation = request.getfixturevalue(kind)
    path = Tree(conversation.pk).path(conversation.tip_position)
    numbers = {position: number for number, position in enumerate(path, 1)}
    assert conversation.is_straight == (kind == "straight")

    for after in [None, *range(16)]:
        behind = [at for at in path if after is None or (at < after if newest_first else at > after)]
        behind = behind[::-1] if newest_first else behind
        page = paths.page(conversation, conversation.tip_position, after=after, limit=limit, newest_first=newest_first)
        assert page.positions == behind[:limit]
        assert page.has_more == (len(behind) > limit)
        assert page.length == len(path)
        assert page.numbered() == {at: numbers[at] for at in behind[:limit]}


def test_a_page_of_a_straight_path_reads_nothing_else(straight, django_assert_num_queries):
    with django_assert_num_queries(1) as asked:
        paths.page(straight, straight.tip_position, after=8, limit=2)

    assert "array_agg" not in asked[0]["sql"]


def test_what_was_written_since_the_conversation_was_read_is_no_part_of_it(straight):
    tip = straight.tip_position
    straight.reply(3, "assistant", "On another path.")

    assert paths.page(straight, tip, after=10, limit=50).positions == [11, 12]


def test_nothing_has_no_pages(alice):
    empty = Conversation.objects.start(alice)

    for newest_first in (True, False):
        assert paths.page(empty, None, limit=5, newest_first=newest_first).positions == []
