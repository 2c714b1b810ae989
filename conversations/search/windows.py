"""The newest messages that match, window by window."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from conversations.search.groups import shown
from conversations.search.matching import MESSAGE_VECTOR, matching
from conversations.search.results import COUNTED, Hit

POOL = 200  # newest hits that are grouped, or ranked: ranking all of a common word's hits takes seconds
PHRASES = 60  # the same for phrases: each hit may stand for a hundred texts looked at
WINDOWS = (1, 8, 64)  # months, each window older than the one before; then everything that is left


def newest(rows, query, reach, place, limit, per_conversation):
    """(hits in exact order of time, whether there are no more): until `limit` can be shown, at most POOL."""
    hits, pool = [], max(PHRASES, limit or 0) if query.checks() else POOL
    for tokens, start, end in _windows(reach, place.at):
        window = _in_window(rows, query, tokens, start, end)
        if place.at:
            window = window.extra(
                where=["(conversations_message.created_at, conversations_message.id) < (%s, %s)"],
                params=[place.at, place.pk],
            )
        columns = window.order_by("-created_at", "-pk").values_list(
            "pk", "conversation_id", "position", "role", "created_at"
        )
        hits += [Hit(*row) for row in columns[: pool - len(hits)]]
        if len(hits) == pool or len(shown(hits, limit, per_conversation)[0].hits) == limit:
            return hits, False
    return hits, True


def count(rows, query, reach):
    """How many in all, up to COUNTED + 1; window by window for the same reason."""
    total = 0
    for tokens, start, end in _windows(reach, None):
        total += _in_window(rows, query, tokens, start, end)[: COUNTED + 1 - total].count()
        if total > COUNTED:
            break
    return total


def _in_window(rows, query, tokens, start, end):
    rows = matching(rows, MESSAGE_VECTOR, tokens, query, "text")
    return rows.filter(Q(created_at__gte=start) if start else Q(), Q(created_at__lt=end) if end else Q())


def _windows(reach, before):
    """(tokens, start, end) of each window, newest first; `before` is where an earlier page ended."""
    newest = max(reach.newest, timezone.now() + timedelta(days=31))  # a clock may have been wrong by a little
    last = _month(min(before, newest) if before else newest)
    top = last + 1
    # The months since somebody's last message are empty and join the first window; not all since the year 2, though:
    # the longest tsquery is 1 MB.
    bottom = max(min(last, _month(reach.newest)), top - WINDOWS[-1])
    for size in WINDOWS:
        start = max(bottom - size + 1, 13)  # January of the year 1 is where datetime begins
        if start >= top:
            break
        yield reach.tokens(range(start, top)), _moment(start), None if top > last else _moment(top)
        top, bottom = start, start - 1
    yield reach.tokens(), None, _moment(top)


def _month(at):
    at = at.astimezone(UTC)
    return 12 * at.year + at.month


def _moment(month):
    return datetime((month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=UTC)
