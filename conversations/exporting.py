"""Conversations out of the database, as lines of JSON: docs/export-format.md says what is in them.

PostgreSQL writes every line and Python only carries it, so an export of any size runs at the speed of COPY in the
memory of one message. One statement is one snapshot: what is written meanwhile is in none of the lines.
"""

from datetime import UTC, datetime

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Count, Sum
from psycopg import ClientCursor

from accounts.models import AuditEvent, User

VERSION = 1
CHUNK = 64 * 1024  # bytes handed on at once; a line each would cost a system call each


class Export:
    """Export(conversations).chunks() yields the bytes of one JSONL file, document() those of one JSON document with the
    same in it. What was written is counted on the way.

    `conversations` is a queryset and its caller has decided, through visible_to or as the operator, that it may leave.
    `reader`: whose it will be, where that may not be the owner. Tags, pins, notes and bookmarks are then the reader's;
    who else was let in and what an import read are left out, as the owner's business.
    """

    def __init__(self, conversations, *, reader=None):
        self.chosen, self.reader = conversations, reader
        self.conversations = self.messages = self.lines = 0

    def record(self, *, actor=None, request=None, reason=""):
        """Writes it into the audit trail, a line for each owner, so that each can see it.

        To be called before the first chunk: a download that breaks off has been read all the same.
        """
        owners = self.chosen.order_by().values("owner")
        totals = owners.annotate(conversations=Count("pk"), messages=Sum("message_count"))
        for total in totals:
            AuditEvent.record(
                "conversations.export",
                actor=actor,
                target=User.objects.get(pk=total["owner"]),
                request=request,
                reason=reason,
                conversations=total["conversations"],
                messages=total["messages"],
            )

    def chunks(self):
        """A head line, the conversations, an end line with the counts. A file without the end line is incomplete."""
        yield self._line(type="export", format="parley", version=VERSION, exported_at=datetime.now(UTC).isoformat())
        yield from self._rows()
        yield self._line(type="end", conversations=self.conversations, messages=self.messages, lines=self.lines + 1)

    def document(self):
        """The bytes of one JSON document instead: a list of the same lines. A line holds no newline but its last."""
        before = b"[\n"
        for chunk in filter(None, self.chunks()):
            yield before + chunk[:-1].replace(b"\n", b",\n")
            before = b",\n"
        yield b"\n]\n"

    def _line(self, **fields):
        self.lines += 1
        return orjson.dumps(fields) + b"\n"

    def _rows(self):
        waiting, size = [], 0
        with transaction.atomic(), connection.cursor() as cursor:
            # A page's statement has thirty seconds; this one lasts as long as its reader needs.
            cursor.execute("SET LOCAL statement_timeout = 0")
            with cursor.copy(self._statement()) as copy:
                for row in copy:  # one line each, ending in a newline
                    self.lines += 1
                    kind = row[9:12]  # {"type":"mes…
                    self.messages += kind == b"mes"
                    self.conversations += kind == b"con"
                    waiting.append(row)
                    size += len(row)
                    if size >= CHUNK:
                        yield b"".join(waiting)
                        waiting, size = [], 0
        yield b"".join(waiting)

    def _statement(self):
        try:
            ids, parameters = self.chosen.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:  # a queryset that knows without asking that it is empty has no SQL
            ids, parameters = "SELECT NULL::uuid WHERE false", ()
        connection.ensure_connection()
        reader = f"'{self.reader.pk}'::uuid" if self.reader else "c.owner_id"
        return ClientCursor(connection.connection).mogrify(
            _COPY.replace("READER", reader).replace("CHOSEN", ids), parameters
        )


# JSON holds no control characters, so with these two as quote and delimiter CSV passes every line through as it is;
# COPY's text format would double the backslashes.
#
# LATERAL, with an ORDER BY in every arm, walks conversation by conversation along (conversation, position): nothing is
# sorted or gathered on the way, whatever the size. Arms come out in the order they are written in.
_COPY = r"""
COPY (
    SELECT line FROM (
        SELECT * FROM conversations_conversation WHERE id IN (CHOSEN) ORDER BY id
    ) AS c
    CROSS JOIN LATERAL (
        (
            SELECT row_to_json(r) FROM (
                SELECT 'conversation' AS type, c.id, c.title, c.description,
                    (SELECT row_to_json(o) FROM (
                        SELECT u.id, u.email, u.external_id, u.name FROM accounts_user u WHERE u.id = c.owner_id
                    ) o) AS owner,
                    c.workspace_id,
                    (SELECT row_to_json(p) FROM (
                        SELECT p.id, p.name FROM projects_project p WHERE p.id = c.project_id
                    ) p) AS project,
                    c.model, c.referrer, c.source, c.external_id, c.import_batch_id,
                    c.active_branch_id, c.tip_position, c.next_position, c.revision,
                    c.message_count, c.length, c.turns, c.branch_count, c.attachment_count, c.preview,
                    c.archived_at, c.created_at, c.updated_at, c.last_message_at, c.metadata,
                    ARRAY(
                        SELECT t.name FROM conversations_tagging g JOIN conversations_tag t ON t.id = g.tag_id
                        WHERE g.conversation_id = c.id AND t.owner_id = READER ORDER BY t.name
                    ) AS tags,
                    (
                        SELECT n.created_at FROM conversations_pin n
                        WHERE n.conversation_id = c.id AND n.user_id = READER
                    ) AS pinned_at
            ) r
        ) UNION ALL (
            SELECT row_to_json(r) FROM (
                SELECT 'grant' AS type, c.id AS conversation_id, g.id, u.email, u.external_id, g.role,
                    g.granted_by_id, g.created_at
                FROM conversations_grant g JOIN accounts_user u ON u.id = g.user_id
                WHERE g.conversation_id = c.id AND c.owner_id = READER ORDER BY g.id
            ) r
        ) UNION ALL (
            SELECT row_to_json(r) FROM (
                SELECT 'branch' AS type, c.id AS conversation_id, b.id, b.name, b.description, b.tip_position,
                    b.parent_name, b.forked_from_position, b.forked_at, b.created_at, b.updated_at
                FROM conversations_branch b WHERE b.conversation_id = c.id ORDER BY b.name
            ) r
        ) UNION ALL (
            SELECT row_to_json(r) FROM (
                SELECT 'message' AS type, c.id AS conversation_id, m.id, m.position, m.parent_position,
                    m.replaces_position, m.role, m.type AS item_type, m.status, m.name, m.model, m.call_id,
                    m.external_id, m.source_id, m.text, m.parts, m.metadata, m.hidden, m.searchable, m.version,
                    m.created_at, m.edited_at, m.completed_at, m.author_id, m.updated_by_id, m.import_batch_id
                FROM conversations_message m WHERE m.conversation_id = c.id ORDER BY m.position
            ) r
        ) UNION ALL (
            SELECT row_to_json(r) FROM (
                SELECT 'revision' AS type, c.id AS conversation_id, v.id, v.message_id, v.version,
                    v.conversation_revision, v.text, v.parts, v.metadata, v.edited_by_id, v.import_batch_id,
                    v.created_at
                FROM conversations_revision v WHERE v.conversation_id = c.id ORDER BY v.message_id, v.version
            ) r
        ) UNION ALL (
            SELECT row_to_json(r) FROM (
                SELECT 'attachment' AS type, c.id AS conversation_id, a.id, a.message_id, a.external_id, a.name,
                    a.content_type, a.size, a.width, a.height, a.sha256, a.import_batch_id, a.created_at
                FROM conversations_attachment a WHERE a.conversation_id = c.id ORDER BY a.id
            ) r
        ) UNION ALL (
            SELECT row_to_json(r) FROM (
                SELECT 'note' AS type, c.id AS conversation_id, n.id, n.message_id, n.user_id, n.text, n.shared,
                    n.created_at, n.updated_at
                FROM conversations_note n
                WHERE n.conversation_id = c.id AND (n.user_id = READER OR n.shared) ORDER BY n.id
            ) r
        ) UNION ALL (
            SELECT row_to_json(r) FROM (
                SELECT 'bookmark' AS type, c.id AS conversation_id, k.id, k.message_id, k.created_at
                FROM conversations_bookmark k
                WHERE k.conversation_id = c.id AND k.user_id = READER ORDER BY k.id
            ) r
        ) UNION ALL (
            -- In pieces: the original of a long conversation would be a line of many megabytes.
            SELECT row_to_json(r) FROM (
                SELECT 'original' AS type, c.id AS conversation_id, s.id, s.format, s.import_batch_id,
                    encode(s.fingerprint, 'hex') AS fingerprint,
                    piece AS part, (length(s.payload) + 262143) / 262144 AS parts,
                    translate(encode(substr(s.payload, (piece - 1) * 262144 + 1, 262144), 'base64'), E'\n', '')
                        AS payload
                FROM conversations_source s,
                    generate_series(1, greatest(1, (length(s.payload) + 262143) / 262144)) AS piece
                WHERE s.conversation_id = c.id AND c.owner_id = READER ORDER BY s.id, piece
            ) r
        )
    ) AS lines (line)
) TO STDOUT (FORMAT csv, QUOTE e'\x01', DELIMITER e'\x02')
"""
