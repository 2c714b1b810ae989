"""Branches for programs: pages of one, in either order, behind any message there ever was."""

import json
from dataclasses import dataclass
from typing import NamedTuple

from conversations.models import Message, Tombstone
from conversations.models.appending import FIELDS
from conversations.models.conversation import message_id
from conversations.tree import Tree
from lib.sql import fetch, fetch_prepared
from lib.typeid import encode

PORTION, PORTION_BYTES = 500, 1_000_000


@dataclass(frozen=True)
class PathPage:
    """`positions` in the order asked for; `first` is the number, from 1 on, that the first of them has on the path."""

    positions: list[int]
    first: int
    step: int  # 1, or -1 where the newest come first
    has_more: bool
    length: int  # of the whole path

    def numbered(self):
        return {position: self.first + self.step * index for index, position in enumerate(self.positions)}


def page(conversation, tip, *, after=None, limit, newest_first=False):
    """A page of the path to `tip`, behind the position `after`."""
    path = Tree(conversation.pk).path(tip)
    if newest_first:
        end = len(path) if after is None else path.before(after)
        start = max(0, end - limit)
        return PathPage(path[start:end][::-1], end, -1, start > 0, len(path))
    else:
        start = 0 if after is None else path.before(after + 1)
        end = start + limit
        return PathPage(path[start:end], start + 1, 1, end < len(path), len(path))


def places_of(conversation, positions):
    """{position: (a branch that holds the message there, its number on it)}: the active branch where that is one."""
    tree = Tree(conversation.pk)
    active = tree.path(conversation.tip_position)
    return {
        position: (conversation.active_branch, active.index(position) + 1)
        if position in active
        else (_branch_above(conversation, tree, position), len(tree.path(position)))
        for position in positions
    }


def _branch_above(conversation, tree, position):
    found = conversation.branches.filter(tip_position__in=tree.below({position}))
    return found.order_by("-updated_at", "name").first() or conversation.active_branch


def lengths(conversation, tips):
    """{tip: how many messages its path has}"""
    tree = Tree(conversation.pk)
    return {tip: len(tree.path(tip)) for tip in tips}


def position_of(conversation, spelled, *, read=message_id):
    """Where the message that a program names stands, or stood until it was deleted; None where it never did. `read` is
    Conversation.message_named's."""
    if message := conversation.message_named(spelled, read=read):
        return message.position
    try:
        pk = read(spelled)
    except ValueError:
        pk = None
    gone = Tombstone.objects.of(Message, conversation_id=conversation.pk).named(spelled, pk)
    return gone.order_by("-deleted_at").values_list("position", flat=True).first()


def last_said(conversation, tip, role):
    """The last message of this role on the path to `tip`, or None."""
    path = Tree(conversation.pk).path(tip)
    return conversation.messages.on(path).filter(role=role).order_by("position").last()


class Item(NamedTuple):
    """A message as programs see it, with the one it answers. By hand: a model instance costs more than its query."""

    id: object
    external_id: str | None
    position: int
    parent_id: object
    parent_external_id: str | None
    role: str
    type: str
    status: str
    name: str
    model: str
    call_id: str
    text: str
    parts: list | None
    metadata: dict | None
    version: int
    created_at: object
    completed_at: object
    edited_at: object
    author_id: object = None  # who put it there, where that was not the owner
    author_name: str | None = None  # None also where they are gone

    @property
    def shown_id(self):
        return self.external_id or encode(Message.PREFIX, self.id)

    @property
    def shown_parent_id(self):
        return self.parent_id and (self.parent_external_id or encode(Message.PREFIX, self.parent_id))


def item_of(added, fields, author=None):
    """The Item that a message just added is, without reading it again. `fields`: what Conversation.add was given.
    `author`: the User who put it there, where that was not the owner."""
    written = FIELDS | fields
    return Item(
        added.id,
        written["external_id"],
        added.position,
        added.parent_id,
        added.parent_external_id,
        *(
            written[name]
            for name in ("role", "type", "status", "name", "model", "call_id", "text", "parts", "metadata")
        ),
        1,
        written["created_at"],
        written["completed_at"],
        None,
        author and author.pk,
        author and author.name,
    )


def items_at(conversation, positions):
    """[Item], in the order of `positions`."""
    return _items("position = wanted.name", "int", conversation, positions)


def portions(conversation, positions):
    """Lists of Items, together all of `positions` in their order, in the memory of a few long messages."""
    for portion in portioned(conversation.pk, positions):
        yield items_at(conversation, portion)


def portioned(conversation_id, positions):
    """`positions` in lists, each at most PORTION, or about a megabyte: so any conversation can be carried away."""
    # What it said before is carried along where it was edited.
    found = fetch(
        """
        SELECT position, octet_length(text) + coalesce(pg_column_size(parts), 0) + CASE WHEN version = 1 THEN 0 ELSE (
            SELECT coalesce(sum(octet_length(r.text)), 0) FROM conversations_revision AS r WHERE r.message_id = m.id
        ) END
        FROM conversations_message AS m WHERE conversation_id = %s AND position = ANY(%s)
        """,
        [conversation_id, positions],
    )
    sizes, portion, size = dict(found), [], 0
    for position in positions:
        portion.append(position)
        size += sizes.get(position, 0)
        if len(portion) == PORTION or size > PORTION_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def items_named(conversation, ids):
    """[Item], in the order of these message ids."""
    return _items("id = wanted.name", "uuid", conversation, ids)


def _items(condition, kind, conversation, names):
    # LIMIT 1 makes each of them one look-up, whatever the plan was made for.
    rows = fetch_prepared(
        f"""
        SELECT m.id, m.external_id, m.position, p.id, p.external_id, m.role, m.type, m.status, m.name, m.model,
               m.call_id, m.text, m.parts::text, m.metadata::text, m.version, m.created_at, m.completed_at, m.edited_at,
               m.author_id,
               CASE WHEN m.author_id IS NOT NULL THEN (SELECT name FROM accounts_user WHERE id = m.author_id) END
        FROM unnest(%(names)s::{kind}[]) WITH ORDINALITY AS wanted (name, number)
        CROSS JOIN LATERAL (
            SELECT * FROM conversations_message WHERE conversation_id = %(conversation)s AND {condition} LIMIT 1
        ) AS m
        LEFT JOIN LATERAL (
            SELECT id, external_id FROM conversations_message
            WHERE conversation_id = %(conversation)s AND position = m.parent_position LIMIT 1
        ) AS p ON true
        ORDER BY wanted.number
        """,  # noqa: S608  our own words
        {"conversation": conversation.pk, "names": names},
    )
    return [item_from(row) for row in rows]


def item_from(row):
    """The Item of a row with its columns, in which jsonb is text."""
    item = Item(*row)
    if item.parts is None and item.metadata is None:
        return item
    parts, metadata = (value and json.loads(value) for value in (item.parts, item.metadata))
    return item._replace(parts=parts, metadata=metadata)
