"""Files of every kind and state of health."""

import gzip
import json

import pytest

from conversations.importing import reading
from conversations.models import Conversation
from tests.conversations.importing.conftest import dumps, reasons
from tests.conversations.importing.exports import simple

ONE, TWO = simple("one"), simple("two")


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([ONE, TWO]),
        json.dumps({"conversations": [ONE, TWO]}),
        json.dumps({"version": 3, "exported": {"by": "x"}, "conversations": [ONE, TWO], "tail": 1}),
        dumps(ONE, TWO),
        dumps(ONE, TWO).replace("\n", "\r\n\r\n"),
        json.dumps([ONE, TWO], indent=2),
        "\ufeff" + json.dumps([ONE, TWO]),
        json.dumps([ONE, TWO]).encode("utf-16"),
        gzip.compress(json.dumps([ONE, TWO]).encode()),
        gzip.compress(dumps(ONE, TWO).encode()),
    ],
    ids=["array", "wrapped", "wrapped-late", "lines", "crlf", "pretty", "bom", "utf-16", "gz", "gz-lines"],
)
def test_conversations_are_read_from(content, importing_text):
    batch = importing_text(content)

    assert (batch.status, batch.error) == ("done", "")
    assert batch.counts["conversations"] == {"new": 2}


def test_a_single_conversation_is_read(importing_text):
    assert importing_text(json.dumps(ONE, indent=1)).counts["conversations"] == {"new": 1}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"   \n", "The file is empty."),
        (b"hello", "This is not JSON"),
        (b"\x00\x01\x02\x03", "This is not JSON"),
        (b"<!DOCTYPE html><html>", "Choose conversations.json"),
        (b"  <html>", "Choose conversations.json"),
        (b"[", "cut off"),
        (b"[]", "holds no conversations"),
        (b"{}", "no conversation in a format Parley knows"),
        (b"[1, 2]", "no conversation in a format Parley knows"),
        (b"{nonsense}", "not valid JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'[{"id": ' + b"[" * 100_000, "nested too deeply"),
        ('["caf\u00e9"]'.encode("latin-1"), "not UTF-8"),
        (b'[{"id": ' + b"9" * 5_000 + b"}]", "number nobody can read"),
        (b"\x1f\x8b\x08\x00garbage", "damaged"),
        (gzip.compress(b"[1,2,3]" * 10_000, mtime=0)[:-60], "damaged"),  # mtime: two test processes, one name
        (b"PK\x03\x04 not a zip", "damaged"),
        (b'{"chat_messages": [], "uuid": "x"}', "conversation of Claude"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence_and_imports_nothing(content, sentence, importing_text):
    batch = importing_text(content)

    assert batch.status == "failed"
    assert sentence in batch.error
    assert not Conversation.objects.exists()


def test_what_was_complete_before_a_cut_is_kept_and_the_cut_is_told(importing_text):
    batch = importing_text(json.dumps([ONE, TWO])[:-40])

    assert batch.status == "done"
    assert batch.error == "The file ends in the middle: it was cut off. Everything complete before that was imported."
    assert batch.counts["conversations"] == {"new": 1}


def test_a_bad_line_is_one_line_of_the_report(importing_text):
    batch = importing_text(f"{json.dumps(ONE)}\n{{broken\n{json.dumps(TWO)}\n")

    assert batch.counts["conversations"] == {"new": 2, "skipped": 1}
    assert batch.lines.get().record == 2


def test_entries_that_are_no_conversations_do_not_stop_the_others(importing):
    listing = {"id": "p", "title": "A project", "create_time": 1}
    batch = importing(listing, ONE, {"mapping": {}, "id": "e", "title": "Empty"}, {"what": "is this"}, TWO)

    assert batch.counts["conversations"] == {"new": 2, "skipped": 3}
    assert reasons(batch) == [
        "There are no messages in it: “mapping” is missing.",
        "There are no messages in it.",
        "This is no conversation in a format Parley knows.",
    ]
    assert batch.lines.first().title == "A project"


def test_records_longer_than_the_window_are_whole(importing_text, monkeypatch):
    monkeypatch.setattr(reading, "WINDOW", 64)

    assert importing_text(json.dumps([ONE, TWO])).counts["conversations"] == {"new": 2}


def test_characters_cut_by_the_window_are_whole(importing_text, monkeypatch):
    monkeypatch.setattr(reading, "WINDOW", 7)
    chat = simple(title="Übergrößenträger 💫 日本")

    importing_text(json.dumps([chat], ensure_ascii=False))

    assert Conversation.objects.get().title == "Übergrößenträger 💫 日本"


def test_a_conversation_beyond_all_measure_is_refused(importing_text, monkeypatch):
    monkeypatch.setattr(reading, "WINDOW", 64)
    monkeypatch.setattr(reading, "RECORD_LIMIT", 1_000)

    assert "longer than" in importing_text(json.dumps([simple(title="x" * 5_000)])).error


def test_a_syntax_error_at_the_start_does_not_read_the_whole_file(importing_text, monkeypatch):
    read = []
    decoded = reading._Window._decoded
    monkeypatch.setattr(reading._Window, "_decoded", lambda self, data: read.append(1) or decoded(self, data))
    batch = importing_text(b'[{"a" 1}' + b" " * 20_000_000)

    assert "not valid JSON" in batch.error
    assert len(read) < 5
