"""Which messages a thread page shows: a window of one path, and who else answered the same question.

A path runs from the first message to a tip. What stands right before the tip is nearly always its last window too, so
that 10,000 messages open like 10; where it is not, a recursive walk from the tip finds it, bounded by the window.
Anywhere else on the path we need to know which way is down, and read every parent number of the conversation as two
arrays out of the covering index (about 2 ms for 10,000).
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import starmap
from typing import NamedTuple

from django.db import connection

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
    positions = upwards(conversation, conversation.tip_position, WINDOW + 1)
    return _ending(conversation.tip_position, positions, has_later=False)


class Opening:
    """The same with its lines, and who else answered, which is what is opened most: asked for before the conversation
    itself is there, so that all of it comes in one exchange. As long as it is `owner`'s, whom one has to know."""

    def __init__(self, pk, owner_pk, reader, renderer_version):
        given = {"conversation": pk, "owner": owner_pk, "reader": reader.pk, "renderer": renderer_version}
        self.lines = ask(_LINES.format(source=_NEAR_TIP), given, read=lambda rows: [Line(*row) for row in rows])
        self.families = ask(_FAMILIES_NEAR_TIP, given, read=_families)

    def window(self, conversation):
        lines = _path(self.lines.found, conversation.tip_position)
        if lines is None:
            return latest(conversation)
        window = _ending(conversation.tip_position, [line.position for line in lines], has_later=False)
        return replace(window, lines=lines[-WINDOW:], families=self.families.found)


def _path(lines, tip):
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
    path = Tree(conversation).path(conversation.tip_position)
    return Window(conversation.tip_position, path[:WINDOW], has_earlier=False, has_later=len(path) > WINDOW)


def whole(conversation, tip):
    """The path to `tip` from its beginning, as far as one page may go: to be printed."""
    path = Tree(conversation).path(tip)
    return Window(tip, path[:WHOLE], has_earlier=False, has_later=len(path) > WHOLE)


def earlier(conversation, tip, before):
    """What comes before position `before` on the path to `tip`."""
    positions = upwards(conversation, before, WINDOW + 2)[:-1]
    return _ending(tip, positions, has_later=True)


def later(conversation, tip, after):
    """What comes after position `after` on the path to `tip`; nothing when it is not on that path."""
    path = Tree(conversation).path(tip)
    start = path.index(after) + 1 if after in path else len(path)
    positions = path[start : start + WINDOW]
    return Window(tip, positions, has_earlier=True, has_later=start + WINDOW < len(path))


def around(conversation, position, tip=None):
    """A message in its context, on the path to `tip`, which is the active branch's where none is named, if that
    contains it, else on the newest branch that does."""
    tree = Tree(conversation)
    path = tree.path(conversation.tip_position if tip is None else tip)
    if position not in path:
        path = tree.path(tree.newest_leaf_below(position))
    start = max(0, min(path.index(position) - LEAD_IN, len(path) - WINDOW))
    positions = path[start : start + WINDOW]
    return Window(path[-1], positions, has_earlier=start > 0, has_later=start + WINDOW < len(path))


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


def siblings(conversation, rows, *, with_hidden=False):
    """{position: Sibling} for those of `rows` (Lines) that are not the only answer to their parent."""
    if conversation.is_straight:
        return {}
    parents = {row.parent_position for row in rows} - {None}
    hidden = "" if with_hidden else "AND NOT hidden"
    sql = _FAMILIES.format(answers=_ANSWERS_OF.format(hidden=hidden), hidden=hidden)
    return _families(fetch_along(sql, {"conversation": conversation.pk, "parents": list(parents)}))


def _families(rows):
    return {position: Sibling(*rest) for position, *rest in rows}


class Tree:
    """Every message's parent, in order of position; parents always stand before their children."""

    def __init__(self, conversation):
        [(positions, parents)] = fetch_along(
            "SELECT array_agg(position ORDER BY position), array_agg(parent_position ORDER BY position)"
            " FROM conversations_message WHERE conversation_id = %s",
            [conversation.pk],
        )
        self.parents = dict(zip(positions or [], parents or [], strict=True))

    def path(self, tip):
        path = []
        while tip is not None and tip in self.parents:
            path.append(tip)
            tip = self.parents[tip]
        path.reverse()
        return path

    def above(self, position, gone):
        """The first on the way from `position` to the root that is not among `gone`; None where all are."""
        while position in gone:
            position = self.parents[position]
        return position

    def newest_leaf_below(self, position):
        """The last message written anywhere below `position`: nothing answers it, or that answer were later."""
        return max(self.below({position}))

    def below(self, positions):
        """These and everything that answers them, directly or not."""
        below = set(positions)
        for candidate, parent in self.parents.items():
            if parent in below:
                below.add(candidate)
        return below

    def in_reading_order(self, active):
        """(position, depth, whether something parts there) of every message, as one would read all of them aloud.

        A message stands below what it answers. Where several answer one, those that turn off come first and count as
        one step deeper; then goes on the way that is in `active`, else the one that was written on last.
        """
        children, newest = defaultdict(list), dict.fromkeys(self.parents, 0)
        for position, parent in self.parents.items():
            children[parent].append(position)
        for position in reversed(self.parents):  # each is complete when it is reached
            newest[position] = max(newest[position], position)
            if (parent := self.parents[position]) is not None:
                newest[parent] = max(newest[parent], newest[position])
        # By hand and not by calling itself: a conversation may part a thousand times, one parting below the other.
        waiting = [(root, 0, True) for root in reversed(children[None])]
        while waiting:
            position, depth, parts = waiting.pop()
            yield position, depth, parts
            following = sorted(children[position], key=lambda child: (child in active, newest[child]))
            turns = len(following) - 1
            waiting += [(child, depth + (n < turns), turns > 0) for n, child in reversed(list(enumerate(following)))]

    def owners(self, tip, branches):
        """{position: name of the first of `branches` that has it} for what is not on the path to `tip`."""
        names = dict.fromkeys(self.path(tip))
        for branch in branches:
            position = branch.tip_position
            while position in self.parents and position not in names:
                names[position] = branch.name
                position = self.parents[position]
        return {position: name for position, name in names.items() if name}

    def reached_from(self, tips):
        """Every position on the paths to these tips."""
        reached = set()
        for position in tips:
            while position in self.parents and position not in reached:
                reached.add(position)
                position = self.parents[position]
        return reached


def upwards(conversation, start, limit):
    """Positions from `start` towards the root, at most `limit` of them, oldest first."""
    [(positions,)] = fetch_along(
        _UPWARDS + "SELECT array_agg(position ORDER BY step DESC) FROM path",  # noqa: S608  our own words
        {"conversation": conversation.pk, "start": start, "limit": limit},
    )
    return positions or []


def _ending(tip, positions, *, has_later):
    return Window(tip, positions[-WINDOW:], has_earlier=len(positions) > WINDOW, has_later=has_later)


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


# LIMIT 1 makes every step one look-up, here and below: joined to the table, a plan for conversations of average length
# reads all of the conversation at every step.
_UPWARDS = """
WITH RECURSIVE path AS (
    SELECT position, parent_position, 1 AS step FROM conversations_message
    WHERE conversation_id = %(conversation)s AND position = %(start)s::int
    UNION ALL
    SELECT parent.position, parent.parent_position, step + 1 FROM path CROSS JOIN LATERAL (
        SELECT position, parent_position FROM conversations_message
        WHERE conversation_id = %(conversation)s AND position = path.parent_position LIMIT 1
    ) AS parent
    WHERE step < %(limit)s::int
)
"""

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
_ANSWERS_OF = """
SELECT answer.* FROM unnest(%(parents)s::int[]) AS parent (position) CROSS JOIN LATERAL (
    SELECT id, position, parent_position FROM conversations_message
    WHERE conversation_id = %(conversation)s AND parent_position = parent.position {hidden} OFFSET 0
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
