"""Every branch of a conversation at once, as indented lists that print and read aloud.

The branch map shows only where it parts and where it ends: a lane is a run of messages without a choice, from a parting
(or the beginning) to the next parting or the end. The threaded view shows a line of every message, piece by piece.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from conversations.models import Branch, Message
from conversations.threads import permalink
from conversations.tree import Tree
from conversations.writers import names
from lib.text import first_line

LANES = 500  # shown; nobody reads more, and an import may bring thousands
PIECE = 200  # lines of the threaded view at once
LINE = 120  # characters of a preview
DEEPEST = 8  # steps of indentation; a phone has no room for more


@dataclass
class Lane:
    """`depth` counts how often one has turned off; a lane that only goes on is as deep as the one before."""

    start: int
    depth: int
    is_active: bool  # it lies on the active branch
    parts: bool = False  # it is one of several answers to the same message
    count: int = 0
    branches: list[Branch] = field(default_factory=list)  # those that end in it
    href: str = ""
    who: str = ""
    text: str = ""
    time: str = ""
    iso: str = ""

    @property
    def step(self):
        return min(self.depth, DEEPEST)


def lanes(conversation, reader):
    """(the first LANES Lanes in order of reading, how many there are)"""
    tree, ends = Tree(conversation.pk), _ends(conversation)
    active = set(tree.path(conversation.tip_position))
    found = []
    for position, depth, parts in tree.in_reading_order(active):
        if parts:
            found.append(Lane(position, depth, position in active))
        found[-1].count += 1
        found[-1].branches += ends.get(position, [])
    return _filled(conversation, reader, found[:LANES]), len(found)


def threaded(conversation, reader, *, after=None):
    """(PIECE Lanes of one message each, those that follow `after` in order of reading; whether there are more)

    ValueError where `after` is no position of this conversation.
    """
    tree, ends = Tree(conversation.pk), _ends(conversation)
    active = set(tree.path(conversation.tip_position))
    order = list(tree.in_reading_order(active))
    start = 0 if after is None else [position for position, _, _ in order].index(after) + 1
    shown = [
        Lane(position, depth, position in active, parts, 1, ends.get(position, []))
        for position, depth, parts in order[start : start + PIECE]
    ]
    return _filled(conversation, reader, shown), start + PIECE < len(order)


def _ends(conversation):
    ends = defaultdict(list)
    for branch in conversation.branches.order_by("created_at", "id"):
        ends[branch.tip_position].append(branch)
    return ends


def _filled(conversation, reader, lanes):
    """Those of them that are still there, with what is shown of their first message."""
    path = conversation.get_absolute_url()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, id, role, model, name, author_id, created_at, left(text, %s) FROM conversations_message"
            " WHERE conversation_id = %s AND position = ANY(%s)",
            [4 * LINE, conversation.pk, [lane.start for lane in lanes]],
        )
        rows = {position: rest for position, *rest in cursor.fetchall()}
    writers = names(conversation, reader, (author for _, _, _, _, author, *_ in rows.values()))
    filled = [lane for lane in lanes if lane.start in rows]
    for lane in filled:
        pk, role, model, name, author, created_at, text = rows[lane.start]
        at = timezone.localtime(created_at)
        lane.href = permalink(path, pk)
        lane.who = writers[author] if role == Message.Role.USER else model or name or role.capitalize()
        lane.text = first_line(text, LINE) or "Without words"
        lane.time, lane.iso = f"{at.day} {at:%B %Y}", at.isoformat(timespec="seconds")
    return filled
