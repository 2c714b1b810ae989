"""A link's secret, 128 bits, in its two spellings: `share_…`, like an id, and a slug of 22 characters."""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from lib import base62, typeid

PREFIX = "share"
SLUG = 22  # characters; 128 bits need 21.5


def secret_of(pk):
    """Made from the row's id and a key that no database holds, so that its owner can be shown it again."""
    return hmac.digest(settings.SHARE_KEY.encode(), pk.bytes, "sha256")[:16]


def digest_of(secret):
    """What the table keeps. High entropy needs no slow hash."""
    return hashlib.sha256(secret).digest()


def share_id(secret):
    return typeid.encode(PREFIX, UUID(bytes=secret))


def slug(secret):
    return base62.encode(int.from_bytes(secret), SLUG)


def read(text):
    """The secret that either spelling means. ValueError for anything else."""
    if text.startswith(f"{PREFIX}_"):
        return typeid.decode(PREFIX, text).bytes
    elif len(text) == SLUG and (number := base62.decode(text)) < 2**128:
        return number.to_bytes(16)
    else:
        raise ValueError(f"{text!r} is no share")
