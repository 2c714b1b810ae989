"""What kind a file is: by its first bytes, never by what whoever sent it says."""

import mimetypes
from pathlib import PurePath

from lib import pictures

HEAD = 4_096  # bytes that are looked at
UNKNOWN = "application/octet-stream"

# (where the sign stands, the sign, what it means, what else begins so and is believed by its name)
_SIGNS = [
    (0, b"%PDF-", "application/pdf", ()),
    (0, b"PK\x03\x04", "application/zip", ("application/vnd.", "application/epub", "application/zip")),
    (0, b"\x1f\x8b", "application/gzip", ()),
    (0, b"ID3", "audio/mpeg", ()),
    (0, b"\xff\xfb", "audio/mpeg", ()),
    (8, b"WAVE", "audio/wav", ()),
    (0, b"OggS", "audio/ogg", ("audio/", "video/")),
    (0, b"fLaC", "audio/flac", ()),
    (4, b"ftyp", "video/mp4", ("audio/mp4", "video/")),
    (0, b"\x1aE\xdf\xa3", "video/webm", ("audio/", "video/")),
]
_TEXTS = ("text/", "application/json", "application/xml", "application/javascript", "image/svg+xml")
# Not every machine knows them.
_NAMES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".epub": "application/epub+zip",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def content_type(head, name):
    """`head`: the first HEAD bytes. The name only tells apart what begins alike: a .docx is a zip, a .csv is text."""
    if picture := pictures.kind(head):
        return picture
    named = _NAMES.get(PurePath(name).suffix.lower()) or mimetypes.guess_type(name)[0] or ""
    for at, sign, kind, alike in _SIGNS:
        if head.startswith(sign, at):
            return named if named.startswith(alike) else kind
    if _is_text(head):
        return named if named.startswith(_TEXTS) else "text/plain"
    return UNKNOWN


def _is_text(head):
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if len(head) < HEAD or error.start < len(head) - 3:  # else a character is cut in two
            return False
        text = head[: error.start].decode()
    return "\x00" not in text
