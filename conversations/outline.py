"""The outline of a thread: a person's own turns on one path, a line each, which is how they remember it.

From the database, not from the page: a window shows fifty messages, the outline knows the questions of all of them.
"""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from conversations.models import Message
from conversations.reading import Tree
from lib.text import first_line
from lib.typeid import encode

PIECE = 400  # messages of a path whose questions are sent at once; a conversation of more sends them after the page
LINE = 80  # characters


class Line(NamedTuple):
    id: UUID
    position: int
    text: str


@dataclass(frozen=True)
class Outline:
    """Lines in reading order. `earlier` and `later` are the pieces beside this one, None at the ends of the path."""

    path: str
    lines: list[Line]
    loaded: frozenset[int] = frozenset()  # positions on the page that shows it: a link need not leave the page
    earlier: int | None = None
    later: int | None = None

    @property
    def html(self) -> SafeString:
        """The items of the list. Written here: two hundred turns of a template loop cost more than the whole thread."""
        return mark_safe("".join(map(self._item, self.lines)))  # noqa: S308  the text is escaped, the rest is ours

    def _item(self, line):
        spelled = encode(Message.PREFIX, line.id)
        page = "" if line.position in self.loaded else f"{self.path}?at={spelled}"
        return f'<li><a href="{page}#{spelled}" dir="auto">{escape(line.text)}</a></li>'


def whole(conversation, window):
    """All questions of the path that the window is of, or None where the conversation is too long for that."""
    if conversation.message_count > PIECE:
        return None
    is_all = not (window.has_earlier or window.has_later)
    path = window.positions if is_all else Tree(conversation).path(window.tip)
    return Outline(conversation.get_absolute_url(), _lines(conversation, path), frozenset(window.positions))


def piece(conversation, tip, *, number=0, at=None):
    """The questions among the PIECE messages that hold `at`, a position on the path to `tip`; else of piece `number`.

    ValueError where the path has no such place.
    """
    path = Tree(conversation).path(tip)
    number = path.index(at) // PIECE if at is not None else number
    start, end = number * PIECE, (number + 1) * PIECE
    if start >= len(path) and number:
        raise ValueError(number)
    return Outline(
        conversation.get_absolute_url(),
        _lines(conversation, path[start:end]),
        earlier=number - 1 if number else None,
        later=number + 1 if end < len(path) else None,
    )


def _lines(conversation, positions):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, position, left(text, %s) FROM conversations_message"
            " WHERE conversation_id = %s AND position = ANY(%s) AND role = 'user' AND NOT hidden ORDER BY position",
            [4 * LINE, conversation.pk, positions],
        )
        return [Line(pk, at, first_line(text, LINE) or "Without words") for pk, at, text in cursor.fetchall()]
