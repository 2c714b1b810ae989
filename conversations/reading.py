"""Which messages a thread page shows: a window of one path, and who else answered the same question.

A path runs from the first message to a tip. What stands right before the tip is nearly always its last window too, so
that 10,000 messages open like 10. Everything else is found on the path (conversations.tree), which costs what turns off
on the way and not what is written.
"""

from dataclasses import dataclass
from itertools import starmap
from typing import NamedTuple

from django.db import connection

from conversations.tree import Path, Tree
from lib.asking import ask, fetch_along

WINDOW = 50
WHOLE = 2_000  # messages of a page that is to be printed: about a second and 300 sheets of paper
OPENING = 320  # characters of a question from which its line in the outline is made
NEAR = WINDOW + 14  # messages before a tip, of which the path to it is taken
LEAD_IN = 8  # messages shown above the one that was asked for, so that it is read in its context


@dataclass(frozen=True)
class Window:
    """Consecutive positions of one path, oldest first, and whether it goes on at either end."""

    tip: int | None
    positions: list[int]
    has_earlier: bool
    has_later: bool
    lines: list | None = None  # where they came along
    families: dict | None = None  # and what siblings() would find


class Line(NamedTuple):
    """What a page shows of a message beside its HTML. By hand: model instances would cost more than the query."""

    id: object
    position: int
    parent_position: int | None
    role: str
    name: str
    model: str
    status: str
    version: int
    hidden: bool
    created_at: object
    edited_at: object
    author_id: object  # who wrote it, where that was not the owner
    notes: int  # of the reader's, and those that others share
    html: str | None  # None where it was not rendered yet, or is out of date
    opening: str | None  # how a question begins, for its line in the outline


@dataclass(frozen=True)
class Sibling:
    """One of several answers to one message: the `index`th of `count`, and the ids beside it (None at the ends)."""

    index: int
    count: int
    previous_id: object
    next_id: object


def latest(conversation):
    """The end of the active branch."""
    path = Tree(conversation.pk).path(conversation.tip_position)
    return _window(path, len(path) - WINDOW)


class Opening:
    """The same with its lines, and who else answered, which is what is opened most: asked for before the conversation
    itself is there, so that all of it comes in one exchange. As long as it is `owner`'s, whom one has to know."""

    def __init__(self, pk, owner_pk, reader, renderer_version):
        given = {"conversation": pk, "owner": owner_pk, "reader": reader.pk, "renderer": renderer_version}
        self.lines = ask(_LINES.format(source=_NEAR_TIP), given, read=lambda rows: [Line(*row) for row in rows])
        self.families = ask(_FAMILIES_NEAR_TIP, given, read=_families)

    def window(self, conversation):
        lines = _near(self.lines.found, conversation.tip_position)
        if lines is None:
            return latest(conversation)
        has_earlier, lines = len(lines) > WINDOW, lines[-WINDOW:]
        positions = [line.position for line in lines]
        return Window(conversation.tip_position, positions, has_earlier, False, lines, self.families.found)


def _near(lines, tip):
    """Those of `lines`, oldest first, that are on the path to `tip`: all of it, or as much of its end as makes a window
    and tells whether there is more. None where they do not reach so far."""
    path, wanted = [], tip
    for line in reversed(lines):
        if line.position == wanted:
            path.append(line)
            wanted = line.parent_position
    return path[WINDOW::-1] if wanted is None or len(path) > WINDOW else None


def first(conversation):
    """The beginning of the active branch."""
    return _window(Tree(conversation.pk).path(conversation.tip_position), 0)


def whole(conversation, tip):
    """The path to `tip` from its beginning, as far as one page may go: to be printed."""
    return _window(path_to(conversation, tip), 0, WHOLE)


def earlier(conversation, tip, before):
    """What comes before position `before` on the path to `tip`."""
    above = path_to(conversation, before)[:-1]
    return Window(tip, above[-WINDOW:], has_earlier=len(above) > WINDOW, has_later=True)


def later(conversation, tip, after):
    """What comes after position `after` on the path to `tip`; nothing when it is not on that path."""
    path = path_to(conversation, tip)
    return _window(path, path.index(after) + 1) if after in path else Window(tip, [], True, False)


class Landing:
    """What around() needs for the message of this id, asked for before the conversation itself is there."""

    def __init__(self, pk, message_id):
        self.place = ask(_PLACE, [pk, message_id], read=lambda rows: rows[0][0] if rows else None)
        self.tree = Tree(pk)

    def window(self, conversation, tip=None):
        """ValueError where it is not in this conversation."""
        if self.place.found is None:
            raise ValueError
        return _around(conversation, self.tree, self.place.found, tip)


def around(conversation, position, tip=None):
    """A message in its context, on the path to `tip`, which is the active branch's where none is named, if that
    contains it, else on the newest branch that does."""
    return _around(conversation, Tree(conversation.pk), position, tip)


def _around(conversation, tree, position, tip):
    path = path_to(conversation, conversation.tip_position if tip is None else tip, tree)
    if position not in path:
        path = tree.path(tree.newest_leaf_below(position))
    return _window(path, min(path.index(position) - LEAD_IN, len(path) - WINDOW))


def path_to(conversation, tip, tree=None):
    """The tree.Path to a position out of an address, which anybody can write: empty where no message stands there."""
    tree = tree or Tree(conversation.pk)
    return tree.path(tip) if tip == conversation.tip_position or tree.has(tip) else Path()


def _window(path, start, size=WINDOW):
    """The Window of `size` messages of the path, from the `start`th on, or from the first where that is negative."""
    start = max(0, start)
    positions = path[start : start + size]
    return Window(path[-1] if path else None, positions, has_earlier=start > 0, has_later=start + size < len(path))


def chronological(conversation, *, after=None, before=None, at=None):
    """Messages of every branch in the order they were written, after or before a position or around one; else the
    first ones."""
    if at is not None:
        lead_in = _written(conversation, "position < %s ORDER BY position DESC", at)[:LEAD_IN]
        return chronological(conversation, after=lead_in[-1] - 1 if lead_in else None)
    elif before is None:
        found = _written(conversation, "position > %s ORDER BY position", after or 0)
        return Window(None, found[:WINDOW], has_earlier=bool(after), has_later=len(found) > WINDOW)
    else:
        found = _written(conversation, "position < %s ORDER BY position DESC", before)[::-1]
        return Window(None, found[-WINDOW:], has_earlier=len(found) > WINDOW, has_later=True)


def _written(conversation, condition, place):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT position FROM conversations_message WHERE conversation_id = %s AND {condition} LIMIT %s",  # noqa: S608
            [conversation.pk, place, WINDOW + 1],
        )
        return [position for (position,) in cursor.fetchall()]


def messages(conversation, positions, renderer_version, reader):
    """The rows of a window, and in place of their words the HTML that is kept of them."""
    rows = fetch_along(
        _LINES.format(source=_AT),
        {
            "conversation": conversation.pk,
            "positions": positions,
            "renderer": renderer_version,
            "reader": reader.pk,
        },
    )
    return list(starmap(Line, rows))


def messages_and_siblings(conversation, positions, renderer_version, reader, *, with_hidden=False):
    """(the same, {position: Sibling} of those that are not the only answer to their parent)"""
    hidden = "" if with_hidden else "AND NOT hidden"
    sql = _FAMILIES.format(answers=_ANSWERS_BESIDE.format(hidden=hidden), hidden=hidden)
    given = {"conversation": conversation.pk, "positions": positions}
    families = None if conversation.is_straight else ask(sql, given, read=_families)
    rows = messages(conversation, positions, renderer_version, reader)
    return rows, families.found if families else {}


def _families(rows):
    return {position: Sibling(*rest) for position, *rest in rows}


_PLACE = "SELECT position FROM conversations_message WHERE conversation_id = %s AND id = %s"

_TIP = "(SELECT tip_position FROM conversations_conversation WHERE id = %(conversation)s AND owner_id = %(owner)s)"

# Of so many, the newest WINDOW of a path are found right before its tip, unless many others were written there.
_NEAR_TIP = f"""
(SELECT * FROM conversations_message WHERE conversation_id = %(conversation)s AND position <= {_TIP}
 ORDER BY position DESC LIMIT {NEAR})
"""  # noqa: S608  our own number

_SHOWN_OF_FORKED = """
AND NOT hidden AND EXISTS (
    SELECT FROM conversations_conversation
    WHERE id = %(conversation)s AND owner_id = %(owner)s AND length <> message_count
)
"""

_AT = """
unnest(%(positions)s::int[]) AS wanted (at) CROSS JOIN LATERAL (
    SELECT * FROM conversations_message WHERE conversation_id = %(conversation)s AND position = wanted.at LIMIT 1
)
"""

_LINES = f"""
SELECT {", ".join(f"m.{name}" for name in Line._fields[:-3])},
       CASE WHEN EXISTS (SELECT FROM conversations_note WHERE conversation_id = %(conversation)s) THEN (
           SELECT count(*) FROM conversations_note AS n
           WHERE n.message_id = m.id AND (n.user_id = %(reader)s OR n.shared)
       ) ELSE 0 END,
       r.html, CASE WHEN m.role = 'user' AND NOT m.hidden THEN left(m.text, {OPENING}) END
FROM {{source}} AS m
LEFT JOIN conversations_rendering AS r
ON r.message_id = m.id AND r.message_version = m.version AND r.renderer_version = %(renderer)s
ORDER BY m.position
"""  # noqa: S608  our own names

_FAMILIES = """
SELECT position, index, count, previous_id, next_id FROM (
    SELECT position, row_number() OVER by_age AS index, count(*) OVER (PARTITION BY parent_position) AS count,
           lag(id) OVER by_age AS previous_id, lead(id) OVER by_age AS next_id
    FROM (
        {answers}
        UNION ALL SELECT id, position, parent_position FROM conversations_message
        WHERE conversation_id = %(conversation)s AND parent_position IS NULL {hidden}
    ) AS answers
    WINDOW by_age AS (PARTITION BY parent_position ORDER BY position)
) AS family
WHERE count > 1
"""

# The parents one by one: left to find them, PostgreSQL reads every message of the conversation.
_ANSWERS_BESIDE = """
SELECT answer.* FROM (
    SELECT DISTINCT parent_position FROM unnest(%(positions)s::int[]) AS wanted (at) CROSS JOIN LATERAL (
        SELECT parent_position FROM conversations_message
        WHERE conversation_id = %(conversation)s AND position = wanted.at LIMIT 1
    ) AS child
) AS parent CROSS JOIN LATERAL (
    SELECT id, position, parent_position FROM conversations_message
    WHERE conversation_id = %(conversation)s AND parent_position = parent.parent_position {hidden} OFFSET 0
) AS answer
"""

# What a path shows right before its tip answers what stands there too, but for the first message: one stretch of the
# index. Nothing of it is read of a conversation that has a single path.
_FAMILIES_NEAR_TIP = _FAMILIES.format(
    answers=f"""
        SELECT id, position, parent_position FROM conversations_message
        WHERE conversation_id = %(conversation)s
        AND parent_position BETWEEN (SELECT min(position) FROM {_NEAR_TIP} AS near) AND {_TIP} {_SHOWN_OF_FORKED}
    """,  # noqa: S608  our own words
    hidden=_SHOWN_OF_FORKED,
)
