"""Deleting conversations and messages by SQL: Django's collector would load 10,000 of them to learn what hangs on them.

For the same reason what hangs on a message has no foreign key to it: PostgreSQL would look each message up in each of
those tables, which took twenty times as long as the deletion. All of them carry the conversation's id, and go by it.
"""

from conversations import files, signals

# Children first. Every table that hangs on a conversation carries its id, so each is one indexed DELETE.
_CHILDREN = {
    "renderings": "conversations_rendering",
    "revisions": "conversations_revision",
    "bookmarks": "conversations_bookmark",
    "notes": "conversations_note",
    "pins": "conversations_pin",
    "taggings": "conversations_tagging",
    "grants": "conversations_grant",
    "sources": "conversations_source",
    "attachments": "conversations_attachment",
    "messages": "conversations_message",
    "branches": "conversations_branch",
}


def delete_conversations(cursor, ids):
    """Deletes whole conversations inside the caller's transaction; leaves a tombstone each, so that cursors go on."""
    # Whoever is appending finishes first, and whoever comes after finds nothing: no message is left without its row.
    cursor.execute("SELECT FROM conversations_conversation WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids])
    files.forget(cursor, "conversation_id", ids)
    cursor.execute(
        """
        INSERT INTO conversations_tombstone
            (id, kind, owner_id, conversation_id, position, created_at, updated_at, deleted_at)
        SELECT id, 'conversation', owner_id, id, NULL, created_at, updated_at, now()
        FROM conversations_conversation WHERE id = ANY(%s)
        """,
        [ids],
    )
    counts = {}
    for word, table in _CHILDREN.items():
        cursor.execute(f"DELETE FROM {table} WHERE conversation_id = ANY(%s)", [ids])  # noqa: S608  our own names
        counts[word] = cursor.rowcount
    cursor.execute("DELETE FROM conversations_conversation WHERE id = ANY(%s)", [ids])
    counts["conversations"] = cursor.rowcount
    for _, ended in signals.conversations_deleted.send(None, ids=ids):
        counts |= ended
    return counts


def delete_messages(cursor, conversation_id, positions):
    """Deletes messages of one conversation, whose row the caller has locked, with what hangs on them, and leaves a
    tombstone each. The tree around them is the caller's to mend: Conversation.remove_messages does.
    """
    cursor.execute(
        """
        INSERT INTO conversations_tombstone
            (id, kind, owner_id, conversation_id, position, external_id_digest, created_at, updated_at, deleted_at)
        SELECT id, 'message', owner_id, conversation_id, position, md5(external_id)::uuid, created_at,
               coalesce(edited_at, created_at), now()
        FROM conversations_message WHERE conversation_id = %s AND position = ANY(%s) RETURNING id
        """,
        [conversation_id, positions],
    )
    ids = [pk for (pk,) in cursor.fetchall()]
    files.forget(cursor, "message_id", ids)
    counts = {}
    for word in ("renderings", "revisions", "bookmarks", "notes", "attachments"):
        cursor.execute(f"DELETE FROM {_CHILDREN[word]} WHERE message_id = ANY(%s)", [ids])  # noqa: S608  our own names
        counts[word] = cursor.rowcount
    cursor.execute("DELETE FROM conversations_message WHERE id = ANY(%s)", [ids])
    signals.messages_deleted.send(None, conversation_id=conversation_id, positions=positions)
    return counts | {"messages": cursor.rowcount}
