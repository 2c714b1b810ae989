"""What looks like a secret in what a link shows, for its owner to look at before strangers do."""

import hashlib
from dataclasses import dataclass
from itertools import islice

from conversations.models import Message
from lib.leaks import Leak, leaks
from lib.typeid import encode
from sharing import reading

MOST = 50  # that are told one by one


@dataclass
class Finding:
    kind: str
    excerpt: str  # how it begins
    message_id: str  # of the first message that shows it; empty where it is the title
    messages: int = 0  # how many show it


@dataclass(frozen=True)
class Findings:
    found: dict[Leak, Finding]

    @property
    def count(self):
        return len(self.found)

    @property
    def more(self):
        """How many are left out where they are told one by one."""
        return max(0, self.count - MOST)

    @property
    def digest(self):
        """Of all that was found, empty for nothing: whoever says it has seen just these."""
        return hashlib.sha256(repr(sorted(self.found)).encode()).hexdigest() if self.found else ""

    @property
    def by_kind(self):
        kinds = {}
        for finding in self:
            kinds.setdefault(finding.kind, []).append(finding)
        return kinds

    def __iter__(self):
        return islice(self.found.values(), MOST)

    def __le__(self, other):
        """Whether all of these are among the others."""
        return self.found.keys() <= other.found.keys()


def findings(link):
    """Raises ShareRevoked, ShareExpired."""
    found = {}
    for message_id, texts in _shown(link):
        for leak in {leak for text in texts for leak in leaks(text)}:
            finding = found.setdefault(leak, Finding(leak.kind, leak.masked, message_id))
            finding.messages += 1
    return Findings(found)


def _shown(link):
    """(the id of the message, every string of it), as strangers see them; the title's first."""
    link.check_open()
    yield "", [link.title]
    for message, _ in reading.shown(link, link.shown_positions):
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
