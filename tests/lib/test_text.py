import pytest

from lib.text import clean, first_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# A *bold* claim\n\nand more", "A bold claim and more"),
        ("> quoted `code_name` here", "quoted code_name here"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"),
        ("word " * 100, "word word word word wor…"),
        ("  \n ", ""),
    ],
)
def test_the_first_line_is_plain_words(text, line):
    assert first_line(text, 24) == line


def test_what_postgresql_cannot_hold_is_replaced_and_nothing_else():
    assert clean("a\x00b\ud800c\n\u202e d") == "ab\ufffdc\n\u202e d"
