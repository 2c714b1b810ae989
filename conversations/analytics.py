"""What is happening on this server, in numbers. No texts, no names of people."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.utils import timezone

PERIODS = (30, 90, 365)
PATIENCE = 8_000  # milliseconds; a page that takes longer is not worth the load it is
FRESH = 300  # seconds that one counting is shown again


class TooSlow(Exception):
    def __str__(self):
        return "Counting so many messages takes too long just now. Choose fewer days, or come back later."


@dataclass(frozen=True)
class Day:
    """One calendar day in the server's time zone, by the time that messages carry, imported ones included."""

    day: date
    conversations: int = 0
    messages: int = 0
    active_users: int = 0  # owners of at least one message of that day that a person wrote


@dataclass(frozen=True)
class Share:
    name: str
    count: int


@dataclass(frozen=True)
class Activity:
    days: list[Day]
    sources: list[Share]  # conversations by where they came from, largest first
    models: list[Share]  # answers by the model that gave them, largest first
    counted_at: datetime


@dataclass(frozen=True)
class Total:
    name: str
    rows: int  # the planner's estimate: exact figures would read every row
    size: int  # bytes on disk with all indexes


def activity(days):
    """Activity of the last `days` days, today included; from the cache when it was counted a moment ago."""
    return cache.get_or_set(f"activity-{days}", lambda: count_activity(days), FRESH)


def count_activity(days):
    zone = timezone.get_current_timezone()
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    span = {
        "zone": timezone.get_current_timezone_name(),
        "start": datetime.combine(first, time.min, tzinfo=zone),
        "end": datetime.combine(today + timedelta(days=1), time.min, tzinfo=zone),
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE}")
            cursor.execute(_CONVERSATIONS, span)
            started, sources = _split(cursor.fetchall())
            cursor.execute(_MESSAGES, span)
            said, models = _split(cursor.fetchall())
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == "57014":  # query_canceled: the time was up
            raise TooSlow from None
        raise
    return Activity(
        days=[
            Day(day, started.get(day, (0, 0))[0], *said.get(day, (0, 0)))
            for day in (first + timedelta(days=number) for number in range(days))
        ],
        sources=sources,
        models=models,
        counted_at=timezone.now(),
    )


@dataclass(frozen=True)
class Usage:
    """What one workspace did between two moments: by the times that conversations and messages carry, in UTC."""

    conversations: int
    messages: int
    users: int  # owners of any of them
    by_role: dict[str, int]
    days: list[Day]  # those on which there was something, the oldest first


def usage_of(workspace_id, since=None, until=None):
    """Raises TooSlow."""
    span = {"workspace": workspace_id, "since": since, "until": until}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE}")
            cursor.execute(_USAGE, span)
            rows = cursor.fetchall()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == "57014":  # query_canceled: the time was up
            raise TooSlow from None
        raise
    started, said, by_role, owners = Counter(), Counter(), Counter(), set()
    for day, owner, role, number in rows:
        owners.add(owner)
        if role is None:
            started[day] += number
        else:
            said[day] += number
            by_role[role] += number
    days = [Day(day, started[day], said[day]) for day in sorted(started.keys() | said.keys())]
    return Usage(started.total(), said.total(), len(owners), dict(by_role), days)


def totals():
    """The size of the large tables, from PostgreSQL's own notes: of its last look at them, or of what was written."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname, (CASE WHEN reltuples < 0 THEN pg_stat_get_live_tuples(oid) ELSE reltuples END)::bigint,
                pg_total_relation_size(oid)
            FROM pg_class WHERE oid = ANY(%s::regclass[]) ORDER BY 3 DESC
            """,
            [[f'"{table}"' for table in _LARGE]],
        )
        return [Total(_LARGE[table], rows, size) for table, rows, size in cursor.fetchall()]


def _split(rows):
    """Rows of (day, name, number, number): those with a day as {day: numbers}, the others as shares."""
    by_day = {day: (first, second) for day, _, first, second in rows if day}
    shares = [Share(name, number) for day, name, number, _ in rows if not day]
    return by_day, sorted(shares, key=lambda share: (-share.count, share.name))


_LARGE = {
    "conversations_message": "Messages",
    "conversations_conversation": "Conversations",
    "conversations_branch": "Branches",
    "conversations_attachment": "Attachments",
    "conversations_source": "Originals of imports",
    "conversations_rendering": "Kept HTML",
    "accounts_user": "Users",
    "accounts_auditevent": "Audit events",
}

_CONVERSATIONS = """
WITH counted AS MATERIALIZED (
    SELECT (created_at AT TIME ZONE %(zone)s)::date AS day, source, count(*) AS number
    FROM conversations_conversation
    WHERE created_at >= %(start)s AND created_at < %(end)s
    GROUP BY 1, 2
)
SELECT day, NULL AS name, sum(number)::bigint, 0 FROM counted GROUP BY day
UNION ALL
SELECT NULL, source, sum(number)::bigint, 0 FROM counted GROUP BY source
"""

# Messages are read once, into few rows (days × owners × models); both answers come from those.
_MESSAGES = """
WITH counted AS MATERIALIZED (
    SELECT (created_at AT TIME ZONE %(zone)s)::date AS day, owner_id, model, role IN ('user', 'assistant') AS said,
        count(*) AS number, count(*) FILTER (WHERE role = 'user') AS asked
    FROM conversations_message
    WHERE created_at >= %(start)s AND created_at < %(end)s
    GROUP BY 1, 2, 3, 4
)
SELECT day, NULL AS name, sum(number)::bigint, count(DISTINCT owner_id) FILTER (WHERE asked > 0)
FROM counted GROUP BY day
UNION ALL
SELECT NULL, model, sum(number - asked)::bigint, 0 FROM counted WHERE said AND number > asked GROUP BY model
"""

_USAGE = """
SELECT (created_at AT TIME ZONE 'UTC')::date, owner_id, NULL, count(*) FROM conversations_conversation
WHERE workspace_id = %(workspace)s AND created_at >= coalesce(%(since)s, '-infinity'::timestamptz)
  AND created_at < coalesce(%(until)s, 'infinity'::timestamptz)
GROUP BY 1, 2
UNION ALL
SELECT (created_at AT TIME ZONE 'UTC')::date, owner_id, role, count(*) FROM conversations_message
WHERE workspace_id = %(workspace)s AND created_at >= coalesce(%(since)s, '-infinity'::timestamptz)
  AND created_at < coalesce(%(until)s, 'infinity'::timestamptz)
GROUP BY 1, 2, 3
"""
