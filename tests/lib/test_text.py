import time

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
        ("![a](http://x.y/z) [b](http://x.y/" + "z" * 60 + ") c", "a b c"),
        ("- [x] done\n- open\n* star", "done open star"),
        ("2 * 3, 2*3, *so*", "2 * 3, 2*3, so"),
        (r"\*not so\*, 5\$", "*not so*, 5$"),
        ("from $5 to $10", "from $5 to $10"),
        (r"$e^{i\pi}+1=0$ is", "e^iπ+1=0 is"),
        (r"\[ \frac{a_1}{2} \times \sin x", "a_1/2 ×sin x"),
        (r"C:\Users\me", r"C:\Users\me"),
        ("so【11†source】 and [^1] 【so】", "so and 【so】"),
        ("  \n ", ""),
    ],
)
def test_the_first_line_is_plain_words(text, line):
    assert first_line(text, 24) == line


def test_what_postgresql_cannot_hold_is_replaced_and_nothing_else():
    assert clean("a\x00b\ud800c\n\u202e d") == "ab\ufffdc\n\u202e d"


@pytest.mark.parametrize(
    "sign", ["$", "[", "*a ", "![", "`", "_a_", "【", "\\(", "\\[a", "$a_ ", "](", "|-", "\ue200", "> "]
)
def test_no_beginning_of_a_text_costs_more_than_a_row_may(sign):
    text = sign * (1_200 // len(sign))

    started = time.thread_time()
    first_line(text, 200)

    assert time.thread_time() - started < 0.02
