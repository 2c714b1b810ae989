"""Trees as nobody should write them. What must hold for all: no message lost, parents first, every path as it was."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.importing.formats import chatgpt
from conversations.importing.incoming import IncomingMessage, Node
from conversations.importing.tree import in_order
from tests.conversations.importing.exports import answer, chat, node
from tests.cost import costs_less_than

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def nodes(**parents):
    return {key: Node(key, parent, [], IncomingMessage(key, "user", key)) for key, parent in parents.items()}


def ordered(**parents):
    messages, notices = in_order(nodes(**parents), NOW)
    return [(message.source_id, message.parent) for message in messages], notices


def test_a_message_that_answers_itself_becomes_a_first_one():
    assert ordered(a="a", b="a") == (
        [("a", None), ("b", "a")],
        ["1 message answered themselves, directly or in a circle; the circle was opened."],
    )


def test_a_circle_is_opened_once():
    messages, notices = ordered(a="c", b="a", c="b")

    assert {key for key, _ in messages} == {"a", "b", "c"}
    assert [parent for _, parent in messages].count(None) == 1
    assert len(notices) == 1


def test_a_parent_that_does_not_exist_is_told():
    assert ordered(a="nobody", b="a") == (
        [("a", None), ("b", "a")],
        ["1 message named a parent that is not in the file."],
    )


def test_a_chain_of_100_000_is_ordered_in_a_breath():
    chain = {str(n): str(n - 1) if n else None for n in range(100_000)}
    messages, notices = ordered(**chain)

    assert [key for key, _ in messages] == list(chain)
    assert notices == []
    assert costs_less_than(5, lambda: ordered(**chain))


def test_100_000_messages_in_one_circle_or_with_one_parent():
    circle = {str(n): str((n + 1) % 100_000) for n in range(100_000)}
    star = {"0": None} | {str(n): "0" for n in range(1, 100_000)}

    assert len(ordered(**circle)[0]) == len(ordered(**star)[0]) == 100_000


KEYS = [f"n{number}" for number in range(12)]
# Not the private-use marks of citations: a message of nothing but marks carries no words.
WORDS = st.characters(exclude_characters="".join(map(chr, range(0xE200, 0xE207))))
garbage = st.one_of(st.none(), st.integers(), st.just("nobody"), st.just(["x"]))
random_nodes = st.dictionaries(
    st.sampled_from(KEYS),
    st.fixed_dictionaries(
        {
            "parent": st.one_of(st.sampled_from(KEYS), garbage),
            "children": st.one_of(garbage, st.lists(st.one_of(st.sampled_from(KEYS), garbage), max_size=5)),
            "text": st.one_of(st.none(), st.just(""), st.text(WORDS, min_size=1, max_size=5)),
            "time": st.one_of(st.none(), st.floats(), st.integers(0, 2 * 10**9)),
        }
    ),
    max_size=12,
)


def mapped(drawn):
    others = [
        answer(key, each["parent"], each["text"], create_time=each["time"]) | {"children": each["children"]}
        for key, each in drawn.items()
    ]
    return chat(node("start", None, "Start"), *others, current=next(iter(drawn), "start"))


@given(random_nodes)
@settings(max_examples=300)
def test_any_tree_keeps_every_message_and_every_path(drawn):
    conversation = chatgpt.read(mapped(drawn), NOW)

    said = {key for key, each in drawn.items() if each["text"]} | {"start"}
    place = {message.source_id: rank for rank, message in enumerate(conversation.messages)}
    assert set(place) == said
    assert len(conversation.messages) == len(said)
    assert conversation.structural == len(drawn) + 1 - len(said)
    for message in conversation.messages:
        assert message.parent is None or place[message.parent] < place[message.source_id]
        assert message.created_at is not None
        assert message.parent in (None, _nearest(drawn, message.source_id, said))
    assert conversation.tip in place


def _nearest(drawn, key, said):
    """Walks up as the file says, by hand: the message above, where there is a way that does not go in circles."""
    seen = {key}
    while key in drawn:
        parent = drawn[key]["parent"]
        if not isinstance(parent, str) or parent not in drawn:
            parent = next((other for other in drawn if other != key and key in _listed(drawn[other])), None)
        if parent is None or parent in seen:
            return parent if parent in said else None
        seen.add(parent)
        if parent in said:
            return parent
        key = parent
    return None


def _listed(each):
    return each["children"] if isinstance(each["children"], list) else []
