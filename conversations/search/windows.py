"""Time in months, from the newest back: what a search looks into first, and how far it goes."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

# Months, each window older than the one before; then everything that is left, by its owner. Not more of them: months
# are alternatives to the index, which weighs all of them for every row (64 took ten times what a whole history takes).
SIZES = (1, 4)
WIDEST = 16
SILENCE = 64  # months without a message that may join the first window: the longest tsquery is 1 MB
FIRST = 13  # January of the year 1 is where datetime begins


class Window(NamedTuple):
    """`tokens` for the index, and the moments between which rows count; None is open."""

    tokens: str
    start: datetime | None
    end: datetime | None
    is_last: bool
    months: int


class Windows:
    """What is left of a reach's time: before the moment `before`, not before `since`."""

    def __init__(self, reach, before=None, since=None):
        newest = max(reach.newest, timezone.now() + timedelta(days=31))  # a clock may have been wrong by a little
        last = _month(min(before, newest) if before else newest)
        self.reach, self.since, self.top, self.last = reach, since, last + 1, last
        # The months since somebody's last message are empty and join the first window.
        self.bottom = max(min(last, _month(reach.newest)), self.top - SILENCE)

    @property
    def left(self):
        """About how many months there are: an import may hold messages older than their conversation."""
        return max(0, self.top - _month(self.since or self.reach.oldest))

    def take(self, size):
        """The next window of so many months; all that is left where there is nothing to divide."""
        start = max(self.bottom - size + 1, FIRST)
        is_last = self.reach.few is not None or start >= self.top or (self.since and start <= _month(self.since))
        if is_last:
            return self.rest()
        window = Window(self.reach.tokens(range(start, self.top)), moment(start), self._end(), False, self.top - start)
        self.top, self.bottom = start, start - 1
        return window

    def rest(self):
        months = range(_month(self.since), self.top) if self.since else ()
        tokens = self.reach.tokens(months if 0 < len(months) <= WIDEST else None)
        return Window(tokens, self.since, self._end(), True, self.left)

    def in_a_row(self):
        """One after the other, whatever they hold."""
        for size in SIZES:
            window = self.take(size)
            yield window
            if window.is_last:
                return
        yield self.rest()

    def _end(self):
        return None if self.top > self.last else moment(self.top)


def _month(at):
    at = at.astimezone(UTC)
    return 12 * at.year + at.month


def moment(month):
    return datetime((month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=UTC)
