"""The newest messages that match, window by window."""

from datetime import UTC, datetime, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils import timezone

from conversations.search.matching import MESSAGE_VECTOR, matching
from conversations.search.places import Place
from conversations.search.results import COUNTED, Hit

POOL = COUNTED  # newest hits that are counted, grouped, or ranked: of a common word, all of them take seconds
PHRASES = 60  # the same for phrases: each hit may stand for a hundred texts looked at
# Months, each window older than the one before; then everything that is left, by its owner. Not more of them: months
# are alternatives to the index, which weighs all of them for every row (64 took ten times what a whole history takes).
WINDOWS = (1, 4)
SILENCE = 64  # months without a message that may join the first window: the longest tsquery is 1 MB

# Times as microseconds: two hundred dates cost more to read than the rest of the rows.
FIELDS = "id, conversation_id, position, role, (extract(epoch FROM created_at) * 1000000)::bigint AS at"


def newest(hits, messages, query, reach, place, is_enough):
    """Appends the newest hits after `place` to the list, in exact order of time, at most POOL (PHRASES of a phrase).

    True when there are no more. Words are asked for in one statement. A phrase is asked for window by window until
    `is_enough(hits)`: looking at texts is dear, and when the time is up, what was found by then is worth showing.
    """
    windows, most = list(_windows(reach, place.at)), PHRASES if query.checks() else POOL
    batches = [[window] for window in windows] if query.checks() else [windows]
    for number, batch in enumerate(batches, 1):
        try:
            statement = _statement(messages, query, reach, place, batch, most + 1 - len(hits))
        except EmptyResultSet:  # the caller narrowed to nothing, and Django knows
            return True
        with connection.cursor() as cursor:
            cursor.execute(*statement)
            hits += [Hit(*row, Place.EPOCH + timedelta(microseconds=at)) for *row, at in cursor.fetchall()]
        if len(hits) > most:
            del hits[most:]
            return False
        elif number < len(batches) and is_enough(hits):
            return False
    return True


def _statement(messages, query, reach, place, windows, limit):
    """The newest `limit` of these windows, each of which is opened only when those before it held fewer."""
    belt, belt_params = reach.belt("conversations_message", "conversation_id")
    rows = messages.filter(searchable=True).order_by().extra(where=[belt], params=belt_params)  # noqa: S610  our own
    rows = rows.values_list("id", "conversation_id", "position", "role", "created_at")
    # Django spells once what the caller narrowed by; every window goes on from there.
    select, select_params = rows.query.sql_with_params()
    parts, params = [], []
    for number, (tokens, start, end) in enumerate(windows):
        where, where_params = matching(MESSAGE_VECTOR, tokens, query, "conversations_message.text")
        wheres, params = [where], [*params, *select_params, *where_params]
        if start:
            wheres.append("conversations_message.created_at >= %s")
            params.append(start)
        if end:
            wheres.append("conversations_message.created_at < %s")
            params.append(end)
        if place.at:
            wheres.append("(conversations_message.created_at, conversations_message.id) < (%s, %s)")
            params += [place.at, place.pk]
        if number:
            wheres.append(f"{_held(number)} < %s")
            params.append(limit)
        parts.append(
            f"w{number} (id, conversation_id, position, role, created_at) AS MATERIALIZED ({select} AND "
            f"{' AND '.join(wheres)}"
            " ORDER BY conversations_message.created_at DESC, conversations_message.id DESC LIMIT %s)"
        )
        params.append(limit)
    union = " UNION ALL ".join(f"SELECT {FIELDS} FROM w{number}" for number in range(len(parts)))  # noqa: S608  our own
    return f"WITH {', '.join(parts)} {union} ORDER BY at DESC, id DESC LIMIT %s", [*params, limit]


def _held(number):
    """SQL of how many rows the windows before this one held: known before it is opened, so it may stay closed."""
    return " + ".join(f"(SELECT count(*) FROM w{before})" for before in range(number))  # noqa: S608  our own


def _windows(reach, before):
    """(tokens, start, end) of each window, newest first; `before` is where an earlier page ended."""
    newest = max(reach.newest, timezone.now() + timedelta(days=31))  # a clock may have been wrong by a little
    last = _month(min(before, newest) if before else newest)
    top = last + 1
    # The months since somebody's last message are empty and join the first window.
    bottom = max(min(last, _month(reach.newest)), top - SILENCE)
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
