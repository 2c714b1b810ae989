"""What every format is read into: plain objects, free of any program's spelling."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from conversations.parts import is_said
from lib.json import dumps


class Unreadable(Exception):
    """This one record cannot become a conversation; the sentence goes into the report, the next record is read."""


@dataclass(slots=True)
class IncomingFile:
    """A file that a message names. `external_id` is what the export's archive calls it."""

    external_id: str
    name: str = ""
    content_type: str = ""
    size: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(slots=True)
class IncomingMessage:
    """A message to be stored. `parent` is the source_id of the stored message it answers, None for a first one.

    `text` holds what people read and search, in Markdown. A part whose `text` equals it tells the same, better.
    """

    source_id: str
    role: str
    text: str = ""
    parts: list | None = None
    metadata: dict | None = None
    parent: str | None = None
    created_at: datetime | None = None
    edited_at: datetime | None = None
    status: str = "completed"
    model: str = ""
    name: str = ""
    hidden: bool = False
    searchable: bool = True
    files: list[IncomingFile] = field(default_factory=list)

    @property
    def content(self):
        """What can differ between two exports of the same message, and makes a new version of it."""
        return (self.text, self.parts, self.hidden, self.status, self.model, self.name)

    @property
    def is_said(self):
        """True for a turn: words of the user or the assistant, shown from the start."""
        return self.role in ("user", "assistant") and not self.hidden and is_said(self.text, self.parts)


@dataclass(slots=True)
class IncomingConversation:
    """One conversation in a stable order: parents before children, siblings as their program showed them.

    `structural` counts nodes that say nothing (empty roots, placeholders): they get no row, their children hang on
    the nearest message above, and the original keeps them.
    """

    external_id: str
    title: str | None
    messages: list[IncomingMessage]
    tip: str | None  # the source_id of the message that the current branch ends with
    created_at: datetime
    updated_at: datetime
    model: str = ""
    metadata: dict = field(default_factory=dict)
    archived_at: datetime | None = None
    structural: int = 0
    notices: list[str] = field(default_factory=list)

    def fingerprint(self, available=()):
        """SHA-256 of all that a reader could notice; equal fingerprints need no closer look.

        Only content: exporting programs add fields and touch times from one export to the next. `available` are the
        ids of files that came along, so that an export which brings missing files is looked at.
        """
        content = [
            self.title,
            self.tip,
            self.archived_at is not None,
            sorted(
                (message.source_id, message.parent or "", message.role, message.name, message.text, message.hidden,
                 dumps(message.parts).decode() if message.parts else "")
                for message in self.messages
            ),
            sorted(file.external_id for message in self.messages for file in message.files
                   if file.external_id in available),
        ]  # fmt: skip
        return hashlib.sha256(dumps(content)).digest()


@dataclass(slots=True)
class Node:
    """A node of a tree before it is put in order: its key, what it says it hangs on, and its message, if any."""

    key: str
    parent: str | None
    children: list[str]
    message: IncomingMessage | None
