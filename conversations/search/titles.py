"""Conversations found by their names."""

from django.db import connection

from conversations.search.matching import TITLE_VECTOR, matching

TITLES = 5  # on the first page


def title_condition(query, user):
    """(SQL, parameters) of: a conversation of the user's own has a matching name; for a query on that table."""
    return matching(TITLE_VECTOR, f"' o{user.pk}'", query, "conversations_conversation.title")


def named(query, reach):
    """Ids of the TITLES most recently used conversations whose names match, newest first."""
    where, params = matching(TITLE_VECTOR, reach.tokens(), query, "conversations_conversation.title")
    belt, belt_params = reach.belt("conversations_conversation", "id")
    with connection.cursor() as cursor:
        # The order is spelled so that no index serves it: PostgreSQL would walk all of a history for five rare titles.
        cursor.execute(
            f"SELECT id FROM conversations_conversation WHERE title <> '' AND {belt} AND {where}"  # noqa: S608  our own
            " ORDER BY last_message_at + interval '0' DESC LIMIT %s",
            [*belt_params, *params, TITLES],
        )
        return [pk for (pk,) in cursor.fetchall()]


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
