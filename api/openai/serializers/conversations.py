from api.openai.refusals import check_length, check_type, missing, too_many, wrong_value
from conversations import limits
from conversations.models import Conversation
from lib.json import dumps
from lib.typeid import encode

PAIRS, KEY, VALUE = 16, 64, 512
COLUMNS = ("id", "created_at", "metadata")  # what a conversation is spelled from


def metadata_of(body, *, required=False):
    """The map of strings that a body says. Raises Problem."""
    if required and "metadata" not in body:
        raise missing("metadata")
    metadata = body.get("metadata")
    if metadata is None:
        return {}
    check_type(metadata, dict, "metadata")
    if len(metadata) > PAIRS:
        raise too_many("metadata", PAIRS, len(metadata))
    for key, value in metadata.items():
        path = f"metadata.{key[:KEY]}"
        if not key:
            raise wrong_value("metadata", "a key must not be empty.")
        check_length(key, KEY, path)
        check_type(value, str, path)
        check_length(value, VALUE, path)
    return metadata


def kept(metadata, stored):
    """What to store of `metadata`: a value that is sent as it was shown stays what it is, a number for one."""
    shown = spell_metadata(stored)
    return {key: stored[key] if shown.get(key) == value else value for key, value in metadata.items()}


def title_in(metadata):
    """OpenAI knows no titles; many of its clients keep one here."""
    title = metadata.get("title")
    return title if title and len(title) <= limits.TITLE else None


def spell_conversation(pk, created_at, metadata):
    """The arguments are COLUMNS."""
    return {
        "id": encode(Conversation.PREFIX, pk),
        "object": "conversation",
        "created_at": int(created_at.timestamp()),
        "metadata": spell_metadata(metadata),
    }


def spell_metadata(metadata):
    """All of it as strings: other dialects store more kinds of values, and more of them."""
    return {key: value if isinstance(value, str) else dumps(value).decode() for key, value in metadata.items()}
