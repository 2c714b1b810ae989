"""Where a link or a picture in a stranger's text may lead."""

import re
from urllib.parse import urlsplit

# A host, and nothing before it: https://bank.example@evil.example is a lie, //evil.example and https:evil are tricks.
WEB = re.compile(r"https?://[^\s/?#@\\<>\"]+(?:[/?#][^\s\\<>\"]*)?", re.IGNORECASE)
MAIL = re.compile(r"mailto:[^\s\\<>\"@/]+@[^\s\\<>\"@/]+", re.IGNORECASE)
# A path of our own site: neither //host nor /\host, which browsers read as another site.
APP = re.compile(r"/(?![/\\])[^\s\\<>\"]*")
# An attachment of ours, and no way out of the folder: a browser resolves .. and %2e%2e before it asks,
# and an <img> that asks for another path of ours is a request in the reader's name.
ENCODED = r"%(?!2[EF]|5C)[0-9A-F]{2}"
ATTACHMENT = re.compile(rf"/attachments(?:/(?:[\w-]|{ENCODED})(?:[\w.-]|{ENCODED})*)+/?", re.IGNORECASE | re.ASCII)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def is_link(url):
    """Whether readers may follow it: http, https, mailto, or a path on this site."""
    return bool(WEB.fullmatch(url) or MAIL.fullmatch(url) or APP.fullmatch(url))


def is_web(url):
    return bool(WEB.fullmatch(url))


def is_attachment(url):
    return bool(ATTACHMENT.fullmatch(url))


def is_known(url):
    """Whether the Markdown of a link is taken for one. What leads nowhere here (a file of the sandbox the answer was
    written in, a heading, an inlined picture) keeps its words; any other scheme is shown as it was typed."""
    return is_link(url) or not SCHEME.match(url) or url.lower().startswith(("sandbox:", "data:image/", "attachment:"))


def host(url):
    """The host name of a web address, for people: without user, port or www."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
