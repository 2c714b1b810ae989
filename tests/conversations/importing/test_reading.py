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
        (b'[{"id": ' + b"9" * 5_000 + b"}]", "There is a number of more than 4,300 digits in it."),
        (b'{"id": ' + b"9" * 5_000 + b"}", "There is a number of more than 4,300 digits in it."),
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


def test_a_syntax_error_is_told_with_its_place(importing_text, monkeypatch):
    monkeypatch.setattr(reading, "WINDOW", 64)
    batch = importing_text(f"[{json.dumps(ONE)},\n{{oops}}]")

    assert f"double quotes at character {len(json.dumps(ONE)) + 5}." in batch.error


def test_a_bad_line_is_one_line_of_the_report(importing_text):
    batch = importing_text(f"{json.dumps(ONE)}\n{{broken\n{json.dumps(TWO)}\n")

    assert batch.counts["conversations"] == {"new": 2, "skipped": 1}
    assert batch.lines.get().record == 2


DIGITS, DEPTH = "9" * 5_000, "[" * 100_000 + "]" * 100_000  # deeper than any Python follows


@pytest.mark.parametrize(("value", "reason"), [(DIGITS, "4,300 digits"), (DEPTH, "nested too deeply")])
@pytest.mark.parametrize("window", [1_024 * 1_024, 4_096])
@pytest.mark.parametrize(
    "frame",
    [
        "[{},\n{}, {}]",
        "[{},{}\n,\n{}\n]",
        '{{"version": 1, "conversations": [{}, {}, {}], "x": {{}}}}',
        "{}\n{}\r\n{}\n",
        "{}{}{}",
    ],
    ids=["array", "spaced", "wrapped", "lines", "joined"],
)
def test_a_record_that_nobody_can_read_is_one_line_and_all_others_are_there(
    frame, window, value, reason, importing_text, monkeypatch
):
    monkeypatch.setattr(reading, "WINDOW", window)
    bad = json.dumps({**simple("bad", title='The "bad" ]} one'), "x": "here"}).replace('"here"', value)
    batch = importing_text(frame.format(json.dumps(ONE), bad, json.dumps(TWO)))

    assert (batch.status, batch.error) == ("done", "")
    assert batch.counts["conversations"] == {"new": 2, "skipped": 1}
    line = batch.lines.get()
    assert (line.record, line.title) == (2, 'The "bad" ]} one')
    assert reason in line.reason


def test_a_record_that_nobody_can_read_and_that_does_not_end_is_the_end(importing_text):
    batch = importing_text(f'[{json.dumps(ONE)}, {{"x": {DIGITS}, "y": ["z]"}}]')

    assert batch.status == "done"
    assert batch.error == (
        "There is a number of more than 4,300 digits in it. Everything complete before that was imported."
    )
    assert batch.counts["conversations"] == {"new": 1}


def test_a_first_line_that_is_broken_is_one_line_where_the_next_is_whole(importing_text):
    batch = importing_text(f"{{broken\n{dumps(ONE, TWO)}")

    assert batch.counts["conversations"] == {"new": 2, "skipped": 1}


def test_a_second_list_is_read_and_what_is_none_is_told(importing_text):
    batch = importing_text(f"[{json.dumps(ONE)}]\n[{json.dumps(TWO)}] and more")

    assert batch.counts["conversations"] == {"new": 2}
    assert "goes on after its list" in batch.error


def test_a_checksum_at_the_very_end_is_looked_at(importing_text):
    packed = bytearray(gzip.compress(json.dumps([ONE]).encode(), mtime=0))
    packed[-6] ^= 1  # of the CRC

    assert "damaged" in importing_text(bytes(packed)).error


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**400])
def test_integers_of_any_size_are_kept(number, importing):
    """PostgreSQL holds them; only the fast writer of JSON does not."""
    value = simple(pinned_time=number)
    value["mapping"]["a"]["message"]["content"] = {"content_type": "new", "seed": number, "odd": [float("nan"), 1e400]}
    batch = importing(value)

    assert batch.counts["conversations"] == {"new": 1}
    conversation = Conversation.objects.get()
    assert conversation.metadata["pinned_time"] == number
    raw = conversation.messages.get(source_id="a").parts[0]["raw"]
    assert (raw["seed"], raw["odd"]) == (number, [None, None])
    assert importing(value).counts["conversations"] == {"identical": 1}
    value["update_time"] += 60
    value["mapping"]["a"]["message"]["content"]["seed"] = number + 1
    assert importing(value).counts["messages"]["changed"] == 1
    assert conversation.messages.get(source_id="a").parts[0]["raw"]["seed"] == number + 1


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
