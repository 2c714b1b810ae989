"""Time from the newest back: what a search looks into first, and how far it goes.

The index knows the day and the month of each message. Few of either are asked for at once: they are alternatives to the
index, which weighs all of them for every row (64 months took ten times what a whole history takes).
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MONTH = 31  # days
FIRST = (datetime(1, 1, 1, tzinfo=UTC) - EPOCH) // DAY  # where datetime begins

NEAR = (2, 8, MONTH)  # days, each window older than the one before
FAR = 4 * MONTH  # the one after them, where they held nothing that tells how much it may hold
WIDEST = 16 * MONTH
BY_DAYS = 10  # a window of more is one of whole months
SILENCE = 64 * MONTH  # days without a message that may join the first window: the longest tsquery is 1 MB


class Window(NamedTuple):
    """`tokens` for the index, and the moments between which rows count; None is open."""

    tokens: str
    start: datetime | None
    end: datetime | None
    is_last: bool
    days: int


class Windows:
    """What is left of a reach's time: before the moment `before`, not before `since`."""

    def __init__(self, reach, before=None, since=None):
        newest = max(reach.newest, timezone.now() + DAY)  # a clock may have been wrong by a little
        last = day_of(min(before, newest) if before else newest)
        self.reach, self.since, self.top, self.last = reach, since, last + 1, last
        # The days since somebody's last message are empty and join the first window.
        self.bottom = max(min(last, day_of(reach.newest)), self.top - SILENCE)

    @property
    def left(self):
        """About how many days there are: an import may hold messages older than their conversation."""
        return max(0, self.bottom + 1 - day_of(self.since or self.reach.oldest))

    def take(self, days):
        """The next window of so many days, or about as many in whole months; all that is left where there is nothing
        to divide."""
        start = max(self._start(days), FIRST)
        is_last = self.reach.few is not None or start >= self.top or (self.since and start <= day_of(self.since))
        if is_last:
            return self.rest()
        tokens = self.reach.tokens(_times(start, self.top))
        window = Window(tokens, moment(start), self._end(), False, self.bottom + 1 - start)
        self.top, self.bottom = start, start - 1
        return window

    def rest(self):
        times = _times(day_of(self.since), self.top) if self.since else ()
        tokens = self.reach.tokens(times if 0 < len(times) <= WIDEST // MONTH else None)
        return Window(tokens, self.since, self._end(), True, self.left)

    def in_a_row(self, sizes):
        """One after the other, whatever they hold; as long as there are any."""
        for size in sizes:
            window = self.take(size) if size else self.rest()
            yield window
            if window.is_last:
                return

    def _start(self, days):
        if days <= BY_DAYS:
            return self.bottom + 1 - days
        month = _month(self.bottom + 1 - days)  # from its first day, so that it is never fewer
        return day_of(datetime((month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=UTC)) if month > 12 else FIRST

    def _end(self):
        return None if self.top > self.last else moment(self.top)


def _times(start, top):
    """What the index calls the time from one day until before another: its days or, of more than a few, its months."""
    if top - start <= BY_DAYS:
        return [("d", day) for day in range(start, top)]
    return [("m", month) for month in range(_month(start), _month(top - 1) + 1)]


def day_of(at):
    return (at - EPOCH) // DAY


def moment(day):
    return EPOCH + day * DAY


def _month(day):
    at = moment(max(day, FIRST))
    return 12 * at.year + at.month
