import pytest

from lib.sniffing import HEAD, content_type


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, "evil.html", "image/png"),
        (b"%PDF-1.7\n", "paper.png", "application/pdf"),
        (b"PK\x03\x04\x00", "letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04\x00", "letter.pdf", "application/zip"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt", "a.bin", "audio/wav"),
        (b"\x00\x00\x00\x20ftypM4A ", "a.mp3", "video/mp4"),
        (b"name,size\n", "table.csv", "text/csv"),
        (b"<script>alert(1)</script>", "picture.png", "text/plain"),
        (b"<html>", "page.html", "text/html"),
        ("Zürich".encode() * 900, "words", "text/plain"),
        (b"text\x00text", "a.txt", "application/octet-stream"),
        (b"\xff\xfe\xfa", "a.txt", "application/octet-stream"),
        (b"", "empty.json", "application/json"),
    ],
)
def test_the_first_bytes_decide_and_the_name_only_tells_apart_what_begins_alike(head, name, kind):
    assert content_type(head[:HEAD], name) == kind


def test_a_character_may_be_cut_in_two_where_the_head_ends():
    assert content_type(("x" * (HEAD - 1) + "é").encode()[:HEAD], "a.txt") == "text/plain"
    assert content_type("é".encode()[:1], "a.txt") == "application/octet-stream"
