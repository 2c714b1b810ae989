"""How often something happened on each of the last days, as a line of small bars and as a sentence."""

from dataclasses import dataclass
from datetime import timedelta

from sharing.models.daily_views import today_in_utc

BAR, GAP, HEIGHT = 2, 1, 20  # units of the drawing


@dataclass(frozen=True)
class Sparkline:
    counts: list[int]  # by day, today last

    height = HEIGHT

    @property
    def total(self):
        return sum(self.counts)

    @property
    def width(self):
        return len(self.counts) * (BAR + GAP) - GAP

    @property
    def path(self):
        """Of all bars at once, from the ground up; a day with one view is seen beside one with a thousand."""
        highest = max(self.counts)
        return "".join(
            f"M{number * (BAR + GAP)} {HEIGHT}v-{max(2, round(count * HEIGHT / highest))}h{BAR}V{HEIGHT}z"
            for number, count in enumerate(self.counts)
            if count
        )

    @property
    def said(self):
        if not self.total:
            return f"Not opened in the last {len(self.counts)} days."
        highest = max(self.counts)
        day = today_in_utc() - timedelta(days=len(self.counts) - 1 - self.counts.index(highest))
        times = "once" if self.total == 1 else f"{self.total:,} times"
        return f"Opened {times} in the last {len(self.counts)} days, most on {day:%-d %B}: {highest:,}."
