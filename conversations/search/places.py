"""Where a page of results begins, and how an address says so."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID


class BadCursorError(Exception):
    """The cursor is none that a search gave out."""


@dataclass(frozen=True)
class Place:
    """Where a page begins: after a hit (newest first), or after so many (best first)."""

    at: datetime | None = None
    pk: UUID | None = None
    offset: int = 0
    is_fallback: bool = False

    EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def is_start(self):
        return self.at is None and not self.offset

    def encode(self):
        start = "p" if self.is_fallback else "w"
        if self.at is None:
            return f"{start}{self.offset}"
        return f"{start}{(self.at - self.EPOCH) // timedelta(microseconds=1)}.{self.pk.hex}"

    @classmethod
    def decode(cls, cursor):
        if not cursor:
            return cls()
        found = re.fullmatch(r"([pw])(?:(-?[0-9]{1,17})\.([0-9a-f]{32})|([0-9]{1,3}))", cursor)
        if not found:
            raise BadCursorError
        start, at, pk, offset = found.groups()
        if offset:
            return cls(offset=int(offset), is_fallback=start == "p")
        try:
            return cls(cls.EPOCH + timedelta(microseconds=int(at)), UUID(pk), is_fallback=start == "p")
        except OverflowError:
            raise BadCursorError from None
