"""The projects that stand beside every page, so they must cost next to nothing: one statement, whose work is bounded
for each project by the index of its history."""

from typing import NamedTuple

from lib.asking import ask
from lib.http import address
from lib.typeid import encode
from projects.models import Project

HANDFUL = 5
COUNTED = 999  # "999+" says as much as any number above it


class RecentProject(NamedTuple):
    href: str
    name: str
    colour: str
    count: str


def recent_projects(user):
    """The Answer: (the handful that was used last, whether there are more)."""
    return ask(_RECENT, [user.pk, user.pk, user.workspace_id, HANDFUL + 1, COUNTED + 1], read=_handful)


def _handful(found):
    """By name: the list must not move under the hand each time that somebody writes."""
    root = address("projects:index")
    rows = sorted(found[:HANDFUL], key=lambda row: row[1].casefold())
    return [_project(root, *row) for row in rows], len(found) > HANDFUL


def _project(root, pk, name, colour, count):
    shown = f"{count}" if count <= COUNTED else f"{COUNTED}+"
    return RecentProject(f"{root}{encode(Project.PREFIX, pk)}/", name, colour, shown)


# Project.objects.visible_to(user) without what is archived, by hand. The ids first, each kind by its index: for an OR
# over both, PostgreSQL reads every project of the workspace. What has the newest message was used last, or what is new
# itself. Both look in the order of the index, which has no archived ones: counting by project alone would read those.
_RECENT = """
SELECT recent.id, recent.name, recent.colour, counted.conversations
FROM (
    SELECT p.id, p.name, p.colour,
           greatest(p.created_at, (SELECT c.last_message_at FROM conversations_conversation AS c
                                   WHERE c.project_id = p.id AND c.archived_at IS NULL
                                   ORDER BY c.last_message_at DESC, c.id DESC LIMIT 1)) AS used_at
    FROM projects_project AS p
    WHERE p.id = ANY (ARRAY(SELECT id FROM projects_project WHERE owner_id = %s
                            UNION SELECT project_id FROM projects_projectmember WHERE user_id = %s))
      AND p.workspace_id = %s AND p.archived_at IS NULL
    ORDER BY used_at DESC, p.id DESC LIMIT %s
) AS recent
CROSS JOIN LATERAL (
    SELECT count(*) AS conversations FROM (
        SELECT FROM conversations_conversation AS c
        WHERE c.project_id = recent.id AND c.archived_at IS NULL
        ORDER BY c.last_message_at DESC, c.id DESC LIMIT %s
    ) AS first_ones
) AS counted
"""
