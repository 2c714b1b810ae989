"""Exports that people really made. They are not ours to publish: PARLEY_REAL_EXPORTS names the folder they are in."""

import gzip
import json
import os
import re
from pathlib import Path

import pytest

from conversations.models import Conversation, Source

FOLDER = os.environ.get("PARLEY_REAL_EXPORTS", "")
FILES = sorted(path for path in Path(FOLDER, "chatgpt").rglob("*.json*")) if FOLDER else []

pytestmark = pytest.mark.skipif(not FILES, reason="PARLEY_REAL_EXPORTS names no folder with real exports in chatgpt/")

_MARK = re.compile(r"【\d+(?:†[^】\n]*)?】|[\ue200-\ue206]")
_LINK = re.compile(r" \(\[[\w.-]+\]\([^)]+\)\)")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_node_is_lost_and_a_second_run_changes_nothing(path, importing):
    records = [value for value in _records(path) if isinstance(value.get("mapping"), dict)]
    batch = importing(path)

    assert batch.status == "done", batch.error
    counts = batch.counts["messages"]
    nodes = sum(len(record["mapping"]) for record in records)
    assert counts["new"] + counts.get("structural", 0) == nodes
    assert Conversation.objects.count() == len(records)
    for record in records:
        conversation = Conversation.objects.get(external_id=record.get("conversation_id") or record["id"])
        assert _stored_paths(conversation) == _source_paths(record)

    before = list(Conversation.objects.order_by("pk").values()), Source.objects.count()
    again = importing(path)
    assert again.counts["conversations"].get("identical") == len(records)
    assert again.counts["messages"]["identical"] == counts["new"]
    assert (list(Conversation.objects.order_by("pk").values()), Source.objects.count()) == before


def _records(path):
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    value = json.loads(text)
    return value if isinstance(value, list) else [value]


def _stored_paths(conversation):
    rows = {row.position: row for row in conversation.messages.all()}
    answered = {row.parent_position for row in rows.values()}
    paths = []
    for row in rows.values():
        if row.position not in answered:
            said = []
            while row is not None:
                said.append(_LINK.sub("", row.text))
                row = rows.get(row.parent_position)
            paths.append("\n".join(reversed(said)))
    return sorted(paths)


def _source_paths(record):
    """Every way from a root to the last node that says something, read by nothing of ours."""
    mapping = record["mapping"]
    texts = {key: _text(node.get("message") or {}) for key, node in mapping.items()}
    above_a_text = set()
    for key, text in texts.items():
        parent = mapping[key].get("parent")
        while text is not None and parent in mapping and parent not in above_a_text:
            above_a_text.add(parent)
            parent = mapping[parent].get("parent")
    paths = []
    for key, text in texts.items():
        if text is not None and key not in above_a_text:
            said = []
            while key in mapping:
                said += [] if texts[key] is None else [texts[key]]
                key = mapping[key].get("parent")
            paths.append("\n".join(reversed(said)))
    return sorted(paths)


def _text(message):
    content = message.get("content") or {}
    pieces = [piece for piece in content.get("parts") or [] if isinstance(piece, str)]
    pieces += [piece["text"] for piece in content.get("parts") or [] if isinstance(piece, dict) and "text" in piece]
    if content.get("content_type") == "system_error":
        pieces.append(content["name"])
    told = message.get("metadata", {}).get("user_context_message_data") or {}
    for key, instead in (("user_profile", "about_user_message"), ("user_instructions", "about_model_message")):
        if content.get("content_type") == "user_editable_context":
            pieces.append(content.get(key) or told.get(instead) or "")
    pieces += [content.get(key) for key in ("text", "result", "summary")]
    text = "\n\n".join(piece for piece in pieces if piece)
    # A picture says something without a word.
    pictured = any(isinstance(piece, dict) and "asset_pointer" in piece for piece in content.get("parts") or [])
    resolved = (message.get("author") or {}).get("role") == "assistant" and message.get("recipient") in ("all", None)
    return (_MARK.sub("", text) if resolved else text) or ("" if pictured else None)
