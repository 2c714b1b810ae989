"""The parser: CommonMark with our rules, built once per process. Everything about one message lives in its env."""

import functools
import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import table
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref, footnote_tail

from . import rules
from .limits import DEPTH, TooCostlyError
from .links import is_known
from .renderer import Renderer

FOOTNOTE = re.compile(r"\[\^[^\s\[\]]{1,64}\]")


@functools.cache
def parser():
    """Safe to share between threads: parsing reads it, and keeps what it learns in the env."""
    # Not the commonmark or gfm presets: those let HTML through.
    md = MarkdownIt("js-default", {"html": False, "maxNesting": DEPTH + 4}, renderer_cls=Renderer)
    md.disable(["linkify", "replacements", "smartquotes", "table"], ignoreInvalid=True)
    md.validateLink = is_known

    md.use(footnote_plugin, inline=False)
    # The plugin brings its own shapes; ours stand.
    md.renderer.rules |= {name: getattr(md.renderer, name) for name in md.renderer.rules if hasattr(Renderer, name)}
    md.inline.ruler.at("footnote_ref", _footnote_ref)
    md.core.ruler.at("footnote_tail", _footnote_tail)

    everywhere = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    md.block.ruler.before("table", "step", _block_step, everywhere)
    md.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    md.block.ruler.enable("table")
    md.block.ruler.before("fence", "math_block", rules.block_maths, everywhere)
    md.inline.ruler.before("text", "step", _step)
    md.inline.ruler.before("escape", "math_inline", rules.inline_maths)
    md.core.ruler.push("headings", rules.headings)
    md.core.ruler.push("task_lists", rules.task_lists)
    md.core.ruler.push("bare_links", rules.bare_links)
    md.core.ruler.push("images", rules.images)
    md.core.ruler.push("directions", rules.directions)
    return md


def _step(state, *_):
    """Stands first in every chain, matches nothing, and counts."""
    allowance = state.env["allowance"]
    allowance.steps -= 1
    if allowance.steps < 0:
        raise TooCostlyError
    return False


def _block_step(state, *_):
    if state.level >= DEPTH:
        raise TooCostlyError
    return _step(state)


def _table(state, start, end, silent):
    """The library's rule after a look at the size: a wide header fills every later line with empty cells."""
    if not table(state, start, end, True):
        return False
    if not silent:
        rows = 1
        while start + 1 + rows < end and not state.isEmpty(start + 1 + rows):
            rows += 1
        header = state.src[state.bMarks[start] : state.eMarks[start]]
        state.env["allowance"].spend_cells(rows * (header.count("|") + 1))
    return silent or table(state, start, end, False)


def _footnote_ref(state, silent):
    """The library's rule for labels of a reasonable length: it looks for the closing bracket as far as it takes."""
    return bool(FOOTNOTE.match(state.src, state.pos)) and footnote_ref(state, silent)


def _footnote_tail(state):
    """Keeps footnotes that nothing refers to: what a message says is never dropped."""
    notes = state.env.get("footnotes")
    if notes:
        for label, number in notes["refs"].items():
            if number < 0:
                notes["refs"][label] = len(notes["list"])
                notes["list"][notes["refs"][label]] = {"label": label[1:], "count": 0}
    footnote_tail(state)
