"""Pieces of pages that say the same again and again, and long ones that are put into their place at the end.

A template takes its time for every word and every condition, and copies what stands in it once more for each block
around it. So what a piece says by a few facts is remembered by them, and what is long, or never the same twice, does
not go through the template: it says where that belongs, and there it is put at the end.
"""

import re
from functools import lru_cache
from secrets import token_hex

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

KEPT = 1_000  # pieces of a few kilobytes

_WORD = token_hex(8)  # which nobody can have written
_PLACE = re.compile(f"<{_WORD} (\\w+)>")


def place(name):
    """What a template shows where `put` is to put the HTML of that name."""
    return SafeString(f"<{_WORD} {name}>")


def put(page, html):
    """`page` with the HTML that belongs there: {name: HTML}."""
    return _filled(_PLACE.split(page), html)


def piece(template, html, **facts):
    """What the template says by these facts, which can be kept, and nothing else; with `html` in its places."""
    return _filled(_parts(template, tuple(html), tuple(facts.items())), html)


def _filled(parts, html):
    """Every second of the parts is the name of a place."""
    return SafeString("".join(html[part] if n % 2 else part for n, part in enumerate(parts)))


@lru_cache(maxsize=KEPT)
def _parts(template, names, facts):
    return _PLACE.split(render_to_string(template, dict(facts) | {name: place(name) for name in names}))
