"""The conversations that stand beside every page: those pinned that were used last, and below them the newest of the
others. One statement, whose work is bounded by these rows and by the reader's pins."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import starmap
from typing import NamedTuple
from uuid import UUID

from conversations import pinned_by_me
from conversations.history import group_of, grouped, midnight, opening
from conversations.models import Conversation
from lib.asking import ask
from lib.http import address
from lib.typeid import encode

NEWEST = 30  # rows
PINNED = 10  # rows above them
PREVIEW = 80  # characters of a preview; there is no room for more
KEPT = 500  # such lists that a process remembers, one for each reader


@dataclass(frozen=True)
class Recent:
    html: str
    hrefs: dict[str, str]  # of all in it, by id
    has_more: bool


class Row(NamedTuple):
    id: str
    href: str
    title: str
    preview: str  # where there is no title
    group: str


def recent(user):
    """The Answer: a Recent of what `user` pinned, their own or not, and of what they own."""
    return ask(_RECENT, {"user": user.pk, "workspace": user.workspace_id}, read=_remembered)


def _remembered(found):
    return _recent(tuple(found), midnight())


@lru_cache(maxsize=KEPT)
def _recent(found, today):
    """By all that these rows show; a template loop would take 3 ms."""
    pinned = [row for is_pinned, *row in found if is_pinned]
    above = [_row(*row, today) for row in pinned[:PINNED]]
    newest = [row for is_pinned, *row in found if not is_pinned and row not in pinned[:PINNED]]
    below = [_row(*row, today) for row in newest[:NEWEST]]
    html = _group("Pinned", above) if above else ""
    if len(pinned) > PINNED:
        html += f'<a class="recent__all" href="{address("conversations:pinned")}">All that is pinned</a>'
    html += "".join(starmap(_group, grouped(below)))
    return Recent(html, {row.id: row.href for row in above + below}, len(newest) > NEWEST)


def _row(pk, title, preview, last_message_at, length, today):
    """`pk`: bytes, because the cache compares them faster than UUIDs."""
    spelled = encode(Conversation.PREFIX, UUID(bytes=pk))
    path = f"{address('conversations:index')}{spelled}/"
    group = group_of(last_message_at.astimezone(today.tzinfo), today)
    return Row(spelled, opening(path, length), title or "", preview, group)


def _group(heading, rows):
    return f'<h2 class="recent__day">{escape(heading)}</h2><ul class="recent">{"".join(map(_link, rows))}</ul>'


def _link(row):
    """What has no title is known by what was said last."""
    words, untitled = (row.title, "") if row.title else (row.preview, " recent__link--untitled")
    return f'<li><a class="recent__link{untitled}" href="{row.href}">{escape(words or "Untitled")}</a></li>'


_SHOWN = f"""
    uuid_send(id), title, CASE WHEN title <> '' THEN '' ELSE left(preview, {PREVIEW}) END,
    last_message_at, length
"""
# The newest with as many more as may stand above them: PostgreSQL takes what is not pinned for rare, and sorts all.
_RECENT = f"""
(SELECT true, {_SHOWN} {pinned_by_me.FOUND} ORDER BY last_message_at DESC, id DESC LIMIT {PINNED + 1})
UNION ALL
(SELECT false, {_SHOWN} FROM conversations_conversation
 WHERE owner_id = %(user)s AND workspace_id = %(workspace)s AND archived_at IS NULL
 ORDER BY last_message_at DESC, id DESC LIMIT {NEWEST + PINNED + 1})
"""  # noqa: S608  our own words and numbers
