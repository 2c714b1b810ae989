"""What others have let somebody into, as the history asks for a page of it: by hand, so that its work is bounded by the
page and the grants, however much is in the projects."""

from lib.sql import fetch_prepared

# What lets the reader into `conversations_conversation`, as Conversation.role_of has it: by name, through its project,
# because the project is theirs. Wants their id three times.
ROLES = """
    ARRAY(SELECT role FROM conversations_grant AS g
          WHERE g.conversation_id = conversations_conversation.id AND g.user_id = %s
          UNION ALL SELECT role FROM projects_projectmember AS m
          WHERE m.project_id = conversations_conversation.project_id AND m.user_id = %s
          UNION ALL SELECT 'editor' FROM projects_project AS o
          WHERE o.id = conversations_conversation.project_id AND o.owner_id = %s)
"""

# The ids of what somebody is let into, or would be if it were not their own: a superset of what others share with them.
# As an array, because PostgreSQL guesses wrong how many these are, and reads every conversation instead. Wants their id
# three times.
REACHED = """
    SELECT unnest(ARRAY(
        SELECT conversation_id FROM conversations_grant WHERE user_id = %s
        UNION SELECT c.id FROM projects_projectmember AS m
        JOIN conversations_conversation AS c ON c.project_id = m.project_id WHERE m.user_id = %s
        UNION SELECT c.id FROM projects_project AS p
        JOIN conversations_conversation AS c ON c.project_id = p.id AND c.owner_id <> p.owner_id WHERE p.owner_id = %s
    ))
"""


def ids(user, moment, pk, limit):
    """Of the newest ones, behind a place of the list if one is given. What is archived left its owner's history, and
    leaves this list; what others have in a project of the reader's own is in that project."""
    behind = "AND (c.last_message_at, c.id) < (%(moment)s, %(pk)s)" if moment else ""
    theirs = f"c.owner_id <> %(user)s AND c.workspace_id = %(workspace)s AND c.archived_at IS NULL {behind}"
    newest = "ORDER BY last_message_at DESC, id DESC LIMIT %(limit)s"
    place = {"moment": moment, "pk": pk} if moment else {}
    found = fetch_prepared(
        f"""
        SELECT id FROM (
            SELECT c.id, c.last_message_at FROM conversations_grant AS g
            JOIN conversations_conversation AS c ON c.id = g.conversation_id WHERE g.user_id = %(user)s AND {theirs}
            UNION
            SELECT inside.id, inside.last_message_at FROM projects_projectmember AS m
            JOIN projects_project AS p ON p.id = m.project_id AND p.workspace_id = %(workspace)s
            CROSS JOIN LATERAL (
                SELECT c.id, c.last_message_at FROM conversations_conversation AS c
                WHERE c.project_id = p.id AND {theirs} ORDER BY c.last_message_at DESC, c.id DESC LIMIT %(limit)s
            ) AS inside
            WHERE m.user_id = %(user)s
        ) AS found {newest}
        """,  # noqa: S608  only our own words are put in
        {"user": user.pk, "workspace": user.workspace_id, "limit": limit, **place},
    )
    return [pk for (pk,) in found]
