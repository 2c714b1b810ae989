"""TypeIDs: how a UUID is spelled in URLs and on the wire (conv_01h455vb4pex5vsknk084sn02q).

A prefix, an underscore, and the 128 bits in 26 characters of lower-case Crockford base 32; the first character is 0–7.
The specification and its test vectors: github.com/jetify-com/typeid, version 0.3.
"""

import re
from uuid import UUID

from uuid_utils.compat import uuid7

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SUFFIX = re.compile(f"[0-7][{ALPHABET}]{{25}}")
_DIGITS = str.maketrans(ALPHABET, "0123456789abcdefghijklmnopqrstuv")  # as int() reads base 32
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]  # ten bits at a time: lists spell hundreds
_SHIFTS = range(120, -1, -10)

# Sorted by the time they were made; made here, so that inserting costs no round trip.
new_id = uuid7


def encode(prefix, uuid):
    number = uuid.int
    return f"{prefix}_" + "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


def decode(prefix, text):
    """The UUID that `text` spells under `prefix`; ValueError for anything else, upper case included."""
    start = f"{prefix}_"
    suffix = text.removeprefix(start)
    if not text.startswith(start) or not _SUFFIX.fullmatch(suffix):
        raise ValueError(f"{text!r} is no {prefix} id")
    return UUID(int=int(suffix.translate(_DIGITS), 32))


def decode_any(text):
    """The same under whatever prefix."""
    return decode(text.rpartition("_")[0], text)


def url_converter(prefix):
    """A Django path converter: `<conv:pk>` takes conv_… and hands the view a UUID; nothing else matches."""

    class Converter:
        regex = f"{prefix}_[0-7][{ALPHABET}]{{25}}"

        def to_python(self, value):
            return decode(prefix, value)

        def to_url(self, value):
            return encode(prefix, value)

    return Converter
