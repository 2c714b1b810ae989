"""What no text may cost: a second of CPU on a slow machine (0.3 s on ours), thirty times its size and 100,000."""

import pytest

from lib.markdown import render
from tests.cost import costs_less_than

# Repeated until they fill the size. Each was quadratic, or blew up its output, in a parser somewhere.
RUNS = {
    "tasks": "- [ ] a\n",
    "link starts": "http://a.b/((",
    "links": "http://a.b/ ",
    "mails": "a@b.c ",
    "pictures": "![",
    "brackets": "[",
    "empty links": "[a](",
    "shortcuts": "[a]",
    "cdata": "<![CDATA[",
    "lists": "- a\n  1. b\n",
    "backticks": "`",
    "odd backticks": "` `` ",
    "emphasis": "*a",
    "strong": "**a* ",
    "mixed emphasis": "_*",
    "underscores": "_a ",
    "tildes": "~~a ",
    "dollars": "$a",
    "formulas": "$x$ ",
    "fractions": "$\\frac{a}{b}$ ",
    "open displays": "$$a\n",
    "backslashes": "\\",
    "open parentheses": "\\(a",
    "open squares": "\\[a\n",
    "entities": "&amp;",
    "ampersands": "&",
    "quotes": "> ",
    "lazy quotes": "> > a\nb\n",
    "notes": "[^a",
    "definitions": "[^1]: a\n",
    "at": "@",
    "colons": ":",
    "letters": "a",
    "line ends": "\n",
    "lines": "a\n",
    "rules": "---\n",
    "headings": "# a\n",
    "underlined": "a\n=\n",
    "indented": "    a\n",
    "nested items": "  - a\n",
    "fences": "```\n",
    "python": "```py\na=1\n```\n",
    "java": "```java\na a a\n```\n",
    "pipes": "|",
    "cells": "| a ",
    "tables": "a|b\n-|-\n1|2\n\n",
    "citations": "【13†a】",
    "open citations": "【1",
    "private": "\ue200",
    "tags": "<div>",
    "less": "<",
    "titles": '[a](b "',
    "angles": "[a](<",
    "nul": "\0",
    "surrogates": "\ud800",
    "returns": "\r",
    "wide": "漢",
    "emoji": "😀",
    "dead": "[a](b) ",
    "data": "![a](data:image/png;base64,AAAA)\n",
    "quoted lists": "> - ",
    "stars": "* a\n",
    "numbers": "1. ",
    "references": "[a]: b\n",
    "open references": "[a\n",
    "hard breaks": "a  \n",
    "escapes": "\\*",
    "auto": "<http://a.b> ",
    "remote": "![a](https://e.example/i.png)\n",
    "prose": "The quick brown fox, and then it *sleeps*.\n",
}


def shapes(size):
    """Texts of one long part and many short ones."""
    yield "reference bomb", "[a]: /" + "x" * (size // 2) + "\n\n" + "[a] " * (size // 8)
    yield "wide table", "|".join("a" * (size // 8)) + "\n" + "|".join("-" * (size // 8)) + "\n" + "b\n" * (size // 8)
    yield "long table", "|".join("a" * 100) + "\n" + "|".join("-" * 100) + "\n" + "b\n" * (size // 4)
    yield "many references", "[^1]: a\n\n" + "[^1] " * (size // 5)
    yield "open notes", "[^1]: a\n\n" + "[^" * 2_900 + "x" * size
    yield "fifteen quotes", "> " * 15 + "a\n" + "b\n" * (size // 2)
    yield "brackets at the limit", "[" * 2_900 + "a " * (size // 2)
    yield "pictures at the limit", "![" * 2_900 + "a " * (size // 2)
    yield "emphasis at the limit", "*a_b~" * 2_500 + "b " * (size // 2)
    yield "dollars at the limit", "$a b " * 3_900 + "c " * (size // 2)
    yield "items at the limit", "- a\n\n" * 2_400
    yield "one code block", "```python\n" + 'x = "a"\n' * (size // 8) + "```"
    yield "slow code", "```java\n" + "a a a " * 1_300 + "\n```\n" + "```ini\n" + "= " * 950 + "\n```\n"
    yield "dense formulas", ("$" + "x" * 1_990 + "$\n\n") * 50
    yield (
        "everything",
        ("*a* [b](/c) `d` $e$ ~~f~~ https://g.h <i> &amp; ![j](https://k.l/m)\n\n- n\n\n| o |\n|---|\n\n" * size)[
            :size
        ],
    )


@pytest.mark.parametrize("size", [10_000, 40_000, 100_000, 1_000_000])
def test_nothing_costs_more_than_a_second_or_thirty_times_its_size(size):
    render("`a` $b$\n```py\nc\n```")  # built once, and not what is measured
    repeated = ((name, (run * (size // len(run) + 1))[:size]) for name, run in RUNS.items())
    for name, text in [*repeated, *shapes(size)]:
        assert costs_less_than(1, lambda text=text: render(text)), name
        assert len(render(text)) <= 30 * len(text) + 100_000, name


def test_an_ordinary_long_answer_is_not_refused():
    answer = (
        "## Step\n\nSome **bold** words and `code` with [a link](https://example.com/x), then more to fill it.\n\n"
        "- one\n- two\n  - three\n\n```python\ndef f(x):\n    return x + 1\n```\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n> $x^2$\n\n"
    )

    assert "<table>" in render(answer * 100)


def test_beyond_the_limits_the_text_is_shown_as_it_was_typed():
    text = "<b>*a* & \n" * 20_000

    html = render(text)

    assert html.startswith('<pre class="plain" tabindex="0">&lt;b&gt;*a* &amp; \n')
    assert html.count("&lt;b&gt;") == 20_000
