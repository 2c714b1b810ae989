"""What kind a picture is and how large, out of its first bytes."""

import struct

# Markers of JPEG that begin a frame, and so hold its size: SOF0 to SOF15, without the three that mean something else.
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def kind(head):
    """The content type of a PNG, GIF, JPEG or WebP, by its first bytes; "" for anything else."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    elif head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    elif head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    else:
        return ""


def size(path):
    """(width, height) of a PNG, GIF, JPEG or WebP file; None for anything else, and for a file that is not there."""
    try:
        with path.open("rb") as file:
            return _size(file)
    except (OSError, struct.error):
        return None


def _size(file):
    head = file.read(30)
    found = kind(head)
    if found == "image/png":
        return struct.unpack(">II", head[16:24])
    elif found == "image/gif":
        return struct.unpack("<HH", head[6:10])
    elif found == "image/jpeg":
        return _jpeg(file)
    elif found == "image/webp":
        return _webp(head)
    else:
        return None


def _jpeg(file):
    """From segment to segment until the one that begins the picture."""
    file.seek(2)
    turned = False
    for _ in range(200):
        start, marker, length = struct.unpack(">BBH", file.read(4))
        if start != 0xFF:
            return None
        if marker in _FRAMES:
            height, width = struct.unpack(">xHH", file.read(5))
            return (height, width) if turned else (width, height)
        segment = file.read(length - 2)
        turned = turned or (marker == 0xE1 and _is_turned(segment))
    return None


def _is_turned(segment):
    """Whether the camera was held upright, so that browsers show the picture turned by a quarter."""
    if not segment.startswith(b"Exif\0\0"):
        return False
    tiff = segment[6:]
    order = "<" if tiff[:2] == b"II" else ">"
    (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
    (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
    for entry in range(min(entries, 100)):
        tag, value = struct.unpack_from(f"{order}H6xH", tiff, directory + 2 + 12 * entry)
        if tag == 0x0112:
            return 5 <= value <= 8
    return False


def _webp(head):
    kind = head[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    elif kind == b"VP8L":
        (bits,) = struct.unpack("<I", head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    else:
        return None
