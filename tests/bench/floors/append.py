"""One message into a table that has nothing but its primary key."""

from urllib.parse import parse_qs
from uuid import UUID

import orjson
from uuid_utils.compat import uuid7

TABLE = "CREATE TABLE bench_append (LIKE conversations_message INCLUDING DEFAULTS, PRIMARY KEY (id))"
INSERT = """
INSERT INTO bench_append (id, conversation_id, workspace_id, owner_id, position, parent_position, created_at, role,
    text, version, hidden, searchable, type, status, model, name, call_id, source_id)
VALUES (%s, %s, %s, %s, 1, NULL, now(), 'user', %s, 1, false, true, 'message', 'completed', '', '', '', '')
"""
SOMEBODY = UUID(int=1)


def insert(connection, text):
    message_id = uuid7()
    connection.execute(INSERT, [message_id, SOMEBODY, SOMEBODY, SOMEBODY, text])
    return message_id


def answer(connection, query, body):
    text = parse_qs(body.read().decode())["text"][0]
    return orjson.dumps({"id": insert(connection, text)})
