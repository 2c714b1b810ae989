"""Incoming conversations into rows. Knows nothing of any program: formats have been left behind."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import connection

from conversations import limits
from conversations.importing import copying, updating
from conversations.importing.bytes import UNKNOWN, point
from conversations.importing.incoming import IncomingConversation
from conversations.models import Branch, ImportLine
from lib.text import first_line
from lib.typeid import new_id


@dataclass(slots=True)
class Prepared:
    """One record, read and ready to be written; or the line that says why not."""

    record: int
    incoming: IncomingConversation | None = None
    fingerprint: bytes = b""
    payload: bytes = b""
    line: ImportLine | None = None


@dataclass
class Written:
    """What writing did: counts as (noun, outcome) → number, and lines for the report."""

    counts: Counter = field(default_factory=Counter)
    lines: list = field(default_factory=list)

    def count(self, noun, outcome, number=1):
        if number:
            self.counts[noun, outcome] += number

    def say(self, batch, prepared, reason, outcome=ImportLine.Outcome.NOTICE):
        incoming = prepared.incoming
        self.lines.append(
            ImportLine(
                batch=batch,
                record=prepared.record,
                outcome=outcome,
                external_id=incoming.external_id if incoming else "",
                title=(incoming.title or "") if incoming else "",
                reason=reason,
            )
        )


class Writer:
    """Writes chunks of whole conversations for one batch, inside the caller's transaction."""

    def __init__(self, batch, module, stored_bytes):
        self.batch, self.module, self.bytes = batch, module, stored_bytes

    def write(self, chunk):
        """Writes what is new or changed in `chunk` (no external id twice) and returns Written."""
        self.written, self.rows = Written(), copying.Rows()
        with connection.cursor() as cursor:
            _lock_owner(cursor, self.batch.owner_id)
            self.bytes.hold()
            known = self._known(cursor, [prepared.incoming.external_id for prepared in chunk])
            for prepared in chunk:
                found = known.get(prepared.incoming.external_id)
                if found is None:
                    self._add(prepared)
                elif found[1] is not None and bytes(found[1]) == prepared.fingerprint:
                    self._same(prepared)
                else:
                    updating.update(self, found[0], prepared)
                self.written.count("messages", "structural", prepared.incoming.structural)
                for notice in prepared.incoming.notices:
                    self.written.say(self.batch, prepared, notice)
            self.rows.copy(cursor)
        return self.written

    def _known(self, cursor, external_ids):
        """{external id: (conversation id, fingerprint of the newest import or None)} for what is stored already."""
        cursor.execute(
            """
            SELECT c.external_id, c.id, s.fingerprint
            FROM conversations_conversation c
            LEFT JOIN LATERAL (
                SELECT fingerprint FROM conversations_source WHERE conversation_id = c.id ORDER BY id DESC LIMIT 1
            ) s ON true
            WHERE c.owner_id = %s AND c.source = %s AND c.external_id = ANY(%s)
            """,
            [self.batch.owner_id, self.module.NAME, external_ids],
        )
        return {external_id: (pk, fingerprint) for external_id, pk, fingerprint in cursor.fetchall()}

    def _same(self, prepared):
        self.written.count("conversations", "identical")
        self.written.count("messages", "identical", len(prepared.incoming.messages))
        self.written.count("attachments", "identical", sum(len(m.files) for m in prepared.incoming.messages))

    def _add(self, prepared):
        incoming, pk = prepared.incoming, new_id()
        positions = {message.source_id: rank for rank, message in enumerate(incoming.messages, 1)}
        attachments = 0
        for message in incoming.messages:
            attachments += self.add_message(
                prepared, pk, message, positions[message.source_id], positions.get(message.parent)
            )
        active = self._add_branches(pk, incoming, positions)
        path = path_to(incoming.tip, {message.source_id: message for message in incoming.messages})
        said = [message for message in path if message.is_said]
        words = next((message.text for message in reversed(said) if message.text), "")
        self.rows.conversations.append((
            pk, self.batch.workspace_id, self.batch.owner_id, incoming.title, "", copying.json(incoming.metadata), "",
            incoming.model, self.module.NAME, incoming.external_id, self.batch.pk, active, positions[incoming.tip],
            len(positions) + 1, 0, len(positions), len(path), len(said), self.branch_count, attachments,
            first_line(words, limits.PREVIEW), incoming.archived_at, incoming.created_at,
            incoming.updated_at, max(message.created_at for message in incoming.messages),
        ))  # fmt: skip
        self.add_source(pk, prepared.fingerprint, prepared.payload)
        self.written.count("conversations", "new")
        if len(positions) > limits.MESSAGES:
            self.written.say(
                self.batch,
                prepared,
                f"It has {len(positions):,} messages and is kept whole. Nothing can be added to it here, "
                f"because the limit is {limits.MESSAGES:,}.",
            )

    def _add_branches(self, pk, incoming, positions):
        """MAIN for the current path, and a name for every other leaf. Returns the id of MAIN."""
        answered = {message.parent for message in incoming.messages}
        leaves = [m for m in incoming.messages if m.source_id not in answered and m.source_id != incoming.tip]
        main = new_id()
        tips = [(main, Branch.MAIN, positions[incoming.tip])]
        tips += [(new_id(), f"branch-{n}", positions[leaf.source_id]) for n, leaf in enumerate(leaves, 2)]
        for branch, name, tip in tips:
            self.add_branch(branch, pk, name, tip, incoming.created_at, incoming.updated_at)
        self.branch_count = len(tips)
        return main

    def add_branch(self, branch, conversation, name, tip, created_at, updated_at):
        self.rows.branches.append((branch, conversation, name, "", tip, "", None, created_at, updated_at))

    def add_source(self, conversation, fingerprint, payload):
        self.rows.sources.append((conversation, self.batch.pk, self.module.NAME, fingerprint, payload))

    def add_message(self, prepared, conversation, message, position, parent):
        """One message with its files. Returns how many files it names."""
        pk = new_id()
        if message.files:
            point(message.parts, self.add_files(prepared, conversation, pk, message, message.files))
        if len(message.text) > limits.TEXT:
            self.written.say(self.batch, prepared, f"A message of {len(message.text):,} characters is kept whole.")
        self.rows.messages.append((
            pk, conversation, self.batch.workspace_id, self.batch.owner_id, message.created_at, message.edited_at,
            self.batch.pk, position, parent, 1, message.hidden, message.searchable, message.role, "message",
            message.status, message.model, message.name, "", message.source_id, message.text,
            copying.json(message.parts), copying.json(message.metadata),
        ))  # fmt: skip
        self.written.count("messages", "new")
        return len(message.files)

    def add_files(self, prepared, conversation, message_id, message, files):
        """Attachments of a message. Returns {external id: attachment id} of those whose bytes came along."""
        carried = {}
        for file in files:
            pk, taken = new_id(), self.take(prepared, file)
            digest, size, content_type = taken or ("", file.size, file.content_type or UNKNOWN)
            self.rows.attachments.append((
                pk, self.batch.workspace_id, self.batch.owner_id, conversation, message_id, self.batch.pk,
                file.external_id, (file.name or file.external_id)[:255], content_type[:127], size, file.width,
                file.height, digest, message.created_at,
            ))  # fmt: skip
            if taken:
                carried[file.external_id] = pk
        return carried

    def take(self, prepared, file):
        """The stored bytes of a file, counted; None where the export does not carry it or it is too large."""
        taken = self.bytes.take(file)
        if taken:
            self.written.count("attachments", "new")
        elif file.external_id in self.bytes:
            self.written.count("attachments", "skipped")
            self.written.say(
                self.batch,
                prepared,
                f"“{file.name or file.external_id}” is damaged or larger than "
                f"{limits.ATTACHMENT_BYTES // 1024**2} MB and was left out.",
            )
        else:
            self.written.count("attachments", "missing")
        return taken


def path_to(tip, by_id):
    """The messages from the first one to `tip`, in order."""
    path = []
    while tip is not None and tip in by_id:
        path.append(by_id[tip])
        tip = by_id[tip].parent
    return path[::-1]


def _lock_owner(cursor, owner):
    """Two imports of one person take turns, chunk by chunk: both would find the same conversation missing."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {owner}"])
