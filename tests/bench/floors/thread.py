"""Fifty messages up to a position, as the HTML that is kept of them."""

WINDOW = """
SELECT r.html FROM conversations_message AS m JOIN conversations_rendering AS r ON r.message_id = m.id
WHERE m.conversation_id = %s AND m.position <= %s ORDER BY m.position DESC LIMIT 50
"""


def answer(connection, query, body):
    rows = connection.execute(WINDOW, [query["conversation"], query["upto"]]).fetchall()
    return "\n".join(html for (html,) in reversed(rows)).encode()
