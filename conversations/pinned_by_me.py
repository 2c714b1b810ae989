"""What somebody keeps at the top, as lists ask for it: by hand, from their pins, whatever else there is."""

from lib.sql import fetch_prepared

# Conversation.objects.visible_to(user), of what the user pinned: a pin stays where somebody may not read any more, and
# shows nothing there. What is archived left all such lists. The pins first, as an array: PostgreSQL may look whether
# each conversation is pinned instead.
FOUND = """
    FROM conversations_conversation
    WHERE id = ANY (ARRAY(SELECT conversation_id FROM conversations_pin WHERE user_id = %(user)s))
      AND workspace_id = %(workspace)s AND archived_at IS NULL
      AND (owner_id = %(user)s
           OR EXISTS (SELECT FROM conversations_grant AS g
                      WHERE g.conversation_id = conversations_conversation.id AND g.user_id = %(user)s)
           OR EXISTS (SELECT FROM projects_projectmember AS m
                      WHERE m.project_id = conversations_conversation.project_id AND m.user_id = %(user)s)
           OR EXISTS (SELECT FROM projects_project AS p
                      WHERE p.id = conversations_conversation.project_id AND p.owner_id = %(user)s))
"""


def ids(user, moment, pk, limit):
    """Of the newest ones, behind a place of the list if one is given."""
    behind = "AND (last_message_at, id) < (%(moment)s, %(pk)s)" if moment else ""
    place = {"moment": moment, "pk": pk} if moment else {}
    found = fetch_prepared(
        f"""
        SELECT id {FOUND} {behind} ORDER BY last_message_at DESC, id DESC LIMIT %(limit)s
        """,
        {"user": user.pk, "workspace": user.workspace_id, "limit": limit, **place},
    )
    return [pk for (pk,) in found]
