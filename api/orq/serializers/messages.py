"""Messages as Orq shows them: by users and assistants, in the four kinds of parts that its clients know."""

import re

from accounts.models import User
from api.orq.serializers.conversations import millis
from conversations.models import Conversation, Message
from conversations.parts import is_said
from lib.typeid import encode

ROLES = (Message.Role.USER, Message.Role.ASSISTANT)
FILES = ("image", "image_url", "input_image", "file", "input_file")
_URL = re.compile(r"https?://|data:")


def spell_messages(conversation, items):
    """`items`: conversations.paths.Items. Those that Orq has no words for are left out: one would be too much for its
    clients, and the whole answer lost."""
    spelled = [(item, _parts(item)) for item in items if item.role in ROLES]
    return [_message(conversation, item, parts) for item, parts in spelled if parts]


def _message(conversation, item, parts):
    is_users = item.role == Message.Role.USER
    return {
        "_id": encode(Message.PREFIX, item.id),
        "conversationId": encode(Conversation.PREFIX, conversation.pk),
        "createdAt": millis(item.created_at),
        "createdById": encode(User.PREFIX, conversation.owner_id) if is_users else "system",
        "role": item.role,
        "parts": parts,
    }


def _parts(item):
    parts = [spelled for part in item.parts or [] if (spelled := _part(part, item))]
    # An import keeps the text beside the parts.
    if item.text and is_said(item.text, item.parts) and not any(part["kind"] == "text" for part in parts):
        parts.insert(0, {"kind": "text", "text": item.text})
    return parts


def _part(part, item):
    """None for what Orq has no words for."""
    kind = part.get("type")
    if kind == "text":
        return _text(part.get("text"))
    elif kind == "refusal":
        return _text(part.get("refusal") or part.get("text"))
    elif kind == "tool_result":
        call_id = part.get("tool_call_id") or part.get("call_id") or item.call_id
        result = part.get("text", part.get("output"))
        return {"kind": "tool_result", "tool_call_id": str(call_id)} | ({} if result is None else {"result": result})
    elif kind in FILES:
        return _file(part)
    else:
        return None


def _text(text):
    return {"kind": "text", "text": text} if isinstance(text, str) and text else None


def _file(part):
    told = part | part["file"] if isinstance(part.get("file"), dict) else part
    uri = next(filter(_is_url, map(_address, (told.get(name) for name in ("url", "uri", "image_url", "file_url")))), "")
    if not uri:
        return None
    file = {
        "uri": uri,
        "mimeType": told.get("mime_type") or told.get("content_type"),
        "name": told.get("name") or told.get("filename"),
    }
    return {"kind": "file", "file": {name: value for name, value in file.items() if isinstance(value, str)}}


def _address(value):
    """{"url": …} or the address itself."""
    return value.get("url") if isinstance(value, dict) else value


def _is_url(value):
    return isinstance(value, str) and bool(_URL.match(value))
