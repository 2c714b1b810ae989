"""Reprs of Python, read without evaluating anything."""

from contextlib import suppress

import pytest

from api.r2r.literals import DEPTH, LARGEST, NoLiteral, literal, pairs
from tests.cost import costs_less_than

VALUES = [
    {}, {"role": "user", "content": "It's \"so\" – é\n\t\\"}, {"a": [1, -2.5, 1e300, True, False, None]}, [[], {}, ""],
    {"n": {"d": ["'", '"']}}, "just a string", -1, 12345678901234567890, {"long": "x" * 100_000},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
def test_what_python_writes_comes_back(value):
    assert literal(repr(value)) == value


def test_tuples_are_lists_and_a_comma_may_follow_the_last():
    assert literal("(1, 'a')") == [1, "a"]
    assert literal("{'a': (1,),}") == {"a": [1]}


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "__import__('os')", "{'a': print}", "{1: 2}", "{'a'}", "{'a': 1", "[1,,2]", "1 2", "{'a': b'x'}",
        "f'x'", "1+1", "--1", "'a' 'b'", "{'a': 1} x", "lambda: 0", "{**{}}", "[x for x in 'a']", "'open", "0x1f",
        "1_000", "nan", "'\\N{nonsense}'", "[" * (DEPTH + 2) + "]" * (DEPTH + 2), "'" + "x" * LARGEST + "'",
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_anything_else_is_no_literal(text):
    with pytest.raises(NoLiteral):
        literal(text)


def test_a_model_s_str_is_read_as_pairs():
    written = "role=<MessageType.USER: 'user'> content=\"It's\" name=None function_call=None tool_calls=[{'id': 'c'}]"

    assert pairs(written) == {
        "role": "user", "content": "It's", "name": None, "function_call": None, "tool_calls": [{"id": "c"}],
    }  # fmt: skip
    for text in ("role='user' and more", "role=user", "a = 'b'", "role='user', content='x'"):
        with pytest.raises(NoLiteral):
            pairs(text)


@pytest.mark.parametrize(
    "text",
    ["'" * 200_000, "'\\" * 100_000, "[" * 200_000, "{'a':" * 40_000, "a=" * 100_000, " " * 500_000, "-" * 200_000],
)
def test_no_text_takes_long(text):
    def read():
        for reader in (literal, pairs):
            with suppress(NoLiteral):
                reader(text)

    assert costs_less_than(1, read)
