"""The messages between two positions, as the HTML that is kept of them."""

WINDOW = """
SELECT r.html FROM conversations_message AS m JOIN conversations_rendering AS r ON r.message_id = m.id
WHERE m.conversation_id = %s AND m.position BETWEEN %s AND %s ORDER BY m.position
"""


def answer(connection, query, body):
    rows = connection.execute(WINDOW, [query["conversation"], query["first"], query["last"]]).fetchall()
    return "\n".join(html for (html,) in rows).encode()
