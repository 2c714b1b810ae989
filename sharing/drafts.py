"""A link that is being thought about: its future id travels with the form, signed for whoever is asked to fill it in.

So the preview has the addresses that the page will have, and nobody sees a preview under an id that is somebody else's.
"""

from typing import NamedTuple
from uuid import UUID

from django.core import signing

from lib.typeid import new_id
from sharing.models import ShareLink

LIFE = 7 * 86_400  # seconds that a form may lie open


class Draft(NamedTuple):
    pk: UUID
    revision: int  # of the conversation as its owner last saw it


def sign(conversation, pk=None):
    """A new one, or the same at what the conversation is now."""
    value = [(pk or new_id()).hex, conversation.revision]
    return signing.dumps(value, salt=_salt(conversation))


def read(conversation, text):
    """None where we did not sign it for the owner of this conversation, or too long ago."""
    try:
        pk, revision = signing.loads(text, salt=_salt(conversation), max_age=LIFE)
    except signing.BadSignature:
        return None
    return Draft(UUID(hex=pk), revision)


def is_taken(draft):
    return ShareLink.objects.filter(pk=draft.pk).exists()


def _salt(conversation):
    return f"sharing.draft.{conversation.owner_id}.{conversation.pk}"
