"""Find in conversation: N of M over every branch and every turn that is not loaded, and the way to the next one."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

from conversations.models import Message
from conversations.threads import permalink
from lib.typeid import encode


@dataclass(frozen=True)
class Finding:
    """What `words` find. `at` is the position being read, which need not be one of those that were found."""

    path: str
    words: str
    marks: list[str] = field(default_factory=list)
    found: list[tuple[int, UUID]] = field(default_factory=list)
    notice: str = ""
    at: int | None = None

    @property
    def positions(self):
        return [position for position, _ in self.found]

    @property
    def number(self):
        """Which of them is read, counted from 1; 0 where it is none of them."""
        index = bisect_left(self.positions, self.at or 0)
        return index + 1 if index < len(self.found) and self.found[index][0] == self.at else 0

    @property
    def first_href(self):
        return self._href(0)

    @property
    def previous_href(self):
        return self._href(bisect_left(self.positions, self.at or 0) - 1)

    @property
    def next_href(self):
        return self._href(bisect_right(self.positions, self.at or 0))

    @property
    def close_href(self):
        """The same place without the search."""
        number = self.number
        return permalink(self.path, self.found[number - 1][1]) if number else self.path

    def _href(self, index):
        if not 0 <= index < len(self.found):
            return ""
        spelled = encode(Message.PREFIX, self.found[index][1])
        return f"{self.path}?{urlencode({'find': self.words, 'at': spelled})}#{spelled}"


def find(conversation, words, *, at=None):
    """The Finding of what a stranger typed; an empty one for nothing but spaces."""
    path, words = conversation.get_absolute_url(), words.strip()
    if not words:
        return Finding(path, "")
    matches = Message.objects.search_in(conversation, words)
    return Finding(path, words, matches.marks, matches.found, matches.notice, at)
