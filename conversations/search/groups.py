"""One page of hits, grouped by conversation."""

from django.db import DEFAULT_DB_ALIAS

from conversations.models.conversation import Conversation
from conversations.search.conditions import uuids
from conversations.search.paths import Paths
from conversations.search.results import Group
from conversations.search.snippets import cut_snippets
from lib.marks import snippet
from lib.sql import fetch_prepared

SNIPPETS = 3  # of one conversation on one page; the others are counted


class Page:
    """The first `limit` hits, so many per conversation: one that says a word 200 times must not fill ten pages.

    `hits` are shown; `more` counts by conversation those that are not; `used` is how many that makes together.
    """

    def __init__(self, hits, limit, per_conversation):
        self.hits, self.more, self.used = [], {}, 0
        shown = {}
        for hit in hits:
            count = shown.get(hit.conversation_id, 0)
            if per_conversation and count >= per_conversation:
                self.more[hit.conversation_id] = self.more.get(hit.conversation_id, 0) + 1
            elif len(self.hits) == limit:
                break
            else:
                self.hits.append(hit)
                shown[hit.conversation_id] = count + 1
            self.used += 1


def grouped(page, titles, query, reach):
    """(Groups found by their names, Groups of the page's hits), with everything that is shown of them."""
    conversations = _conversations({hit.conversation_id for hit in page.hits}.union(titles), reach)
    groups = {}
    for hit in page.hits:
        if hit.conversation_id in conversations:  # else it was deleted a moment ago
            group = groups.get(hit.conversation_id)
            if not group:
                group = groups[hit.conversation_id] = _group(conversations[hit.conversation_id], query)
                group.more = page.more.get(hit.conversation_id, 0)
            group.hits.append(hit)
    if groups:
        cut_snippets([hit for group in groups.values() for hit in group.hits], query)
        _find_branches(groups.values())
    return [_group(conversations[pk], query) for pk in titles if pk in conversations], list(groups.values())


# All that is narrow: what a dialect wants beside it, it finds deferred.
_FIELDS = [
    field.attname for field in Conversation._meta.concrete_fields if field.name not in {"description", "metadata"}
]


def _conversations(ids, reach):
    """{id: Conversation} of those that may still be seen. By hand: the ORM asks for longer than PostgreSQL answers."""
    if not ids:
        return {}
    belt, params = reach.belt("conversations_conversation", "id")
    rows = fetch_prepared(
        f"SELECT {', '.join(_FIELDS)} FROM conversations_conversation WHERE id = ANY(%s::uuid[]) AND {belt}",  # noqa: S608
        [uuids(ids), *params],
    )
    found = (Conversation.from_db(DEFAULT_DB_ALIAS, _FIELDS, row) for row in rows)
    return {conversation.pk: conversation for conversation in found}


def _group(conversation, query):
    return Group(conversation, title=snippet(conversation.title or "", query.marks, 256))


def _find_branches(groups):
    """Which hits the reader does not see without changing the branch."""
    forked = [group for group in groups if group.conversation.length != group.conversation.message_count]
    paths = Paths()
    paths.read(group.conversation.pk for group in forked)
    for group in forked:
        for hit in group.hits:
            hit.on_active_branch = paths.shows(hit.conversation_id, hit.position)
