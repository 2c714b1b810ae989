"""What a verb may say no with. The sentences are for whoever asked: a page or a dialect may show them."""

from conversations import limits
from lib.refusals import Refusal


class ConversationFull(Refusal):
    said = f"Conversation is full: at most {limits.MESSAGES:,} messages."


class DuplicateMessage(Refusal):
    """The conversation has a message of that external_id."""

    said = "The conversation already has an item with this id."


class Stale(Refusal):
    said = "Somebody else has changed this meanwhile."


class BranchExists(Refusal):
    said = "There is a branch of that name already."


class BranchProtected(Refusal):
    said = "MAIN and the active branch stay."


class TagExists(Refusal):
    said = "There is a tag of that name already."


class TooManyTags(Refusal):
    said = f"At most {limits.TAGS} tags hang on one conversation."


class QuotaExceeded(Refusal):
    said = "There is no room for it: your files have reached what one person may keep here."


class ContextTooSmall(Refusal):
    """`needed` tokens, at the least."""

    def __init__(self, needed):
        super().__init__(needed)
        self.said = f"The turn of the system alone takes {needed:,} tokens."


class NothingToAnswer(Refusal):
    said = "Nothing stands before this item that a model could answer."


class MetadataTooLarge(Refusal):
    said = f"Metadata is at most {limits.METADATA_BYTES // 1024} KiB of JSON."
