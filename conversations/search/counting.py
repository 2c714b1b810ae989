"""What was found, counted by what it could be narrowed to."""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from conversations.search.conditions import uuids
from conversations.search.filters import ABANDONED, CODE, FILE, HAS, IMAGE, Filter
from conversations.search.paths import Paths
from conversations.search.typed import YEARS, period

TREES = 50_000  # messages of forked conversations: so many are looked at to count what is on a branch that was left


class Count(NamedTuple):
    """`number` of the hits fit `filter`; None where counting would cost more than it tells.

    `name` is a project's or a model's, as it is written.
    """

    filter: Filter
    number: int | None
    name: str = ""


@dataclass(frozen=True)
class Facets:
    """Counts by kind: months, newest first; everything else, the most frequent first.

    They are exact for `total` hits: all there are, or the newest of them where `is_all` is false.
    """

    total: int = 0
    is_all: bool = True
    counts: dict[str, list[Count]] = field(default_factory=dict)


def counted(hits, user, *, is_all):
    """The Facets of these hits, by what `user` may know of them: one's own tags, projects one sees."""
    counts, trees = {}, 0
    for kind, value, name, number in _rows(hits, user):
        if kind == "trees":
            trees = number
        else:
            counts.setdefault(kind, []).append(Count(Filter(kind, _CLEAN.get(kind, str)(value)), number, name or ""))
    if trees and (abandoned := _abandoned(hits, trees)) != 0:
        counts["branch"] = [Count(Filter("branch", ABANDONED), abandoned)]
    return Facets(len(hits), is_all, counts)


_CLEAN = {"date": period, "project": lambda pk: pk and UUID(pk)}


def _rows(hits, user):
    """(kind, value, name, number), of each kind in order."""
    if not hits:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH found AS MATERIALIZED (
                SELECT id, conversation_id, role, model, {HAS[CODE]} AS code,
                       to_char(created_at AT TIME ZONE %(zone)s, 'YYYY-MM') AS month
                FROM conversations_message WHERE id = ANY(%(ids)s::uuid[])
            ), talk AS MATERIALIZED (
                SELECT c.id, c.project_id, c.source, c.message_count, c.length, hits
                FROM (SELECT conversation_id, count(*) AS hits FROM found GROUP BY 1) AS f
                JOIN conversations_conversation AS c ON c.id = f.conversation_id
            ), attached AS MATERIALIZED (
                SELECT a.message_id, bool_or(starts_with(a.content_type, 'image/')) AS image
                FROM conversations_attachment AS a JOIN found ON found.id = a.message_id GROUP BY 1
            ), counted (kind, value, name, number) AS (
                SELECT 'date', month, NULL, count(*) FROM found WHERE month BETWEEN %(first)s AND %(last)s GROUP BY 2
                UNION ALL SELECT 'role', role, NULL, count(*) FROM found GROUP BY 2
                UNION ALL SELECT 'model', lower(model), min(model), count(*) FROM found WHERE model <> '' GROUP BY 2
                UNION ALL SELECT 'source', source, NULL, sum(hits) FROM talk GROUP BY 2
                UNION ALL SELECT 'project', NULL, NULL, sum(hits) FROM talk WHERE project_id IS NULL
                UNION ALL SELECT 'project', p.id::text, p.name, sum(hits)
                    FROM talk JOIN projects_project AS p ON p.id = talk.project_id
                    WHERE p.owner_id = %(user)s
                       OR EXISTS (SELECT FROM projects_projectmember WHERE project_id = p.id AND user_id = %(user)s)
                    GROUP BY 2, 3
                UNION ALL SELECT 'tag', tag.name, NULL, sum(hits)
                    FROM talk JOIN conversations_tagging AS t ON t.conversation_id = talk.id
                    JOIN conversations_tag AS tag ON tag.id = t.tag_id AND tag.owner_id = %(user)s GROUP BY 2
                UNION ALL SELECT 'has', '{CODE}', NULL, count(*) FROM found WHERE code
                UNION ALL SELECT 'has', '{FILE}', NULL, count(*) FROM attached
                UNION ALL SELECT 'has', '{IMAGE}', NULL, count(*) FROM attached WHERE image
                UNION ALL SELECT 'trees', NULL, NULL, sum(message_count) FROM talk WHERE length <> message_count
            )
            SELECT kind, value, name, number::int FROM counted WHERE number > 0
            ORDER BY kind, CASE kind WHEN 'date' THEN value END DESC, number DESC, value
            """,  # noqa: S608  our own words
            {
                "ids": uuids(hit.id for hit in hits),
                "user": user.pk,
                "zone": timezone.get_current_timezone_name(),
                "first": f"{YEARS[0]}-01",
                "last": f"{YEARS[-1]}-12",
            },
        )
        return cursor.fetchall()


def _abandoned(hits, messages):
    if messages > TREES:
        return None
    paths = Paths()
    paths.read(hit.conversation_id for hit in hits)
    return sum(not paths.shows(hit.conversation_id, hit.position) for hit in hits)
