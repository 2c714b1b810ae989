"""Pages and pieces of them that say the same again and again.

A template takes its time for every word and every condition. So what goes through one here are facts: what decides how
it looks, of which there are few. For each set of them it is read once, and remembered with places left in it; what
differs from row to row and from hour to hour is HTML already, and is put into them.
"""

import re
from functools import lru_cache
from secrets import token_hex

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

KEPT = 1_000  # pieces of a few kilobytes, a page at most of fifty

_WORD = token_hex(8)  # which nobody can have written
_PLACE = re.compile(f"<{_WORD} (\\w+)>")


def piece(template, html, **facts):
    """What the template says by these facts, which can be kept, and nothing else; with `html`, {name: HTML}, in place
    of its other variables."""
    return _filled(_parts(template, tuple(html), tuple(facts.items())), html)


def page(template, html, **facts):
    """The same as bytes, which `html` may be too: what is long is put together once."""
    parts = _encoded(template, tuple(html), tuple(facts.items()))
    return b"".join([_bytes(html[part]) if n % 2 else part for n, part in enumerate(parts)])


def page_for(request, template, html, **facts):
    """The same where it says something that will not be said again, like notices: through the template anew."""
    said = render_to_string(template, facts | _places(html), request)
    parts = _PLACE.split(said)
    return b"".join(_bytes(html[part] if n % 2 else part) for n, part in enumerate(parts))


def _filled(parts, html):
    """Every second of the parts is the name of a place."""
    return SafeString("".join(html[part] if n % 2 else part for n, part in enumerate(parts)))


def _bytes(html):
    return html if isinstance(html, bytes) else html.encode()


@lru_cache(maxsize=KEPT)
def _encoded(template, names, facts):
    return [part if n % 2 else part.encode() for n, part in enumerate(_parts(template, names, facts))]


@lru_cache(maxsize=KEPT)
def _parts(template, names, facts):
    """Every second of them is the name of a place."""
    return _PLACE.split(render_to_string(template, dict(facts) | _places(names)))


def _places(names):
    return {name: SafeString(f"<{_WORD} {name}>") for name in names}
