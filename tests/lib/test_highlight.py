"""Colours for code: only known languages, byte for byte, within the clock."""

import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lib.highlight import BLOCK_LIMIT, CLASSES, LANGUAGES, MESSAGE_LIMIT, SLOW, Highlighter, label

CSS = (Path(__file__).parents[2] / "static/css/code.css").read_text()
# The runs that made Pygments' lexers quadratic: seconds for 20 kB without a clock.
RUNS = [
    "a a a ",
    '\\"',
    "`",
    "@",
    "%",
    "&",
    "=",
    "= ",
    "\n",
    "!",
    "?",
    "$(",
    "a<",
    "{%",
    "/*",
    "'",
    "<",
    "((",
    "0x",
    "- ",
]


class Text(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_data(self, data):
        self.text += data


def test_python_gets_its_colours():
    html = Highlighter().highlight('def f(x):\n    return "a" + 1  # why\n', "py")

    assert '<span class="nf">f</span>' in html
    assert '<span class="s">&quot;a&quot;' in html
    assert "# why" in html


@pytest.mark.parametrize("lexer", sorted({lexer for lexer, _ in LANGUAGES.values()}))
def test_code_comes_back_byte_for_byte(lexer):
    code = "\n\n  <b>&amp; 'x' \"y\" `z`\t// # é 漢 😀 \ufeff\n{{ a }} {% b %} <?php echo 1 ?>\n  \n\n"

    html = Highlighter().highlight(code, lexer)

    assert html is None or Text(html).text == code


@pytest.mark.parametrize("lexer", sorted({lexer for lexer, _ in LANGUAGES.values()}))
def test_no_lexer_outlasts_the_clock(lexer):
    limit = SLOW.get(lexer, BLOCK_LIMIT)
    for run in RUNS:
        whole, half = ((run * limit)[:length] for length in (limit, limit // 2))
        if taken(whole, lexer) > 0.1:  # what is quick grows as it likes
            # Twice the code is four times the work of a quadratic match; what explodes is far beyond that.
            slowly = min(taken(whole, lexer) for _ in range(3))
            assert slowly < 2, repr(run)  # a quarter, measured on a busy machine
            assert slowly < 8 * min(taken(half, lexer) for _ in range(3)) + 0.1, repr(run)


def taken(code, lexer):
    """CPU seconds: of the clock, and of the one match that it cannot interrupt."""
    highlighter = Highlighter()
    highlighter.seconds = 0.005
    start = time.thread_time()
    highlighter.highlight(code, lexer)
    return time.thread_time() - start


def test_an_unknown_language_and_a_long_block_stay_plain():
    assert Highlighter().highlight("x = 1\n", "klingon") is None
    assert Highlighter().highlight("x = 1\n", "") is None
    assert Highlighter().highlight("x = 1\n" * BLOCK_LIMIT, "python") is None


def test_the_blocks_of_a_message_share_one_allowance():
    highlighter = Highlighter()
    highlighter.seconds = 60  # the characters are what is counted here, however slow the machine
    code = "x" * (BLOCK_LIMIT - 1) + "\n"

    coloured = [highlighter.highlight(code, "python") is not None for _ in range(10)]

    assert sum(coloured) == MESSAGE_LIMIT // BLOCK_LIMIT


def test_languages_are_called_by_their_names():
    assert label("py") == "Python"
    assert label("C++") == "C++"
    assert label("") == "Code"
    assert label("klingon") == "klingon"
    assert len(label("x" * 500)) == 40


def test_every_class_has_a_colour_or_a_weight():
    painted = set(re.findall(r"^\s+\.([a-z]+) \{ (?:color|font)", CSS, re.MULTILINE))

    assert painted == set(CLASSES.values())
