"""Times as exports write them: seconds, milliseconds, either in a string, ISO 8601, or nothing."""

from datetime import UTC, datetime, timedelta

# Nobody chatted with a model before; a clock a day ahead is a clock, a year ahead is a mistake.
EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
MILLISECONDS = 1e11  # as seconds that would be the year 5138


def moment(value, now=None):
    """An aware datetime, or None for what is absent, zero, unreadable, or outside of 2015 … tomorrow."""
    found = _number(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)
    latest = (now or datetime.now(UTC)) + timedelta(days=1)
    return found if found is not None and EARLIEST <= found <= latest else None


def _number(value):
    try:
        return datetime.fromtimestamp(value / 1000 if value > MILLISECONDS else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _text(value):
    if not isinstance(value, str) or not value or len(value) > 40:
        return None
    try:
        return _number(float(value))
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
