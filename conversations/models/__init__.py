from conversations.models.attachment import Attachment
from conversations.models.branch import Branch
from conversations.models.conversation import Conversation
from conversations.models.grant import Grant
from conversations.models.import_batch import ImportBatch, ImportLine
from conversations.models.message import Message
from conversations.models.note import Bookmark, Note
from conversations.models.pin import Pin
from conversations.models.rendering import Rendering
from conversations.models.revision import Revision
from conversations.models.source import Source
from conversations.models.tag import Tag, Tagging
from conversations.models.tombstone import Tombstone
from conversations.refusals import ConversationFull, DuplicateMessage

__all__ = [
    "Attachment",
    "Bookmark",
    "Branch",
    "Conversation",
    "ConversationFull",
    "DuplicateMessage",
    "Grant",
    "ImportBatch",
    "ImportLine",
    "Message",
    "Note",
    "Pin",
    "Rendering",
    "Revision",
    "Source",
    "Tag",
    "Tagging",
    "Tombstone",
]
