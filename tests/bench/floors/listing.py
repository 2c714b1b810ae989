"""Fifty conversations as a program lists them, and how many there are."""

import orjson

PAGE = """
SELECT id, title, project_id, metadata, referrer, model, source, preview, length, message_count, branch_count,
       archived_at, created_at, updated_at, last_message_at
FROM conversations_conversation WHERE owner_id = %s ORDER BY updated_at DESC, id DESC LIMIT 50
"""
TOTAL = "SELECT count(*) FROM conversations_conversation WHERE owner_id = %s"


def answer(connection, query, body):
    rows = connection.execute(PAGE, [query["owner"]]).fetchall()
    (total,) = connection.execute(TOTAL, [query["owner"]]).fetchone()
    return orjson.dumps({"data": rows, "total": total})
