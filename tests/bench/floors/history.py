"""Fifty rows of a history as JSON."""

import orjson

FIRST = """
SELECT id, title, preview, last_message_at, length, source, model FROM conversations_conversation
WHERE owner_id = %s AND archived_at IS NULL ORDER BY last_message_at DESC, id DESC LIMIT 50
"""
NEXT = """
SELECT id, title, preview, last_message_at, length, source, model FROM conversations_conversation
WHERE owner_id = %s AND archived_at IS NULL AND (last_message_at, id) < (%s, %s)
ORDER BY last_message_at DESC, id DESC LIMIT 50
"""


def answer(connection, query, body):
    if "at" in query:
        rows = connection.execute(NEXT, [query["owner"], query["at"], query["id"]]).fetchall()
    else:
        rows = connection.execute(FIRST, [query["owner"]]).fetchall()
    return orjson.dumps(rows)
