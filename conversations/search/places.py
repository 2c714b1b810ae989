"""Where a page of results begins, and how an address says so."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID


class BadCursorError(Exception):
    """The cursor is none that a search gave out."""


@dataclass(frozen=True)
class Place:
    """After a hit (newest first), or after so many (best first). `total` is what the first page counted, if it did."""

    at: datetime | None = None
    pk: UUID | None = None
    offset: int = 0
    is_fallback: bool = False
    total: int | None = None

    EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def is_start(self):
        return self.at is None and not self.offset

    def encode(self):
        start = "p" if self.is_fallback else "w"
        if self.at is None:
            return f"{start}{self.offset}"
        total = "" if self.total is None else f".{self.total}"
        return f"{start}{(self.at - self.EPOCH) // timedelta(microseconds=1)}.{self.pk.hex}{total}"

    @classmethod
    def decode(cls, cursor):
        if not cursor:
            return cls()
        found = re.fullmatch(r"([pw])(?:(-?[0-9]{1,17})\.([0-9a-f]{32})(?:\.([0-9]{1,3}))?|([0-9]{1,3}))", cursor)
        if not found:
            raise BadCursorError
        start, at, pk, total, offset = found.groups()
        if offset:
            return cls(offset=int(offset), is_fallback=start == "p")
        try:
            at = cls.EPOCH + timedelta(microseconds=int(at))
        except OverflowError:
            raise BadCursorError from None
        return cls(at, UUID(pk), is_fallback=start == "p", total=int(total) if total else None)
