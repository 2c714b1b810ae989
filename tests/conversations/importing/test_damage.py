"""Archives with bytes flipped, cut out, doubled or missing at the end: a clear sentence, and nothing half-imported.

PARLEY_DAMAGED=5000 tries as many of each kind; the suite tries a few, always the same.
"""

import gzip
import json
import os
import random
import re

import pytest

from conversations.models import Attachment, Conversation, ImportBatch, ImportLine
from tests.conversations.importing.exports import answer, chat, node, simple
from tests.conversations.importing.test_archives import PNG, pictured, zipped

ROUNDS = int(os.environ.get("PARLEY_DAMAGED", "15"))

NESTED = chat(
    node("root"),
    node("q", "root", "Ünïcode 💫 日本", children=["a", "b"]),
    answer("a", "q", content={"content_type": "code", "language": "python", "text": "1 + 1"}, recipient="python"),
    answer("b", "q", content={"content_type": "thoughts", "thoughts": [{"summary": "S", "content": "C"}]}),
    identity="nested",
)
CHATS = [simple("one"), NESTED, {**pictured("file-service://file-A"), "id": "p", "conversation_id": "p"}, simple("two")]
TEXT = json.dumps(CHATS).encode()
WHOLE = {
    "zip": zipped(**{"conversations.json": CHATS, "file-A.png": PNG, "user.json": {"email": "x"}}),
    "gz": gzip.compress(TEXT, mtime=0),
    "json": TEXT,
    "lines": "\n".join(json.dumps(each) for each in CHATS).encode(),
    "utf-16": TEXT.decode().encode("utf-16"),
}


def damaged(data, chance):
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 1, 2, 5, 40])):
        at = chance.randrange(len(data))
        what = chance.choice(["bit", "bit", "byte", "cut", "gap", "twice", "zeros"])
        if what == "bit":
            data[at] ^= 1 << chance.randrange(8)
        elif what == "byte":
            data[at] = chance.choice(b'\x00\xff{}[]",:\\9-eE')
        elif what == "cut" and at > 8:
            del data[at:]
        elif what == "gap":
            del data[at : at + chance.randrange(1, 60)]
        elif what == "twice":
            data[at:at] = data[at : at + chance.randrange(1, 60)]
        else:
            data[at : at + 20] = bytes(20)
        if len(data) < 8:
            break
    return bytes(data)


@pytest.mark.parametrize("kind", WHOLE)
def test_a_damaged_file_gets_a_clear_sentence_and_leaves_nothing_by_halves(kind, importing_text):
    chance = random.Random(f"{kind} 1")
    for number in range(ROUNDS):
        data = damaged(WHOLE[kind], chance)
        batch = importing_text(data)
        try:
            _check(batch)
        except AssertionError as error:
            error.add_note(f"{kind}, number {number}: {data!r}")
            raise
        Conversation.objects.all().delete()
        ImportBatch.objects.all().delete()


def _check(batch):
    assert batch.status in ("done", "failed")
    assert bool(batch.error) or batch.status == "done"
    told = [batch.error] * bool(batch.error) + list(ImportLine.objects.values_list("reason", flat=True))
    for sentence in told:
        assert re.fullmatch(r"[A-Z“\d].{10,400}[.]", sentence), sentence
        assert not re.search(r"mistake|\.py|[a-z]Error|Exception|None|\\x|\bcodec\b", sentence), sentence
    counts = batch.counts.get("conversations", {})
    assert counts.get("new", 0) - counts.get("changed", 0) <= Conversation.objects.count() == counts.get("new", 0)
    for conversation in Conversation.objects.all():
        rows = dict(conversation.messages.values_list("position", "parent_position"))
        tips = set(conversation.branches.values_list("tip_position", flat=True))
        assert len(rows) == conversation.message_count
        assert {None, *rows} >= set(rows.values())
        assert tips <= set(rows)
        assert conversation.tip_position in tips
        assert conversation.attachments.count() == conversation.attachment_count
    for attachment in Attachment.objects.exclude(sha256=""):
        assert attachment.path.stat().st_size == attachment.size
