"""What a page of a thread says and where it leads, as whoever has only its HTML finds out."""

import re
from html import unescape


def bodies(response):
    """The HTML of each message."""
    return re.findall(r'<div class="message__body[^>]*>(.*?)</div></article>', response.content.decode(), re.DOTALL)


def asked(response):
    """The lines of the outline."""
    [outline] = re.findall(r'<ol class="outline">(.*?)</ol>', response.content.decode(), re.DOTALL)
    return [unescape(line) for line in re.findall(r'dir="auto">(.*?)</a>', outline)]


def way(response, words):
    """The address of the link of these words, or with this label; None where there is none."""
    link = re.search(f'<a [^>]*?href="([^"]*)"[^>]*?(?:>| aria-label="){words}', response.content.decode())
    return unescape(link[1]) if link else None
