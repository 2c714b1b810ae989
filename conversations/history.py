"""The history: rows ready for a template, in date groups, and where the next page begins.

Everything a row shows is prepared here. Inside a loop of fifty, Django's date filter and url tag cost more than the
query does.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from conversations.models import Conversation
from conversations.reading import WINDOW
from lib.typeid import decode, encode

PAGE = 50
SOURCES = {"": "", "chatgpt": "ChatGPT"}


class BadCursorError(ValueError):
    """The cursor in a URL is none of ours."""


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    path: str
    href: str
    title: str
    preview: str
    time: str
    iso: str
    source: str
    project: str
    colour: str
    pinned: bool
    group: str

    @property
    def is_marked(self):
        return self.pinned or self.project or self.source


@dataclass(frozen=True)
class Page:
    groups: list[tuple[str, list[Row]]]  # (heading, rows); the heading is empty where the page before already had it
    next_cursor: str | None

    @property
    def rows(self):
        return [row for _, rows in self.groups for row in rows]


def page(user, *, after=None, size=PAGE):
    """One page of what `user` owns, newest first. One query, whatever is stored."""
    moment, pk = read_cursor(after) if after else (None, None)
    found = _select(user, moment, pk, size + 1)
    now, root = timezone.localtime(), reverse("conversations:index")  # the addresses below it are ours: no look-up each
    rows = [_row(fields, now, root) for fields in found[:size]]
    previous_group = group_of(timezone.localtime(moment), now) if moment else None
    groups = [
        ("" if heading == previous_group else heading, list(members))
        for heading, members in groupby(rows, key=lambda row: row.group)
    ]
    last = found[size - 1] if len(found) > size else None
    return Page(groups, write_cursor(last[3], last[0]) if last else None)


def _select(user, moment, pk, limit):
    """What visible_to(user, own=True) would find, by hand: every page shows a list, and the ORM takes four times as
    long to write this question as PostgreSQL takes to answer it."""
    after = "AND (c.last_message_at, c.id) < (%(moment)s, %(pk)s)" if moment else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT c.id, c.title, c.preview, c.last_message_at, c.length, c.source, p.name, p.colour,
                   EXISTS (SELECT FROM conversations_pin WHERE conversation_id = c.id AND user_id = %(user)s)
            FROM conversations_conversation AS c LEFT JOIN projects_project AS p ON p.id = c.project_id
            WHERE c.owner_id = %(user)s AND c.workspace_id = %(workspace)s AND c.archived_at IS NULL {after}
            ORDER BY c.last_message_at DESC, c.id DESC LIMIT %(limit)s
            """,  # noqa: S608  only the constant above is put in
            {"user": user.pk, "workspace": user.workspace_id, "moment": moment, "pk": pk, "limit": limit},
        )
        return cursor.fetchall()


def _row(fields, now, root):
    pk, title, preview, last_message_at, length, source, project, colour, pinned = fields
    at = timezone.localtime(last_message_at)
    spelled = encode(Conversation.PREFIX, pk)
    path = f"{root}{spelled}/"
    return Row(
        spelled,
        path,
        opening(path, length),
        title or "",
        preview,
        short_time(at, now),
        at.isoformat(timespec="seconds"),
        SOURCES.get(source, source),
        project or "",
        colour or "",
        pinned,
        group_of(at, now),
    )


def opening(path, length):
    """A thread that fits into one window opens at its beginning, to be read; a longer one at its end, to go on."""
    return f"{path}#latest" if length > WINDOW else path


def group_of(at, now):
    days = (now.date() - at.date()).days
    if days <= 0:
        return "Today"
    elif days == 1:
        return "Yesterday"
    elif days <= 7:
        return "Previous 7 days"
    elif days <= 30:
        return "Previous 30 days"
    elif at.year == now.year:
        return f"{at:%B}"
    else:
        return f"{at:%B %Y}"


def short_time(at, now):
    if at.date() == now.date():
        return f"{at:%H:%M}"
    elif at.year == now.year:
        return f"{at.day} {at:%b}"
    else:
        return f"{at.day} {at:%b %Y}"


def write_cursor(moment, pk):
    """The place after a row, as `<microseconds>-<id>`: it stays good when that row is deleted."""
    microseconds = (moment - EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}-{encode(Conversation.PREFIX, pk)}"


def read_cursor(text):
    number, _, spelled = text.rpartition("-")
    try:
        return EPOCH + timedelta(microseconds=int(number)), decode(Conversation.PREFIX, spelled)
    except (ValueError, OverflowError):
        raise BadCursorError(text) from None


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
