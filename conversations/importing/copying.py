"""Rows into tables by PostgreSQL's COPY in its binary form: three times as fast as the fastest INSERT measured."""

from django.db import connection
from psycopg import sql
from psycopg.types.json import Jsonb

from lib.json import dumps

CONVERSATION = {
    "id": "uuid", "workspace_id": "uuid", "owner_id": "uuid", "title": "varchar", "description": "text",
    "metadata": "jsonb", "referrer": "varchar", "model": "varchar", "source": "varchar", "external_id": "varchar",
    "import_batch_id": "uuid", "active_branch_id": "uuid", "tip_position": "int4", "next_position": "int4",
    "revision": "int4", "message_count": "int4", "length": "int4", "turns": "int4", "branch_count": "int4",
    "attachment_count": "int4", "preview": "varchar", "archived_at": "timestamptz", "created_at": "timestamptz",
    "updated_at": "timestamptz", "last_message_at": "timestamptz",
}  # fmt: skip
BRANCH = {
    "id": "uuid", "conversation_id": "uuid", "name": "varchar", "description": "text", "tip_position": "int4",
    "parent_name": "varchar", "forked_from_position": "int4", "created_at": "timestamptz", "updated_at": "timestamptz",
}  # fmt: skip
MESSAGE = {
    "id": "uuid", "conversation_id": "uuid", "workspace_id": "uuid", "owner_id": "uuid", "created_at": "timestamptz",
    "edited_at": "timestamptz", "import_batch_id": "uuid", "position": "int4", "parent_position": "int4",
    "version": "int4", "hidden": "bool", "searchable": "bool", "role": "varchar", "type": "varchar",
    "status": "varchar", "model": "varchar", "name": "varchar", "call_id": "varchar", "source_id": "varchar",
    "text": "text", "parts": "jsonb", "metadata": "jsonb",
}  # fmt: skip
ATTACHMENT = {
    "id": "uuid", "workspace_id": "uuid", "owner_id": "uuid", "conversation_id": "uuid", "message_id": "uuid",
    "import_batch_id": "uuid", "external_id": "varchar", "name": "varchar", "content_type": "varchar", "size": "int8",
    "width": "int4", "height": "int4", "sha256": "varchar", "created_at": "timestamptz",
}  # fmt: skip
SOURCE = {
    "conversation_id": "uuid", "import_batch_id": "uuid", "format": "varchar", "fingerprint": "bytea",
    "payload": "bytea",
}  # fmt: skip
TABLES = {  # in the order that foreign keys want
    "conversations_conversation": CONVERSATION,
    "conversations_branch": BRANCH,
    "conversations_message": MESSAGE,
    "conversations_attachment": ATTACHMENT,
    "conversations_source": SOURCE,
}


class Rows:
    """Rows on their way into the five tables of an import: tuples in the order of the columns above."""

    def __init__(self):
        self.conversations, self.branches, self.messages, self.attachments, self.sources = [], [], [], [], []

    def copy(self, cursor):
        """Writes them all, inside the caller's transaction. `cursor` is Django's."""
        lists = (self.conversations, self.branches, self.messages, self.attachments, self.sources)
        for (table, columns), rows in zip(TABLES.items(), lists, strict=True):
            if rows:
                _copy(cursor, table, columns, rows)


def json(value):
    """For a jsonb column; None stays SQL's NULL."""
    return None if value is None else Jsonb(value, dumps=dumps)


def _copy(cursor, table, columns, rows):
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    # COPY goes past Django's cursor, and so would its errors.
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
