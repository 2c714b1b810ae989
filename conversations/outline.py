"""The outline of a thread: a person's own turns on one path, a line each, which is how they remember it.

From the database, not from the page: a window shows fifty messages, the outline knows the questions of all of them. It
is whole at first paint. Where that would be heavier than the page it stands beside (docs/decisions.md has the numbers),
it has every day on which something was asked, the lines of the window, and the way to the lines before and after.
"""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from conversations.models import Conversation, Message
from conversations.reading import OPENING, path_to
from conversations.tree import Tree
from lib.sql import fetch, fetch_prepared
from lib.text import first_line
from lib.typeid import encode

WHOLE = 1_000  # messages of a conversation whose questions are all sent with it
PIECE = 400  # messages of a longer one whose questions are sent at once, when they are asked for
LINE = 80  # characters
KEPT = 64  # outlines that a process remembers: the revision is part of what they are asked by


class Line(NamedTuple):
    position: int
    text: str
    fragment: str  # its place on a page that has it
    item: str  # HTML of a link to it from any page


class Day(NamedTuple):
    """A day on which something was asked: the first question of it, and how many there were."""

    id: UUID
    date: object
    count: int


@dataclass(frozen=True)
class Outline:
    """Lines in reading order. `earlier` and `later`: positions to ask for what lies beyond, None where nothing does."""

    path: str
    lines: list[Line]
    items: bytes = b""  # HTML of the lines
    calendar: str | SafeString = ""  # HTML of links to every day on which something was asked
    earlier: int | None = None
    later: int | None = None

    @property
    def facts(self):
        """What of it a template asks; and what it shows: `html`."""
        return {
            "is_asked": bool(self.lines or self.calendar),
            "has_days": bool(self.calendar),
            "asked_before": self.earlier is not None,
            "asked_after": self.later is not None,
        }

    @property
    def html(self):
        return {
            "lines": self.items,
            "calendar": self.calendar,
            "earliest": f"{self.earlier}",
            "latest": f"{self.later}",
        }


def beside(conversation, window, messages):
    """What the rail shows beside a window of a thread, of which `messages` are the reading.Lines."""
    path, loaded = conversation.get_absolute_url(), frozenset(window.positions)
    is_whole = not (window.has_earlier or window.has_later)
    if conversation.message_count <= WHOLE and not is_whole:
        all_of_it = conversation.pk, conversation.revision, window.tip
        return Outline(path, _all(*all_of_it), _all_items(*all_of_it, loaded))
    lines = [_line(path, row.id, row.position, row.opening) for row in messages if row.opening is not None]
    items = _items(path, lines, loaded)
    if is_whole:
        return Outline(path, lines, items)
    else:
        return Outline(
            path,
            lines,
            items,
            calendar(conversation, window.tip),
            earlier=window.positions[0] if window.has_earlier else None,
            later=window.positions[-1] if window.has_later else None,
        )


def piece(conversation, tip, *, before=None, after=None, with_calendar=False):
    """The questions of up to PIECE messages before or after a position of the path to `tip`; else of its first ones.

    ValueError where the path has no such place. `with_calendar` where it is shown by itself.
    """
    path = path_to(conversation, tip)
    if before is not None:
        end = path.index(before)
        start = max(0, end - PIECE)
    else:
        start = 0 if after is None else path.index(after) + 1
        end = start + PIECE
    lines = _lines(conversation, path[start:end])
    return Outline(
        conversation.get_absolute_url(),
        lines,
        _items(conversation.get_absolute_url(), lines),
        calendar=calendar(conversation, tip) if with_calendar else "",
        earlier=path[start] if start and after is None else None,
        later=path[end - 1] if end < len(path) and before is None else None,
    )


def calendar(conversation, tip):
    return _calendar(conversation.pk, conversation.revision, tip, timezone.get_current_timezone_name())


def _items(path, lines, loaded=frozenset()):
    """HTML of the list. Written here: two hundred turns of a template loop cost more than the whole thread.

    `loaded`: positions on the page that shows it, to which a link need not leave the page.
    """
    items = (
        line.item.replace(f"{path}?at={line.fragment}", "", 1) if line.position in loaded else line.item
        for line in lines
    )
    return "".join(items).encode()


@lru_cache(maxsize=KEPT)
def _all_items(pk, revision, tip, loaded):
    return _items(Conversation(pk=pk).get_absolute_url(), _all(pk, revision, tip), loaded)


@lru_cache(maxsize=KEPT)
def _all(pk, revision, tip):
    path = Conversation(pk=pk).get_absolute_url()
    rows = fetch(
        """
        SELECT id, position, left(text, %s) FROM conversations_message
        WHERE conversation_id = %s AND role = 'user' AND NOT hidden AND position <@ %s::int4multirange ORDER BY position
        """,
        [OPENING, pk, Tree(pk).path(tip).multirange],
    )
    return [_line(path, *row) for row in rows]


def _lines(conversation, positions):
    path = conversation.get_absolute_url()
    # LIMIT 1 makes each of them one look-up, whatever the plan was made for.
    rows = fetch_prepared(
        """
        SELECT m.id, m.position, left(m.text, %s)
        FROM unnest(%s::int[]) AS wanted (position)
        CROSS JOIN LATERAL (
            SELECT * FROM conversations_message WHERE conversation_id = %s AND position = wanted.position LIMIT 1
        ) AS m
        WHERE m.role = 'user' AND NOT m.hidden ORDER BY m.position
        """,
        [OPENING, positions, conversation.pk],
    )
    return [_line(path, *row) for row in rows]


@lru_cache(maxsize=2_000)
def _line(path, pk, position, text):
    spelled, words = encode(Message.PREFIX, pk), first_line(text, LINE) or "Without words"
    item = f'<li><a href="{path}?at={spelled}#{spelled}" dir="auto">{escape(words)}</a></li>'
    return Line(position, words, spelled, item)


@lru_cache(maxsize=KEPT)
def _calendar(pk, revision, tip, zone):
    """Read message by message, a few thousand of them: hence remembered."""
    months = groupby(_days(pk, tip, zone), key=lambda day: (day.date.year, day.date.month))
    path = Conversation(pk=pk).get_absolute_url()
    return mark_safe("".join(_month(path, *days) for _, days in months))  # noqa: S308  dates, numbers and our ids


def _month(path, first, *rest):
    days = " ".join(_day(path, day) for day in (first, *rest))
    return f'<h3 class="days__month">{first.date:%B %Y}</h3><p>{days}</p>'


def _day(path, day):
    spelled, questions = encode(Message.PREFIX, day.id), "question" if day.count == 1 else "questions"
    return f'<a href="{path}?at={spelled}#{spelled}" title="{day.count} {questions}">{day.date.day}</a>'


def _days(pk, tip, zone):
    with connection.cursor() as cursor:
        # Materialised, and the ids asked for one by one: after a large import PostgreSQL does not know how much there
        # is, and would count all days again for every message.
        cursor.execute(
            """
            WITH day AS MATERIALIZED (
                SELECT min(position) AS first, (created_at AT TIME ZONE %s)::date AS date, count(*) AS asked
                FROM conversations_message
                WHERE conversation_id = %s AND role = 'user' AND NOT hidden AND position <@ %s::int4multirange
                GROUP BY date
            )
            SELECT (SELECT id FROM conversations_message WHERE conversation_id = %s AND position = first), date, asked
            FROM day ORDER BY first
            """,
            [zone, pk, Tree(pk).path(tip).multirange, pk],
        )
        return [Day(*row) for row in cursor.fetchall()]
