"""Conversations found by their names."""

from django.db import connection

from conversations.search.conditions import all_of
from conversations.search.matching import TITLE_VECTOR, matching
from lib.sql import fetch_prepared

TITLES = 5  # above the messages of a first page


def title_condition(query, user):
    """(SQL, parameters) of: a conversation of the user's own has a matching name; for a query on that table."""
    return matching(TITLE_VECTOR, f"' o{user.pk}'", query, "conversations_conversation.title")


def named(query, filters, reach, limit, place=None):
    """[(id, last_message_at)] of the most recently used conversations that are called so and fit, newest first.

    Of filters that speak of messages: those with such a message. Without words, whatever they are called.
    """
    conditions = [
        reach.belt("conversations_conversation", "id"),
        reach.conversations,
        filters.start and ("last_message_at >= %s", [filters.start]),
        filters.end and ("conversations_conversation.created_at < %s", [filters.end]),
        _has_message(filters),
        place and place.at and ("(last_message_at, conversations_conversation.id) < (%s, %s)", [place.at, place.pk]),
    ]
    order = "last_message_at"
    if query:
        conditions.append(("title <> ''", []))
        conditions.append(matching(TITLE_VECTOR, reach.tokens(), query, "conversations_conversation.title"))
        # Spelled so that no index serves it: PostgreSQL would walk all of a history for five rare titles.
        order += " + interval '0'"
    where, params = all_of(*conditions)
    return fetch_prepared(
        f"SELECT id, last_message_at FROM conversations_conversation WHERE {where}"  # noqa: S608  our own
        f" ORDER BY {order} DESC, id DESC LIMIT %s",
        [*params, limit],
    )


def _has_message(filters):
    where, params = all_of(filters.of_messages(), filters.of_time())
    belongs = "conversations_message.conversation_id = conversations_conversation.id"
    return where and (f"EXISTS (SELECT FROM conversations_message WHERE {belongs} AND {where})", params)


def named_among(ids, query):
    """Those of the conversations whose names match."""
    tokens = " | ".join(f"' c{pk}'" for pk in ids)
    where, params = matching(TITLE_VECTOR, tokens, query, "conversations_conversation.title")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM conversations_conversation WHERE title <> '' AND id = ANY(%s) AND {where}",  # noqa: S608
            [list(ids), *params],
        )
        return {pk for (pk,) in cursor.fetchall()}
