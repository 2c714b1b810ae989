"""The branch map: only where a conversation parts and where it ends, as an indented list that prints and reads aloud.

A lane is a run of messages without a choice, from a parting (or the beginning) to the next parting or the end.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from conversations.models import Branch, Message
from conversations.reading import Tree
from conversations.threads import permalink
from lib.text import first_line

LANES = 500  # shown; nobody reads more, and an import may bring thousands
LINE = 120  # characters of a preview
DEEPEST = 8  # steps of indentation; a phone has no room for more


@dataclass
class Lane:
    """`depth` counts how often one has turned off; a lane that only goes on is as deep as the one before."""

    start: int
    depth: int
    is_active: bool  # it lies on the active branch
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


def lanes(conversation):
    """(the first LANES Lanes in order of reading, how many there are)"""
    tree = Tree(conversation)
    ends = defaultdict(list)
    for branch in conversation.branches.order_by("created_at", "id"):
        ends[branch.tip_position].append(branch)
    found = list(_walk(tree.parents, set(tree.path(conversation.tip_position)), ends))
    shown = found[:LANES]
    _fill(conversation, shown)
    return shown, len(found)


def _walk(parents, active, ends):
    children, newest = defaultdict(list), dict.fromkeys(parents, 0)
    for position, parent in parents.items():
        children[parent].append(position)
    for position in reversed(parents):  # children stand after their parents, so each is complete when it is reached
        newest[position] = max(newest[position], position)
        if parents[position] is not None:
            newest[parents[position]] = max(newest[parents[position]], newest[position])
    # By hand and not by calling itself: a conversation may part a thousand times, one parting below the other.
    waiting = [(root, 0) for root in reversed(children[None])]
    while waiting:
        position, depth = waiting.pop()
        lane = Lane(position, depth, position in active)
        following = [position]
        while len(following) == 1:
            (position,) = following
            lane.count += 1
            lane.branches += ends.get(position, [])
            following = children[position]
        yield lane
        # What turns off first, then the way on: the active one, else the one that was written last.
        following = sorted(following, key=lambda child: (child in active, newest[child]))
        turns = len(following) - 1
        waiting += [(child, depth + (n < turns)) for n, child in reversed(list(enumerate(following)))]


def _fill(conversation, shown):
    path = conversation.get_absolute_url()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, id, role, model, name, created_at, left(text, %s) FROM conversations_message"
            " WHERE conversation_id = %s AND position = ANY(%s)",
            [4 * LINE, conversation.pk, [lane.start for lane in shown]],
        )
        rows = {position: rest for position, *rest in cursor.fetchall()}
    for lane in shown:
        pk, role, model, name, created_at, text = rows[lane.start]
        at = timezone.localtime(created_at)
        lane.href = permalink(path, pk)
        lane.who = str(conversation.owner) if role == Message.Role.USER else model or name or role.capitalize()
        lane.text = first_line(text, LINE) or "Without words"
        lane.time, lane.iso = f"{at.day} {at:%B %Y}", at.isoformat(timespec="seconds")
