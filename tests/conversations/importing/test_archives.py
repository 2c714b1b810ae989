"""ZIPs as ChatGPT sends them, and as enemies do."""

import io
import json
import stat
import threading
import zipfile

import pytest
from django.db import connection
from django.urls import reverse

from conversations.importing import archives, job
from conversations.models import Attachment, Conversation, Message
from tests.conversations.importing.exports import answer, chat, node, simple
from tests.waiting import count_lock_waits, wait_until

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, bytes | str) else json.dumps(content))
    return buffer.getvalue()


def pictured(*pointers):
    parts = [
        {"content_type": "image_asset_pointer", "asset_pointer": pointer, "size_bytes": 48} for pointer in pointers
    ]
    return chat(node("root"), answer("a", "root", content={"content_type": "multimodal_text", "parts": parts}))


def test_an_archive_as_it_is_sent(importing_text):
    batch = importing_text(
        zipped(**{"conversations.json": [simple()], "user.json": {"email": "secret"}, "chat.html": "<html>"})
    )

    assert (batch.status, batch.counts["conversations"]) == ("done", {"new": 1})
    assert not batch.lines.exists()


def test_numbered_files_are_read_in_their_order(importing_text):
    numbered = {f"export/conversations-{n:03}.json": [simple(f"chat-{n}")] for n in range(12)}
    batch = importing_text(zipped(**numbered, **{"shared_conversations.json": [{"id": "x"}]}))

    assert batch.counts["conversations"] == {"new": 12}
    ids = Conversation.objects.order_by("pk").values_list("external_id", flat=True)
    assert sorted(ids) == sorted(f"chat-{n}" for n in range(12))


def test_conversations_under_another_name_are_found(importing_text):
    assert importing_text(zipped(**{"a/my chats.json": [simple()]})).counts["conversations"] == {"new": 1}


def test_conversations_beside_conversations_json_are_found_and_other_files_are_not_reported(importing_text):
    batch = importing_text(
        zipped(
            **{
                "conversations.json": [simple("chat-1")],
                "old_conversations.json": [simple("chat-2")],
                "2023/holiday.json": simple("chat-3"),
                "2023/broken.json": "{",
                "textdocs/5f.json": {"id": "5f", "title": "Canvas", "content": "…"},
                "lists/new_in_2027.json": [{"id": "x"}] * 9,
            }
        )
    )

    assert batch.counts["conversations"] == {"new": 3}
    assert not batch.lines.exists()


def test_files_come_along_by_the_beginning_of_their_names(importing_text, alice):
    batch = importing_text(
        zipped(
            **{
                "conversations.json": [
                    pictured("file-service://file-Ab1", "sediment://file_00ff", "sediment://file_gone")
                ],
                "file-Ab1-photo.png": PNG,
                "dalle-generations/file_00ff-sanitized.webp": b"RIFF1234WEBPxx",
            }
        )
    )

    assert batch.counts["attachments"] == {"missing": 1, "new": 2}
    found = {each.external_id: each for each in Attachment.objects.all()}
    assert found["file-Ab1"].content_type == "image/png"
    assert found["file-Ab1"].path.read_bytes() == PNG
    assert found["file-Ab1"].path.stat().st_mode & 0o077 == 0
    assert found["file_00ff"].content_type == "image/webp"
    assert found["file_gone"].path is None
    parts = {part["external_id"]: part.get("attachment_id") for part in Message.objects.get().parts}
    assert parts == {
        "file-Ab1": found["file-Ab1"].typeid,
        "file_00ff": found["file_00ff"].typeid,
        "file_gone": None,
    }


def test_the_same_bytes_lie_on_the_disk_once(importing_text, settings):
    importing_text(
        zipped(
            **{
                "conversations.json": [pictured("file-service://file-A", "file-service://file-B")],
                "file-A.png": PNG,
                "file-B.png": PNG,
            }
        )
    )

    assert Attachment.objects.count() == 2
    assert sum(path.is_file() for path in settings.MEDIA_ROOT.rglob("*")) == 1


def test_a_file_that_is_too_large_is_left_out_and_said(importing_text, monkeypatch):
    monkeypatch.setattr("conversations.limits.ATTACHMENT_BYTES", 16)
    batch = importing_text(zipped(**{"conversations.json": [pictured("file-service://file-A")], "file-A.png": PNG}))

    assert batch.counts["attachments"] == {"skipped": 1}
    assert "was left out" in batch.lines.get().reason


def test_files_that_a_later_export_carries_are_filled_in(importing_text):
    value = [pictured("file-service://file-A")]
    importing_text(json.dumps(value))
    batch = importing_text(zipped(**{"conversations.json": value, "file-A.png": PNG}))

    assert batch.counts["conversations"] == {"changed": 1}
    assert Attachment.objects.get().path.read_bytes() == PNG
    assert Message.objects.get().parts[0]["attachment_id"] == Attachment.objects.get().typeid
    again = importing_text(zipped(**{"conversations.json": value, "file-A.png": PNG}))
    assert again.counts["conversations"] == {"identical": 1}


def test_several_files_of_one_message_are_filled_in_together(importing_text):
    value = [pictured("file-service://file-A", "sediment://file_B", "file-service://file-A")]
    importing_text(json.dumps(value))
    importing_text(zipped(**{"conversations.json": value, "file-A.png": PNG, "file_B.png": PNG + b"B"}))

    parts = Message.objects.get().parts
    of = {str(each.typeid): each for each in Attachment.objects.all()}
    assert [of[part["attachment_id"]].external_id for part in parts] == ["file-A", "file_B", "file-A"]
    assert all(attachment.sha256 for attachment in of.values())


def test_a_changed_message_gets_the_file_that_it_gained(importing_text):
    importing_text(json.dumps([pictured("file-service://file-A")]))
    newer = pictured("file-service://file-A", "file-service://file-B")
    newer["update_time"] += 60
    batch = importing_text(zipped(**{"conversations.json": [newer], "file-A.png": PNG, "file-B.png": PNG + b"B"}))

    assert batch.counts["conversations"] == {"changed": 1}
    assert batch.counts["attachments"] == {"new": 2}
    stored = {each.external_id: each for each in Attachment.objects.all()}
    assert stored["file-B"].path.read_bytes() == PNG + b"B"
    assert [part["attachment_id"] for part in Message.objects.get().parts] == [
        stored["file-A"].typeid,
        stored["file-B"].typeid,
    ]
    assert Conversation.objects.get().attachment_count == 2


def test_a_message_reworded_here_keeps_its_words_and_gets_the_file_that_it_gained(importing_text):
    importing_text(json.dumps([pictured("file-service://file-A")]))
    Message.objects.update(text="My own words", version=2)
    newer = pictured("file-service://file-A", "file-service://file-B")
    newer["update_time"] += 60
    batch = importing_text(zipped(**{"conversations.json": [newer], "file-B.png": PNG}))

    message = Message.objects.get()
    assert batch.counts["attachments"] == {"identical": 1, "new": 1}
    assert message.text == "My own words"
    assert [part["external_id"] for part in message.parts] == ["file-A", "file-B"]
    assert message.parts[1]["attachment_id"] == Attachment.objects.get(external_id="file-B").typeid


@pytest.mark.django_db(transaction=True)
def test_bytes_stay_that_an_import_names_while_the_last_row_that_named_them_goes(importing_text, monkeypatch):
    """The race: the remover sees no row, because the import's is not committed yet."""
    importing_text(zipped(**{"conversations.json": [pictured("file-service://file-A")], "file-A.png": PNG}))
    first, index = Conversation.objects.get(), job._index

    def delete():
        try:
            first.delete()
        finally:
            connection.close()

    def written_but_not_committed(written):
        thread.start()
        wait_until(lambda: not thread.is_alive() or count_lock_waits())
        index(written)

    thread = threading.Thread(target=delete)
    monkeypatch.setattr(job, "_index", written_but_not_committed)
    again = pictured("file-service://file-A") | {"id": "again", "conversation_id": "again"}
    importing_text(zipped(**{"conversations.json": [again], "file-A.png": PNG}))
    thread.join()

    assert not Conversation.objects.filter(pk=first.pk).exists()
    assert Attachment.objects.get().path.read_bytes() == PNG


def linked():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("file-A.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("conversations.json", json.dumps([simple()]))
    return buffer.getvalue()


def encrypted():
    data = bytearray(zipped(**{"conversations.json": [simple()]}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def oddly_packed():
    data = bytearray(zipped(**{"conversations.json": [simple()]}))
    data[data.index(b"PK\x01\x02") + 10] = 99
    data[8] = 99
    return bytes(data)


def lying():
    """The checksum is of something else."""
    data = bytearray(zipped(**{"conversations.json": [simple()]}))
    at = data.index(b"PK\x01\x02") + 16
    data[at] ^= 0xFF
    data[14] ^= 0xFF
    return bytes(data)


@pytest.mark.parametrize(
    ("archive", "sentence"),
    [
        (zipped(), "empty"),
        (zipped(**{"chat.html": "<html>"}), "web page but no data"),
        (zipped(**{"inner.zip": zipped(a="1")}), "another archive"),
        (zipped(**{"notes.txt": "x"}), "no conversations.json"),
        (zipped(**{"../../etc/conversations.json": [simple()]}), "outside of itself"),
        (zipped(**{"/etc/conversations.json": [simple()]}), "outside of itself"),
        (zipped(**{"..\\..\\conversations.json": [simple()]}), "outside of itself"),
        (zipped(**{"C:\\conversations.json": [simple()]}), "outside of itself"),
        (linked(), "links to other files"),
        (encrypted(), "encrypted"),
        (oddly_packed(), "packed in a way"),
        (zipped(**{"conversations.json": [simple()]})[:-30], "damaged"),
    ],
)
def test_archives_that_are_refused(archive, sentence, importing_text, settings):
    batch = importing_text(archive)

    assert batch.status == "failed"
    assert sentence in batch.error
    assert not Conversation.objects.exists()
    assert not settings.MEDIA_ROOT.exists()


def test_an_archive_whose_checksum_lies_says_so(importing_text):
    assert "damaged" in importing_text(lying()).error


def test_a_bomb_is_stopped_while_it_inflates(importing_text, monkeypatch):
    monkeypatch.setattr(archives, "BOMB_FROM", 1_000_000)
    batch = importing_text(zipped(**{"conversations.json": b'["' + b"a" * 20_000_000 + b'"]'}))

    assert "250 times its size" in batch.error


def test_an_archive_of_a_million_names_is_refused_before_it_is_listed(importing_text, monkeypatch):
    monkeypatch.setattr(archives, "MEMBERS", 10)
    batch = importing_text(zipped(**{f"{n}.txt": "" for n in range(11)}))

    assert "more than 10 files" in batch.error


@pytest.fixture
def picture(importing_text):
    importing_text(zipped(**{"conversations.json": [pictured("file-service://file-A")], "file-A.png": PNG}))
    return Attachment.objects.get()


def test_a_picture_is_shown_and_can_do_nothing(picture, sign_in, alice):
    response = sign_in(alice).get(reverse("conversations:attachment", args=[picture.pk]))

    assert b"".join(response.streaming_content) == PNG
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("inline")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "private" in response["Cache-Control"]


def test_other_people_find_no_picture(picture, sign_in, bob, charlie):
    for user in (bob, charlie):
        assert sign_in(user).get(reverse("conversations:attachment", args=[picture.pk])).status_code == 404


@pytest.mark.parametrize("content_type", ["image/svg+xml", "text/html", "application/pdf", "image/png; x=y"])
def test_anything_else_is_a_download(content_type, picture, sign_in, alice):
    Attachment.objects.update(content_type=content_type, name='a"\r\nb.svg')
    response = sign_in(alice).get(reverse("conversations:attachment", args=[picture.pk]))

    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"


def test_a_placeholder_has_no_bytes(picture, sign_in, alice):
    Attachment.objects.update(sha256="")

    assert sign_in(alice).get(reverse("conversations:attachment", args=[picture.pk])).status_code == 404
