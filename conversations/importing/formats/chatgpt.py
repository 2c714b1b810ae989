"""ChatGPT's conversations.json, 2023 to 2026, and single conversations as userscripts save them.

A conversation is {title, create_time, update_time, current_node, mapping}; `mapping` is a tree, node id → {id, parent,
children, message}. How each kind of content looks is in `chatgpt_content`. The format is OpenAI's, undocumented; what
is handled here is what real files hold: docs/import-formats.md.
"""

import hashlib
from datetime import UTC, datetime
from math import isfinite

from conversations import limits
from conversations.importing.formats import chatgpt_content
from conversations.importing.incoming import IncomingConversation, IncomingMessage, Node, Unreadable
from conversations.importing.times import moment
from conversations.importing.tree import in_order, nearest_message, newest_leaf
from lib.text import clean, first_line

NAME = "chatgpt"

ROLES = {"user": "user", "assistant": "assistant", "system": "system", "tool": "tool", "function": "tool"}
STATUSES = {"in_progress": "incomplete"}
# Said about the conversation as a whole and small enough to keep where people can see it; the rest is in the original.
KEPT = (
    "gizmo_id", "gizmo_type", "conversation_template_id", "conversation_origin", "memory_scope", "is_starred",
    "is_study_mode", "is_do_not_remember", "async_status", "voice", "sugar_item_id", "owner", "pinned_time",
)  # fmt: skip
UNNAMED = {"", "New chat"}


def recognises(value):
    if isinstance(value.get("mapping"), dict):
        return True
    # A damaged entry or a listing: known by its other fields, so that it is reported as what it is.
    return ("conversation_id" in value or "id" in value) and "create_time" in value and "title" in value


def merge(older, newer):
    """Both exports in one: the newer one's words, and nodes that only the older one has."""
    return {**older, **newer, "mapping": {**older["mapping"], **newer["mapping"]}}


def put_back(value, before, ids, *, title):
    """`value`, but of the messages with these ids, and of the title if asked, what the older export `before` says."""
    mapping = {key: node for key, node in value["mapping"].items() if _key(key) not in ids}
    mapping |= {key: node for key, node in before["mapping"].items() if _key(key) in ids}
    return {**value, "mapping": mapping} | ({"title": before.get("title")} if title else {})


def is_newer(value, than):
    """Whether `value` was exported later: by its update time, and where that is the same by its number of nodes."""
    return _age(value) >= _age(than)


def read(value, now):
    mapping = value.get("mapping")
    if not isinstance(mapping, dict):
        raise Unreadable("There are no messages in it: “mapping” is missing.")
    model = _word(value.get("default_model_slug") or value.get("model_slug"), 120)
    nodes, cleaned = {}, 0
    for key, raw in mapping.items():
        raw = raw if isinstance(raw, dict) else {}
        key = _key(key)
        message, dirty = _message(key, raw.get("message"), model, now)
        cleaned += dirty
        parent, children = raw.get("parent"), raw.get("children")
        nodes[key] = Node(
            key,
            _key(parent) if isinstance(parent, str) else None,
            [_key(child) for child in children if isinstance(child, str)] if isinstance(children, list) else [],
            message,
        )
    created_at = moment(value.get("create_time"), now)
    updated_at = moment(value.get("update_time"), now)
    earliest = min((node.message.created_at for node in nodes.values() if node.message and node.message.created_at),
                   default=None)  # fmt: skip
    born = created_at or earliest or updated_at or now
    messages, notices = in_order(nodes, born)
    if not messages:
        raise Unreadable("There are no messages in it.")
    if cleaned:
        notices.append(f"Characters that cannot be stored were taken out of {cleaned:,} of its messages.")
    tip = _current(value, nodes) or newest_leaf(messages)
    return IncomingConversation(
        external_id=_identity(value, messages),
        title=_title(value.get("title"), messages),
        messages=messages,
        tip=tip.source_id,
        created_at=born,
        updated_at=max(born, updated_at or messages[-1].created_at),
        model=model or next((message.model for message in reversed(messages) if message.model), ""),
        metadata=_cleaned({key: value[key] for key in KEPT if _is_small(value.get(key))}),
        archived_at=(updated_at or born) if value.get("is_archived") is True else None,
        structural=len(nodes) - len(messages),
        notices=notices,
    )


def _message(key, raw, model, now):
    """(the message at this node, whether it had to be cleaned); (None, False) for a node that says nothing."""
    if not isinstance(raw, dict):
        return None, False
    metadata = raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}
    author = raw.get("author") if isinstance(raw.get("author"), dict) else {}
    role = author.get("role")
    message = IncomingMessage(
        source_id=key,
        role=ROLES.get(role, "other") if isinstance(role, str) else "other",
        name=_word(author.get("name"), 200),
    )
    chatgpt_content.fill(message, raw, metadata)
    if not message.text and not message.parts:
        return None, False
    message.created_at = moment(raw.get("create_time"), now)
    message.edited_at = moment(raw.get("update_time"), now)
    message.status = STATUSES.get(raw.get("status"), "completed") if isinstance(raw.get("status"), str) else "completed"
    if message.role == "assistant":
        message.model = _word(metadata.get("model_slug"), 120) or model
    message.hidden = message.hidden or _is_hidden(message, raw, metadata)
    message.metadata = _notes(message, raw, role, metadata)
    return message, _clean(message)


def _is_hidden(message, raw, metadata):
    """What ChatGPT itself does not show. Tool traffic, reasoning and instructions are shown, folded away."""
    if message.parts and any(part["type"] == "instructions" for part in message.parts):
        return False
    return (
        message.role in ("system", "other")
        or metadata.get("is_visually_hidden_from_conversation") is True
        or raw.get("weight") == 0
        or (raw.get("channel") not in (None, "final") and message.is_said)
    )


def _notes(message, raw, role, metadata):
    """The few facts about a message that are no columns and that somebody may ask for."""
    finish = metadata.get("finish_details")
    notes = (
        ("finish_reason", finish.get("type") if isinstance(finish, dict) else None, "stop"),
        ("channel", raw.get("channel"), "final"),
        ("recipient", raw.get("recipient"), "all"),
        ("role", role if message.role == "other" else None, ""),
        ("gizmo_id", metadata.get("gizmo_id"), ""),
        ("voice", metadata.get("voice_mode_message"), False),
    )
    return {key: note for key, note, usual in notes if note is not None and note != usual and _is_small(note)} or None


def _clean(message):
    """Takes out what PostgreSQL cannot hold. True where there was any of it."""
    text = clean(message.text)
    parts = _cleaned(message.parts) if message.parts else message.parts
    metadata = _cleaned(message.metadata) if message.metadata else message.metadata
    dirty = text != message.text or parts != message.parts or metadata != message.metadata
    message.text, message.parts, message.metadata = text, parts, metadata
    for file in message.files:
        file.external_id, file.name = clean(file.external_id), clean(file.name)
        file.content_type = clean(file.content_type)
    return dirty


def _cleaned(value):
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    return value


def _current(value, nodes):
    current = value.get("current_node")
    return nearest_message(nodes, _key(current)) if isinstance(current, str) else None


def _identity(value, messages):
    """The conversation's id; hand-made files without one get the hash of what will not change."""
    for key in ("conversation_id", "id"):
        if isinstance(value.get(key), str) and value[key]:
            return _key(value[key])
    first = f"{value.get('create_time')!r} {messages[0].source_id} {messages[0].text}"
    return "hash-" + hashlib.sha256(first.encode(errors="replace")).hexdigest()


def _title(title, messages):
    title = " ".join(clean(title).split()) if isinstance(title, str) else ""
    if title in UNNAMED:
        asked = next((message.text for message in messages if message.role == "user" and message.is_said), "")
        title = first_line(asked, 80) or title
    return title if len(title) <= limits.TITLE else title[: limits.TITLE - 1] + "…"


def _word(value, limit):
    return clean(value)[:limit] if isinstance(value, str) else ""


def _key(identity):
    """An id as a column can hold it. One that is too long, or holds what a column cannot, keeps its beginning and is
    told apart by a hash: two that differ only there stay two.
    """
    beginning = clean(identity)
    if beginning == identity and len(identity) <= 200:
        return identity
    return beginning[:130] + "-" + hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()


def _is_small(value):
    return isinstance(value, bool | int | float) or (isinstance(value, str) and 0 < len(value) <= 200)


def _age(value):
    mapping = value.get("mapping")
    return (
        moment(value.get("update_time")) or datetime.min.replace(tzinfo=UTC),
        len(mapping) if isinstance(mapping, dict) else 0,
    )
