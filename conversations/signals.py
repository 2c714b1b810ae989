"""What this layer tells the ones above it, whose tables it does not know. Sent inside the transaction that does it."""

from django.dispatch import Signal

# Arguments: ids. Receivers return {word: rows}, which is told and written down with what went.
conversations_deleted = Signal()
# Arguments: conversation_id, positions.
messages_deleted = Signal()
# Arguments: conversation, whose owner is the new one already.
conversation_handed_over = Signal()
# Arguments: message, which says something else now.
message_edited = Signal()
