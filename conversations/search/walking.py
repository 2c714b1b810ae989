"""The newest messages that match, window by window."""

from datetime import timedelta

from django.core.exceptions import EmptyResultSet

from conversations.search.conditions import all_of
from conversations.search.filters import ACTIVE
from conversations.search.matching import MESSAGE_VECTOR, checked, indexed
from conversations.search.paths import Paths
from conversations.search.places import Place
from conversations.search.results import COUNTED, Hit
from conversations.search.windows import FAR, MONTH, NEAR, WIDEST, Windows
from lib.sql import fetch_prepared

POOL = COUNTED  # newest hits that are counted, grouped, or ranked: of a common word, all of them take seconds
LOOK = 20_000  # rows with the words that one page looks at, for those of them that fit
LITTLE = 5_000  # so many are looked at although the page is full: then the number of hits is known
BATCH = 1_000  # hits whose branches are looked up together

COLUMNS = ("id", "conversation_id", "position", "role", "created_at")
# Times as microseconds: two hundred dates cost more to read than the rest of the rows.
FIELDS = "id, conversation_id, position, role, (extract(epoch FROM created_at) * 1000000)::bigint AS at"


class Walk:
    """From the newest hit after `place` back in time, in exact order of time, at most `most` of them.

    `hits` grows while it runs: when the time is up, what was found by then is worth showing. Afterwards `is_all` says
    that there are no more, and `reached` is the moment it looked back to, where it stopped because of LOOK.
    """

    def __init__(self, messages, query, filters, reach, place, most):
        self.messages, self.query, self.filters, self.reach, self.place = messages, query, filters, reach, place
        self.most = most
        self.hits, self.is_all, self.reached, self.paths = [], False, None, Paths()
        self.before = min((at for at in (place.at, filters.end) if at), default=None)
        self.fits, self.fits_params = all_of(
            checked("conversations_message.text", query), filters.of_messages(), reach.many
        )

    def run(self, is_enough):
        """`is_enough(hits)`: whether they fill a page."""
        since = self.filters.start
        if since and self.before and since >= self.before:
            self.is_all = True
            return
        windows = Windows(self.reach, self.before, since)
        try:
            if self.fits or self.filters.branch:
                self._step_by_step(windows, is_enough)
            else:
                self._by_words(windows)
        except EmptyResultSet:  # the caller narrowed to nothing, and Django knows
            self.is_all = True

    def _by_words(self, windows):
        """Words alone the index decides: what the nearest days and weeks held tells how far to look for the rest."""
        # Each window gathers all the words of a beginning anew, and that takes longer than what it holds.
        near = list(windows.in_a_row([MONTH] if self.query.has_beginnings else NEAR))
        self._open(near)
        if len(self.hits) <= self.most and not near[-1].is_last:
            self._open(windows.in_a_row(self._far(windows.left, sum(window.days for window in near))))
        self.is_all = len(self.hits) <= self.most
        del self.hits[self.most :]

    def _far(self, left, days):
        """Sizes of the windows behind these days: one that should hold half as much again as is missing, and the rest.

        Where that is more than there is left, the rest alone: of a rare word each window costs as much as all of it.
        """
        found = len(self.hits)
        size = 3 * days * (self.most + 1 - found) // (2 * found) if found else FAR
        return [None] if size > left else [max(MONTH, min(size, WIDEST)), None]

    def _open(self, windows):
        """One statement for several windows, each of which stays closed where those before it hold enough."""
        parts, params, wanted = [], [], self.most + 1 - len(self.hits)
        for number, window in enumerate(windows):
            select, select_params = self._select(window)
            parts.append(
                f"w{number} ({', '.join(COLUMNS)}) AS MATERIALIZED ({select}"
                f"{f' AND {_held(number)} < %s' if number else ''}"
                " ORDER BY conversations_message.created_at DESC, conversations_message.id DESC LIMIT %s)"
            )
            params += [*select_params, *([wanted] if number else []), wanted]
        union = " UNION ALL ".join(f"SELECT {FIELDS} FROM w{number}" for number in range(len(parts)))  # noqa: S608  our own
        sql = f"WITH {', '.join(parts)} {union} ORDER BY at DESC, id DESC LIMIT %s"
        self._take(fetch_prepared(sql, [*params, wanted]))

    def _step_by_step(self, windows, is_enough):
        """What the index does not know is looked for in the rows it names, window by window, in so many and no more.

        How many rows a window held tells how many the next may have: often all that is left, sometimes a month. The
        first is a month, which tells more; where nobody counts the rest of them, a few days.
        """
        looked, first = 0, NEAR[1] if self.query.checks() else MONTH
        size = first
        while True:
            window = windows.take(size) if size else windows.rest()
            seen = self._look(window)
            looked += seen
            if len(self.hits) > self.most:
                del self.hits[self.most :]
                return
            elif window.is_last:
                self.is_all = True
                return
            left = LOOK - looked
            expected = windows.left * seen / window.days
            if is_enough(self.hits) and (self.query.checks() or looked + expected > LITTLE):
                return
            elif left <= 0:
                self.reached = window.start
                return
            elif size != first and expected <= left:
                size = None
            else:
                # Never less than a month: what an empty week holds says nothing about the years behind it.
                size = max(MONTH, min(4 * size, WIDEST, left * window.days // max(1, seen)))

    def _look(self, window):
        """Adds the hits of a window and returns how many rows the index named."""
        select, params = self._select(window, fits=self.fits or "true", fits_params=self.fits_params)
        # The branch is not in the row: it is asked for afterwards, and any number may be on the wrong one.
        limit = None if self.filters.branch else self.most + 1 - len(self.hits)
        rows = fetch_prepared(
            f"""
            WITH seen ({", ".join(COLUMNS)}, fits) AS MATERIALIZED ({select})
            SELECT looked, hit.* FROM (SELECT count(*) AS looked FROM seen) AS counted LEFT JOIN (
                SELECT {FIELDS} FROM seen WHERE fits ORDER BY created_at DESC, id DESC LIMIT %s
            ) AS hit ON true ORDER BY at DESC, id DESC
            """,  # noqa: S608  our own names
            [*params, limit],
        )
        found = [row for _, *row in rows if row[0]]
        if self.filters.branch:
            self._take_on_branch(found)
        else:
            self._take(found)
        return rows[0][0]

    def _take(self, rows):
        self.hits += [Hit(*row, Place.EPOCH + timedelta(microseconds=at)) for *row, at in rows]

    def _take_on_branch(self, rows):
        wanted = self.filters.branch == ACTIVE
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            self.paths.read(conversation for _, conversation, *_ in batch)
            self._take([row for row in batch if self.paths.shows(row[1], row[2]) == wanted])
            if len(self.hits) > self.most:
                return

    def _select(self, window, *, fits="", fits_params=()):
        """(SQL, parameters) of the rows in a window that the index names, each with whether it fits."""
        conditions = [
            self.reach.belt("conversations_message", "conversation_id"),
            indexed(MESSAGE_VECTOR, window.tokens, self.query),
            window.start and ("conversations_message.created_at >= %s", [window.start]),
            window.end and ("conversations_message.created_at < %s", [window.end]),
            self.filters.end and ("conversations_message.created_at < %s", [self.filters.end]),
        ]
        if self.place.at:
            after = "(conversations_message.created_at, conversations_message.id) < (%s, %s)"
            conditions.append((after, [self.place.at, self.place.pk]))
        where, params = all_of(*conditions)
        if self.messages.query.has_filters():
            rows = self.messages.filter(searchable=True).order_by().extra(where=[where], params=params)  # noqa: S610
            rows = rows.extra(select={"fits": fits}, select_params=fits_params) if fits else rows  # noqa: S610  our own
            return rows.values_list(*COLUMNS, *(["fits"] if fits else [])).query.sql_with_params()
        columns = ", ".join(f"conversations_message.{column}" for column in COLUMNS) + (f", {fits}" if fits else "")
        return (
            f"SELECT {columns} FROM conversations_message WHERE conversations_message.searchable AND {where}",  # noqa: S608
            [*fits_params, *params],
        )


def _held(number):
    """SQL of how many rows the windows before this one held: known before it is opened, so it may stay closed."""
    return " + ".join(f"(SELECT count(*) FROM w{before})" for before in range(number))  # noqa: S608  our own
