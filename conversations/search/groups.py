"""One page of hits, grouped by conversation."""

from dataclasses import dataclass, field

from django.db import connection

from conversations.models.conversation import Conversation
from conversations.search.results import Group
from conversations.search.snippets import cut_snippets
from lib.marks import snippet

SNIPPETS = 3  # of one conversation on one page; the others are counted


@dataclass
class Page:
    hits: list = field(default_factory=list)  # shown, in order
    more: dict = field(default_factory=dict)  # conversation id → hits not shown
    next_cursor: str = ""
    total: int | None = 0


def shown(hits, limit, per_conversation):
    """(page, how many hits it used up): a conversation that says a word 200 times must not fill ten pages with it."""
    page, shown, used = Page(), {}, 0
    for hit in hits:
        count = shown.get(hit.conversation_id, 0)
        if not per_conversation or count < per_conversation:
            if len(page.hits) == limit:
                break
            page.hits.append(hit)
            shown[hit.conversation_id] = count + 1
        else:
            page.more[hit.conversation_id] = page.more.get(hit.conversation_id, 0) + 1
        used += 1
    return page, used


def grouped(page, query, reach):
    conversations = Conversation.objects.visible_to(reach.user).in_bulk({hit.conversation_id for hit in page.hits})
    groups = {}
    for hit in page.hits:
        if hit.conversation_id in conversations:  # else it was deleted, or closed to us, a moment ago
            conversation = conversations[hit.conversation_id]
            group = groups.setdefault(hit.conversation_id, Group(conversation))
            group.title = group.title or snippet(conversation.title or "", query.marks, 256)
            group.more = page.more.get(hit.conversation_id, 0)
            group.hits.append(hit)
    if groups:
        cut_snippets([hit for group in groups.values() for hit in group.hits], query)
        _find_branches(groups.values())
    return list(groups.values())


def _find_branches(groups):
    """Which hits the reader does not see without changing the branch."""
    forked = {
        group.conversation.pk: group
        for group in groups
        if group.conversation.length != group.conversation.message_count
    }
    if not forked:
        return
    with connection.cursor() as cursor:
        # A parent stands before its children, so nothing below the first hit is on the way up to it.
        cursor.execute(
            """
            SELECT conversation_id, array_agg(position), array_agg(parent_position)
            FROM conversations_message AS m
            JOIN unnest(%s::uuid[], %s::int[]) AS w(id, first) ON m.conversation_id = w.id AND m.position >= w.first
            GROUP BY 1
            """,
            [list(forked), [min(hit.position for hit in group.hits) for group in forked.values()]],
        )
        for pk, positions, parents in cursor.fetchall():
            parent_of, path, position = (
                dict(zip(positions, parents, strict=True)),
                set(),
                forked[pk].conversation.tip_position,
            )
            while position in parent_of:
                path.add(position)
                position = parent_of[position]
            for hit in forked[pk].hits:
                hit.on_active_branch = hit.position in path
