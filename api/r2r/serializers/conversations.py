from lib.times import iso

# What a row is read from, in this order.
COLUMNS = ("id", "created_at", "updated_at", "owner_id", "title", "description", "metadata", "message_count")


def spell_conversation(row):
    """`row`: values of COLUMNS."""
    pk, created_at, updated_at, owner_id, title, description, metadata, message_count = row
    return {
        "id": str(pk),
        "created_at": iso(created_at),
        "user_id": str(owner_id),
        "name": title,
        "updated_at": iso(updated_at),
        "description": description or None,
        "metadata": metadata,
        "message_count": message_count,
    }


def spell_one(conversation):
    return spell_conversation([getattr(conversation, name) for name in COLUMNS])
