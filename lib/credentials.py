"""Secrets for programs: a prefix that says what they are, 32 random base-62 characters (190 bits) and 6 of checksum.

The checksum lets a secret scanner tell a real one from a look-alike without asking us, and keeps typing errors from the
database. High entropy needs no slow hash: tables keep SHA-256.
"""

import hashlib
import secrets
import zlib

from lib import base62


def new_secret(prefix):
    body = "".join(secrets.choice(base62.ALPHABET) for _ in range(32))
    return f"{prefix}{body}{_checksum(body)}"


def is_well_formed(secret, prefix):
    body, checksum = secret.removeprefix(prefix)[:-6], secret[-6:]
    return secret.startswith(prefix) and len(body) == 32 and _checksum(body) == checksum


def digest_of(secret):
    return hashlib.sha256(secret.encode()).digest()


def _checksum(body):
    """CRC32 in six base-62 characters, as GitHub's tokens carry it."""
    return base62.encode(zlib.crc32(body.encode()), 6)
