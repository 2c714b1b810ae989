"""Templates that are rendered once for each set of facts, and kept with places left open.

A template takes its time for every word and every condition. So one that is shown through here has two kinds of
variables: facts, the few values that decide how it looks, and HTML that is put in as it is. For each set of facts it is
rendered once, with a marker in place of each piece of HTML, and kept; after that, strings are only joined.
"""

import re
from functools import lru_cache
from secrets import token_hex

from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils.autoreload import file_changed
from django.utils.safestring import SafeString

KEPT = 1_000  # of pieces, a few kilobytes each, and as many of pages, fifty at most

_WORD = token_hex(8)  # new in each process, so that no text can hold a marker
_PLACE = re.compile(f"<{_WORD} (\\w+)>")


def piece(template, html, **facts):
    """The template's HTML. `facts`, which have to be hashable, and `html`, {name: HTML}, are all of its variables:
    there is no request, and no context processor runs. Facts are escaped, HTML is not."""
    parts = _parts(template, tuple(html), tuple(facts.items()))
    return SafeString("".join(html[part] if n % 2 else part for n, part in enumerate(parts)))


def page(template, html, **facts):
    """The same as bytes. Values of `html` may be bytes too: what is long is then encoded once."""
    parts = _encoded(template, tuple(html), tuple(facts.items()))
    return b"".join([_bytes(html[part]) if n % 2 else part for n, part in enumerate(parts)])


def page_for(request, template, html, **facts):
    """The same for a page that must not be kept, because it says something once (a notice): rendered anew, with the
    request and its context processors."""
    parts = _PLACE.split(render_to_string(template, facts | _places(html), request))
    return b"".join(_bytes(html[part] if n % 2 else part) for n, part in enumerate(parts))


def _bytes(html):
    return html if isinstance(html, bytes) else html.encode()


def _read(template, names, facts):
    """The template's HTML, cut at the markers: every second part is the name of what belongs there."""
    return _PLACE.split(render_to_string(template, dict(facts) | _places(names)))


def _read_as_bytes(template, names, facts):
    return [part if n % 2 else part.encode() for n, part in enumerate(_read(template, names, facts))]


_parts = lru_cache(maxsize=KEPT)(_read)
_encoded = lru_cache(maxsize=KEPT)(_read_as_bytes)


@receiver(file_changed)
def _forget(**kwargs):
    """`bin/run --dev` goes on with the same process when a template was changed."""
    _parts.cache_clear()
    _encoded.cache_clear()


def _places(names):
    return {name: SafeString(f"<{_WORD} {name}>") for name in names}
