"""The sizes of pictures, from their first bytes: each kind by hand, after its specification."""

import struct

import pytest

from lib import pictures

EXIF = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(*before):
    frame = segment(0xC2, struct.pack(">BHHB", 8, 300, 400, 3) + bytes(9))
    return b"\xff\xd8" + segment(0xE0, b"JFIF" + bytes(10)) + b"".join(before) + segment(0xC4, bytes(40)) + frame


FILES = {
    "png": (b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + bytes(9), (640, 480)),
    "gif": (b"GIF89a" + struct.pack("<HH", 12, 34) + bytes(30), (12, 34)),
    "jpeg": (jpeg(), (400, 300)),
    "jpeg, held upright": (jpeg(segment(0xE1, EXIF)), (300, 400)),
    "lossy webp": (b"RIFF....WEBPVP8 " + bytes(10) + struct.pack("<HH", 0x4000 | 77, 88), (77, 88)),
    "lossless webp": (
        b"RIFF....WEBPVP8L" + bytes(5) + struct.pack("<I", (88 - 1) << 14 | (77 - 1)) + bytes(5),
        (77, 88),
    ),
    "extended webp": (b"RIFF....WEBPVP8X" + bytes(8) + b"\x4c\0\0\x57\0\0", (77, 88)),
    "an svg": (b"<svg width='10' height='10'/>" + bytes(30), None),
    "nothing": (b"", None),
    "a broken png": (b"\x89PNG\r\n\x1a\n\0", None),
    "a broken jpeg": (b"\xff\xd8\xff\xe1\0", None),
    "no frame": (b"\xff\xd8" + segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\x7f"), None),
}


@pytest.mark.parametrize("name", FILES)
def test_a_picture_says_how_large_it_is(tmp_path, name):
    content, size = FILES[name]
    path = tmp_path / "file"
    path.write_bytes(content)

    assert pictures.size(path) == size


def test_a_file_that_is_not_there_has_no_size(tmp_path):
    assert pictures.size(tmp_path / "gone") is None
