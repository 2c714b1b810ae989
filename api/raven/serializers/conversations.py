from accounts.models import Workspace
from api.fields import Input, Object, Text
from api.raven.serializers.times import seconds
from conversations import limits
from conversations.models import Conversation
from lib.typeid import encode

COLUMNS = (
    "id", "workspace_id", "title", "metadata", "turns", "message_count", "last_message_at", "created_at", "updated_at",
)  # fmt: skip


class ConversationInput(Input):
    user_id = Text()
    title = Text(required=False, allow_blank=True, max_length=limits.TITLE)
    metadata = Object(required=False, limit=limits.METADATA_BYTES)


class ConversationChange(Input):
    """What is absent stays as it is; null clears."""

    null_is_absent = False
    title = Text(required=False, allow_blank=True, allow_null=True, max_length=limits.TITLE)
    metadata = Object(required=False, allow_null=True, limit=limits.METADATA_BYTES)

    def validate_metadata(self, metadata):
        return metadata or {}


def spell(row, user_id):
    """`row`: a Conversation, or COLUMNS of one by name. `user_id`: what its owner is called here."""
    spelled = {
        "conversation_id": encode(Conversation.PREFIX, row.id),
        "tenant_id": encode(Workspace.PREFIX, row.workspace_id),
        "user_id": user_id,
        "title": row.title,
        "metadata": row.metadata,
        "message_count": row.turns,
        "last_message_at": seconds(row.last_message_at) if row.message_count else None,
        "created_at": seconds(row.created_at),
        "updated_at": seconds(row.updated_at),
    }
    for name in ("title", "last_message_at"):
        if spelled[name] is None:
            del spelled[name]
    return spelled
