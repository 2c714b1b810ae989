"""Moments, as all our answers and files spell them."""

from datetime import UTC


def iso(moment):
    """2026-11-20T10:15:00.000000Z, whatever the microseconds."""
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"
