"""A message as R2R's clients know it, whatever dialect it was written in."""

import json

from lib.times import iso

# What the server says of edits, in a message's metadata; a client that sends these says nothing.
SERVERS = ("edited", "edited_by", "edit_count", "edit_history")
LEGACY_KEYS = ("role", "content", "name", "function_call", "tool_calls")  # of a message, as the older client knows it


def spell_message(conversation_id, item, edits=()):
    """`item`: a conversations.paths.Item; `edits`: the newest Edits of it, oldest first."""
    return {
        "id": str(item.id),
        "message": spell_words(item),
        "metadata": spell_metadata(item, edits),
        "conversation_id": str(conversation_id),
        "parent_id": item.parent_id and str(item.parent_id),
        "created_at": iso(item.created_at),
    }


def spell_words(item):
    """The ten keys, which are always all there."""
    told = {
        "role": role_of(item),
        "content": item.text,
        "name": item.name or None,
        "function_call": None,
        "tool_calls": None,
        "tool_call_id": None,
        "metadata": None,
        "structured_content": None,
        "image_url": None,
        "image_data": None,
    }
    parts = [part for part in item.parts or [] if isinstance(part, dict)]
    fields = next((part for part in parts if part.get("type") == "fields"), {})
    if item.type == "function_call":
        told |= {"role": "assistant", "content": None, "tool_calls": [_call(item, fields)]}
    elif item.type == "function_call_output":
        told |= {"role": "tool", "content": _text(fields.get("output", item.text)), "tool_call_id": item.call_id}
    elif item.type != "message":
        told |= {"role": "assistant", "content": item.text or None, "structured_content": [_stored(item)]}
    else:
        if item.role == "tool":
            told["tool_call_id"] = item.call_id or None
        call = next((part.get("function_call") for part in parts if part.get("type") == "function_call"), None)
        if isinstance(call, dict):
            told["function_call"] = call
        calls = next((part.get("tool_calls") for part in parts if part.get("type") == "tool_calls"), None)
        if isinstance(calls, list) and all(isinstance(call, dict) for call in calls):
            told["tool_calls"] = calls
        told["image_url"] = next(filter(None, map(_image_url, parts)), None)
    return told


def spell_metadata(item, edits=()):
    stored = item.metadata or {}
    told = {key: value for key, value in stored.items() if key not in SERVERS}
    if item.role == "other":
        told.pop("role", None)  # it is told as the role
    if is_edited(item):
        count = edits[0].number - 1 + len(edits) if edits else 0
        told |= {"edited": True, "edit_count": count, "edit_history": [_edit(edit) for edit in edits]}
    elif "edited" in stored:
        told["edited"] = False
    return told


def is_edited(item):
    return item.version > 1 or (item.metadata or {}).get("edited") is True


def role_of(item):
    """An import's role, or a vendor's, that is none of ours: the word itself."""
    raw = (item.metadata or {}).get("role") if item.role == "other" else None
    return raw if isinstance(raw, str) else item.role


def _edit(edit):
    return {"content": edit.text, "edited_at": iso(edit.at), "edited_by": edit.by and str(edit.by)}


def _call(item, fields):
    function = {"name": item.name, "arguments": _text(fields.get("arguments", ""))}
    return {"id": item.call_id, "type": "function", "function": function}


def _text(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _stored(item):
    """What has no place among the ten keys."""
    named = {"type": item.type, "call_id": item.call_id, "name": item.name, "status": item.status}
    return {name: value for name, value in named.items() if value} | ({"parts": item.parts} if item.parts else {})


def _image_url(part):
    """Of an image that is somewhere: a client's own spelling of it, or an import's. Its bytes are no address."""
    if "image" not in str(part.get("type")):
        return None
    url = part.get("image_url", part.get("url"))
    url = url.get("url") if isinstance(url, dict) else url
    return url if isinstance(url, str) and not url.startswith("data:") else None
