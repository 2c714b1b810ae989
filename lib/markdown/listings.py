"""Long listings step aside while the text around them is parsed.

A file of 10,000 lines is no reason to show the answer that explains it as it was typed; between its fences there is
nothing to parse, so it costs no more than its size.
"""

import re

from lib import highlight

# Within it a listing may be coloured, and then it is parsed like everything else.
SHORT = highlight.BLOCK_LIMIT
# Backticks only: a formula, which also runs over several lines, cannot hold one.
FENCE = re.compile(r"^( {0,3})(`{3,})([^`\n]*)$", re.MULTILINE)
# What stands for a listing: no text that comes here holds a lone surrogate.
STAND_IN = "\ud800"


def cut(text):
    """(the text with a stand-in for each long listing, the listings)"""
    if len(text) <= SHORT:
        return text, []
    kept, listings, done, opening = [], [], 0, None
    for fence in FENCE.finditer(text):
        if opening is None:
            opening = fence
        elif len(fence[2]) >= len(opening[2]) and not fence[3].strip():
            done = _take(text, opening, fence.start(), done, kept, listings)
            opening = None
    if opening:  # never closed: it goes on to the end
        done = _take(text, opening, len(text), done, kept, listings)
    return "".join([*kept, text[done:]]), listings


def _take(text, opening, end, done, kept, listings):
    """Only a fence at the margin is certainly one of the whole text's; one that is set in may be a list's."""
    start = opening.end() + 1
    if opening[1] or end - start <= SHORT:
        return done
    kept.append(f"{text[done:start]}{STAND_IN}{len(listings)}\n")
    listings.append(text[start:end])
    return end
