"""The history and lists like it: rows in date groups, and the cursor of the next page.

Everything a row shows is a string by the time it leaves this module. In a loop of fifty, Django's date filter and url
tag take longer than the query.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from conversations import search, shared_with_me
from conversations.models import Conversation
from conversations.reading import WINDOW
from conversations.rows import rows_html
from lib.asking import ask, fetch_along
from lib.http import address
from lib.sql import fetch
from lib.typeid import decode, encode
from projects.people import Role, highest

PAGE = 50
KEPT = 2_000  # rows that a process remembers, by all that they show
SOURCES = {"": "", "chatgpt": "ChatGPT", "share": "a shared link"}


class BadCursorError(ValueError):
    """The cursor in a URL is none of ours."""


class Row(NamedTuple):
    id: str
    path: str
    href: str
    title: str
    preview: str
    time: str
    iso: str
    origin: str
    imported: bool
    length: int
    project: str
    colour: str
    pinned: bool
    shared: bool
    group: str
    whose: str  # where it is not the reader's own
    role: Role


@dataclass(frozen=True)
class Page:
    """`groups`: [(heading, rows)]; the heading is empty where the page before has it already."""

    groups: list[tuple[str, list[Row]]]
    next_cursor: str | None

    @property
    def rows(self):
        return [row for _, rows in self.groups for row in rows]

    @property
    def html(self):
        return rows_html(self.groups)

    @property
    def choices(self):
        """The rows as HTML with a checkbox each, for a form."""
        return rows_html(self.groups, choosing=True)


def page(user, *, after=None, named="", project=None, archived=False, among=None, size=PAGE, goes_on=False):
    """One page of what `user` owns, newest first; with `named`, of those whose titles have words that begin so; with
    `archived`, of what they archived, and else of the rest; of a `project` that they see, all that is in it, whoever
    wrote it. `among`, a module: shared_with_me, of what others have let them into; pinned_by_me, of what they pinned.

    With `goes_on` it is put below the page before it, and does not repeat a heading that stands there. One query,
    whatever is stored, and where rows are others', one for their names. Raises BadCursorError.
    """
    moment, pk = read_cursor(after) if after else (None, None)
    if among:
        found = _select_these(user, among.ids(user, moment, pk, size + 1))
    else:
        found = _select(user, moment, pk, named, project, archived, size + 1)
    whose, today = _others(user, found), midnight()
    groups = grouped([_row(row[:-2], *_standing(*row[-2:], whose), today) for row in found[:size]])
    if goes_on and moment and groups and groups[0][0] == group_of(moment.astimezone(today.tzinfo), today):
        groups[0] = ("", groups[0][1])
    last = found[size - 1] if len(found) > size else None
    return Page(groups, last and write_cursor(last[3], last[0]))


def midnight():
    """Midnight in the reader's time zone. Rows are remembered by it: what they say of their time changes once a day."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def grouped(rows):
    return [(heading, list(members)) for heading, members in groupby(rows, key=attrgetter("group"))]


def _select(user, moment, pk, named, project, archived, limit):
    """What visible_to(user, own=True) would find, by hand: every page shows a list, and the ORM takes four times as
    long to write this question as PostgreSQL takes to answer it.

    Shared is what has a link of the user's that still opens. Asked with a LIMIT, because PostgreSQL may answer an
    EXISTS by reading all links there are.
    """
    column, value = ("project_id", project.pk) if project else ("owner_id", user.pk)
    after, has_name, params = "", "", [value, user.workspace_id]
    if moment:
        after = "AND (last_message_at, conversations_conversation.id) < (%s, %s)"
        params += [moment, pk]
    if query := search.parse(named).as_prefixes(letters=1):
        condition, arguments = search.title_condition(query, user)
        has_name = f"AND title <> '' AND {condition}"
        params += arguments
    # What the words of a title cost to find is another matter for each of them: planned anew.
    find = fetch if has_name else fetch_along
    shown, values = _shown(user, with_roles=project is not None)
    return find(
        f"""
        {shown} WHERE conversations_conversation.{column} = %s AND conversations_conversation.workspace_id = %s
          AND conversations_conversation.archived_at IS {"NOT NULL" if archived else "NULL"} {after} {has_name}
        ORDER BY last_message_at DESC, conversations_conversation.id DESC LIMIT %s
        """,
        [*values, *params, limit],
    )


def _select_these(user, ids):
    """What a row shows of each of these conversations, whosever they are."""
    shown, values = _shown(user, with_roles=True)
    return fetch_along(
        f"""
        {shown} WHERE conversations_conversation.id = ANY (%s::uuid[])
        ORDER BY last_message_at DESC, conversations_conversation.id DESC
        """,
        [*values, ids],
    )


def _shown(user, *, with_roles):
    """(SQL that selects what _row takes, then the owner and the roles that let `user` in; its parameters). Without
    `with_roles`, where all is `user`'s own, the roles are NULL."""
    sql = f"""
        SELECT conversations_conversation.id, title, preview, last_message_at, length, source, model,
               p.name, p.colour,
               EXISTS (SELECT FROM conversations_pin AS pin
                       WHERE pin.conversation_id = conversations_conversation.id AND pin.user_id = %s),
               (SELECT true FROM sharing_sharelink AS link
                WHERE link.conversation_id = conversations_conversation.id AND link.owner_id = %s
                  AND link.revoked_at IS NULL AND (link.expires_at IS NULL OR link.expires_at > now()) LIMIT 1),
               conversations_conversation.owner_id, {shared_with_me.ROLES if with_roles else "NULL"}
        FROM conversations_conversation LEFT JOIN projects_project AS p ON p.id = project_id
    """  # noqa: S608  only our own words are put in
    return sql, [user.pk] * (5 if with_roles else 2)


def _others(user, found):
    """{id: name} of the owners of these rows, without `user`."""
    ids = {row[-2] for row in found} - {user.pk}
    return {other.pk: str(other) for other in User.objects.filter(pk__in=ids)} if ids else {}


def months(user):
    """An Answer: [(year, [(name of a month, cursor that begins it)])], newest first, of every month with a
    conversation.

    One look-up in the index leads from month to month; counting would read every row.
    """
    zone = timezone.get_current_timezone()
    return ask(
        """
        WITH RECURSIVE found AS (
            (SELECT last_message_at AS at FROM conversations_conversation
             WHERE owner_id = %(user)s AND archived_at IS NULL ORDER BY last_message_at DESC LIMIT 1)
            UNION ALL
            SELECT (SELECT last_message_at FROM conversations_conversation
                    WHERE owner_id = %(user)s AND archived_at IS NULL
                      AND last_message_at < date_trunc('month', found.at, %(zone)s)
                    ORDER BY last_message_at DESC LIMIT 1)
            FROM found WHERE found.at IS NOT NULL
        )
        SELECT at FROM found WHERE at IS NOT NULL LIMIT 600
        """,
        {"user": user.pk, "zone": timezone.get_current_timezone_name()},
        read=lambda rows: _by_year(tuple(rows), zone),
    )


@lru_cache(maxsize=64)
def _by_year(found, zone):
    newest = [at.astimezone(zone) for (at,) in found]
    return [
        (year, [(f"{at:%B}", write_cursor(_end_of_month(at), UUID(int=0))) for at in group])
        for year, group in groupby(newest, key=lambda at: at.year)
    ]


def _end_of_month(at):
    return at.replace(
        year=at.year + at.month // 12, month=at.month % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )


def _standing(owner, roles, whose):
    """(the owner's name, empty where that is the reader; the reader's role). `whose`: what _others returned."""
    if owner not in whose:
        return "", Role.OWNER
    return whose[owner], highest(roles)


@lru_cache(maxsize=KEPT)
def _row(fields, whose, role, today):
    pk, title, preview, last_message_at, length, source, model, project, colour, pinned, shared = fields
    at = last_message_at.astimezone(today.tzinfo)
    spelled = encode(Conversation.PREFIX, pk)
    path = f"{address('conversations:index')}{spelled}/"
    return Row(
        spelled,
        path,
        opening(path, length),
        title or "",
        preview,
        time_below_heading(at, today),
        at.isoformat(timespec="seconds"),
        " · ".join(filter(None, (SOURCES.get(source, source), model))),
        bool(source),
        length,
        project or "",
        colour or "",
        pinned,
        bool(shared),
        group_of(at, today),
        whose,
        role,
    )


def opening(path, length):
    """The address at which a list opens a conversation: at its beginning if it fits into one window, else at its
    end."""
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


def time_below_heading(at, now):
    """The part of a row's time that the heading of its group does not say."""
    return f"{at:%H:%M}" if (now.date() - at.date()).days <= 1 else f"{at.day} {at:%b}"


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
    """(moment, id). BadCursorError for what write_cursor never wrote, and for years that no local time exists in."""
    found = CURSOR.fullmatch(text)
    try:
        moment, pk = EPOCH + timedelta(microseconds=int(found[1])), decode(Conversation.PREFIX, found[2])
    except (TypeError, ValueError, OverflowError):
        raise BadCursorError(text) from None
    if not 2 <= moment.year <= 9998:
        raise BadCursorError(text)
    return moment, pk


CURSOR = re.compile(r"(-?[0-9]{1,18})-(conv_[0-9a-z]{26})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
