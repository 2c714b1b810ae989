"""What looks like a secret in what a link shows, for its owner to look at before strangers do."""

import hashlib
from dataclasses import dataclass

from conversations.models import Message
from lib.leaks import leaks
from lib.typeid import encode

MOST = 50  # more are counted, and not told one by one


@dataclass
class Finding:
    kind: str
    excerpt: str  # how it begins
    message_id: str  # of the first message that shows it; empty where it is the title
    messages: int = 0  # how many show it


@dataclass(frozen=True)
class Findings:
    by_kind: dict[str, list[Finding]]
    count: int
    more: int  # left out of by_kind
    digest: str  # of all that was found, empty for nothing: whoever says it has seen just these

    def __iter__(self):
        return (finding for found in self.by_kind.values() for finding in found)


def findings(link):
    """Raises ShareRevoked, ShareExpired."""
    found = {}
    for message_id, texts in _shown(link):
        for leak in {leak for text in texts for leak in leaks(text)}:
            finding = found.setdefault(leak, Finding(leak.kind, leak.masked, message_id))
            finding.messages += 1
    by_kind = {}
    for finding in list(found.values())[:MOST]:
        by_kind.setdefault(finding.kind, []).append(finding)
    return Findings(by_kind, len(found), max(0, len(found) - MOST), _digest(found))


def _digest(found):
    return hashlib.sha256(repr(sorted(found)).encode()).hexdigest() if found else ""


def _shown(link):
    """(the id of the message, every string of it), as strangers see them; the title's first."""
    yield "", [link.title]
    for message in link.messages():
        texts = {message.text, *_strings(message.parts)}
        yield encode(Message.PREFIX, message.pk), texts


def _strings(value):
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
