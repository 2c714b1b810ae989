"""Items as they come. A message's content goes where every dialect looks for it. Of anything else the fields that the
store has a place for go there, and the rest is kept as it came: OpenAI adds types monthly, so they are never a closed
list."""

import re

from api.openai.refusals import check_length, check_type, missing, not_one_of, too_long, wrong_value
from api.openai.serializers.parts import PARTS, content_of
from conversations import limits

AT_ONCE = 20
ROLES = ("user", "assistant", "system", "developer")
STATUSES = ("in_progress", "completed", "incomplete")
# What these types must have: the kind of each field.
REQUIRED = {
    "function_call": {"call_id": str, "name": str, "arguments": str},
    "function_call_output": {"output": (str, list)},
    "reasoning": {"summary": list},
}
# Columns of a message that take a string as long as this.
COLUMNS = {"status": 16, "call_id": 128, "name": 200}
# What the house API shows beside the content of an item, if it is of this kind.
FIELDS = {"arguments": str, "output": object, "error": object, "server_label": str}
_TYPE = 64
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


def items_of(body, *, required=True):
    """[what Conversation.append_all takes] of a body's `items`. Raises Problem."""
    if required and "items" not in body:
        raise missing("items")
    items = body.get("items")
    if items is None and not required:
        return []
    check_type(items, list, "items")
    if len(items) > AT_ONCE:
        raise too_long("items", "array", AT_ONCE, len(items))
    return [_item(item, f"items[{index}]") for index, item in enumerate(items)]


def _item(item, path):
    check_type(item, dict, path)
    item = {name: value for name, value in item.items() if value is not None or name not in ("id", "type", "status")}
    kind = item.pop("type", "message")
    check_type(kind, str, f"{path}.type")
    check_length(kind, _TYPE, f"{path}.type")
    if kind in ("", "item_reference"):
        raise wrong_value(f"{path}.type", "an item comes whole, with a type of its own.")
    if kind == "message" or kind in REQUIRED:
        _check_one_of(item.get("status", "completed"), STATUSES, f"{path}.status")
    written = _message(item, path) if kind == "message" else _other(item, kind, path)
    return {"type": kind, "external_id": _id(item, path), **written}


def _id(item, path):
    if "id" not in item:
        return None
    check_type(item["id"], str, f"{path}.id")
    if not _ID.fullmatch(item["id"]):
        raise wrong_value(f"{path}.id", "must be 1 to 128 of A–Z a–z 0–9 _ - . :")
    return item["id"]


def _message(item, path):
    for name in ("role", "content"):
        if name not in item:
            raise missing(f"{path}.{name}")
    role, phase = item["role"], item.get("phase")
    _check_one_of(role, ROLES, f"{path}.role")
    text, parts = content_of(item["content"], role, f"{path}.content")
    if phase is not None:
        check_type(phase, str, f"{path}.phase")
        parts = [*([{"type": "text", "text": text}] if parts is None else parts), _fields({"phase": phase})]
    return {"role": role, "text": text, "parts": parts, "status": item.get("status", "completed")}


def _other(item, kind, path):
    _check_required(item, kind, path)
    rest = {name: value for name, value in item.items() if name != "id"}
    columns = {name: rest.pop(name) for name, size in COLUMNS.items() if _fits(rest.get(name), size)}
    told = {name: rest.pop(name) for name, type_ in FIELDS.items() if rest.get(name) and isinstance(rest[name], type_)}
    parts = [*(_thoughts(rest) if kind == "reasoning" else []), _fields(rest, told)]
    return {"role": "tool" if kind.endswith("_output") else "assistant", "text": "", "parts": parts, **columns}


def _fields(rest, told=None):
    """A part that is no content. `item` is what only OpenAI's clients are shown, and says that one of them wrote it."""
    return {"type": "fields", **(told or {}), "item": rest}


def _thoughts(reasoning):
    """What a reasoning item says to a person, as pages show it."""
    texts = [
        entry["text"]
        for name in ("summary", "content")
        for entry in (reasoning[name] if isinstance(reasoning.get(name), list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("text"), str)
    ]
    return [{"type": "reasoning", "text": "\n\n".join(texts)}] if texts else []


def _check_required(item, kind, path):
    for name, needed in REQUIRED.get(kind, {}).items():
        where = f"{path}.{name}"
        if name not in item:
            raise missing(where)
        value = item[name]
        check_type(value, needed, where)
        if isinstance(value, str):
            check_length(value, limits.TEXT, where)
        elif len(value) > PARTS:
            raise too_long(where, "array", PARTS, len(value))
    for index, entry in enumerate(item["summary"] if kind == "reasoning" else []):
        where = f"{path}.summary[{index}]"
        check_type(entry, dict, where)
        check_type(entry.get("text"), str, f"{where}.text")


def _check_one_of(value, choices, path):
    check_type(value, str, path)
    if value not in choices:
        raise not_one_of(path, value, choices)


def _fits(value, size):
    return isinstance(value, str) and 0 < len(value) <= size
