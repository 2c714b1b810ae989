"""An item (what the guide calls a message), as it comes and in the two shapes it is given back in.

What a client sends as parts is kept as it came, except that every spelling of a text part becomes one. Fields beside
the content that have no column (`arguments`, `output` …) are a part of their own and come back beside the content.
"""

import re

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import Anything, Input, Moment, Number, Object, Text, Whole, wrong
from api.problem import Problem
from api.v1.serializers.branches import BranchSerializer
from api.v1.serializers.people import NamedSerializer, spell_named
from conversations import limits
from conversations.models import Message
from conversations.parts import with_text
from lib.times import iso

ROLES = [role for role in Message.Role.values if role != Message.Role.OTHER]
STATUSES = [
    "completed", "incomplete", "in_progress", "failed", "cancelled", "searching", "generating", "calling", "streaming",
    "rate_limited",
]  # fmt: skip
# How clients spell a part that holds text, and how it is kept. Each may carry it under `text` or under its own name.
SPELLINGS = {
    "text": "text",
    "input_text": "text",
    "output_text": "text",
    "reasoning_text": "reasoning",
    "tool_result": "tool_result",
}
ITEMS_AT_ONCE = 1_000
PARTS = 100
FIELDS = ("arguments", "output", "error", "server_label")
_TYPE = re.compile(r"[a-z_]{1,64}")


def one_of(choices):
    return {"invalid_choice": f"must be one of: {', '.join(choices)}."}


_WORDS = {"type": "string", "maxLength": limits.TEXT}
_NAMED = {"type": {"type": "string", "pattern": "^[a-z_]{1,64}$"}}
_LIST = {"type": "array", "items": {}}
_PART = {
    "type": "object",
    "required": ["type"],
    "anyOf": [
        {"properties": {"type": {"enum": list(SPELLINGS)}, "text": _WORDS}, "required": ["text"]},
        {"properties": {"type": {"enum": ["tool_calls"]}, "tool_calls": _LIST}, "required": ["tool_calls"]},
        {"properties": {"type": {"not": {"enum": [*SPELLINGS, "tool_calls", "fields"]}, **_NAMED["type"]}}},
    ],
}


@extend_schema_field(
    {"anyOf": [_WORDS | {"minLength": 1}, {"type": "array", "items": _PART, "minItems": 1, "maxItems": PARTS}]}
)
class Content(serializers.JSONField):
    """A string, or a list of parts: objects with a `type`. A part of text carries it under `text`."""


class ItemInput(Input):
    example = {"role": "user", "content": "Which telescope should I buy?"}
    also = {
        "if": {"properties": {"type": {"enum": ["message", None]}}},
        "then": {
            "required": ["role", "content"],
            "properties": {"role": {"type": "string"}, "content": {"type": ["string", "array"], "items": {}}},
        },
    }
    id = Text(
        required=False,
        pattern=r"^[A-Za-z0-9_.:-]{1,128}\Z",
        said="must be 1 to 128 of A–Z a–z 0–9 _ - . :",
        help_text="The client’s own id; shown from then on.",
    )
    type = Text(required=False, default="message", pattern=r"^[a-z_]{1,64}\Z", said="must be 1 to 64 of a–z and _.")
    role = serializers.ChoiceField(ROLES, required=False, error_messages=one_of(ROLES))
    content = Content(required=False)
    status = serializers.ChoiceField(STATUSES, required=False, error_messages=one_of(STATUSES))
    call_id = Text(required=False, allow_blank=True, max_length=128)
    name = Text(required=False, allow_blank=True, max_length=200)
    model = Text(required=False, allow_blank=True, max_length=120)
    metadata = Object(required=False, limit=limits.METADATA_BYTES)
    parent_id = Text(required=False)
    created_at = Moment(required=False)
    arguments = Text(required=False, allow_blank=True, max_length=limits.TEXT)
    output = Anything(required=False)
    error = Anything(required=False)
    server_label = Text(required=False, allow_blank=True, max_length=200)

    def validate(self, item):
        """What Conversation.append takes, with `parent_id` still as it was sent."""
        is_message = item["type"] == "message"
        if is_message and "role" not in item:
            raise wrong("role", "is missing.")
        text, parts = content_of(item.get("content", ""), required=is_message)
        if fields := {name: item[name] for name in FIELDS if name in item}:
            parts = [*(parts or []), {"type": "fields", **fields}]
        written = {
            "role": item.get("role") or ("tool" if item["type"].endswith("_output") else "assistant"),
            "text": text,
            "parts": parts,
            "external_id": item.get("id"),
            "parent_id": item.get("parent_id"),
        }
        names = ("type", "status", "call_id", "name", "model", "metadata", "created_at")
        return written | {name: item[name] for name in names if name in item}


def check_count(items):
    if len(items) > ITEMS_AT_ONCE:
        raise Problem(400, "too_many_items", f"items must be at most {ITEMS_AT_ONCE:,} at once.", field="items")
    return items


class ItemsInput(Input):
    items = ItemInput(many=True)
    validate_items = staticmethod(check_count)


class EditInput(Input):
    example = {"content": "Binoculars first."}
    content = Content()

    def validate(self, asked):
        return {"content": content_of(asked["content"], required=True)}


class RegenerateInput(Input):
    example = {"temperature": 0.7}
    model = Text(
        required=False, max_length=120, help_text="Else the conversation’s metadata.model_id, or the server’s."
    )
    temperature = Number(required=False, min_value=0, max_value=2)
    max_tokens = Whole(required=False, min_value=1, max_value=1_000_000)


class CallChange(Input):
    example = {"status": "completed", "output": {"clear": True}}
    status = serializers.ChoiceField(STATUSES, error_messages=one_of(STATUSES))
    output = Anything(required=False)
    error = Anything(required=False)
    name = Text(required=False, allow_blank=True, max_length=200)
    arguments = Text(required=False, allow_blank=True, max_length=limits.TEXT)
    server_label = Text(required=False, allow_blank=True, max_length=200)

    def validate(self, change):
        """What Message.settle takes."""
        fields = {name: change.pop(name) for name in FIELDS if name in change}
        return change | {"fields": fields}


def content_of(content, *, required):
    """(text, parts or None) of what a client sent as content. Raises Problem."""
    if isinstance(content, str):
        if required and not content:
            raise wrong("content", "must not be empty.")
        check_length(content, "content")
        return content, None
    if not isinstance(content, list) or not 1 <= len(content) <= PARTS:
        raise wrong("content", f"must be a string or 1 to {PARTS} parts.")
    parts = [part_of(part, f"content[{index}]") for index, part in enumerate(content)]
    texts = [part["text"] for part in parts if part["type"] == "text"]
    if required and not texts and not parts:
        raise wrong("content", "must not be empty.")
    text = "\n".join(texts)
    check_length(text, "content")
    plain = len(parts) == 1 and parts[0].keys() == {"type", "text"} and parts[0]["type"] == "text"
    return text, None if plain else parts


def part_of(part, path):
    if not isinstance(part, dict) or not isinstance(part.get("type"), str):
        raise wrong(path, "must be an object with a type.")
    kind = part["type"]
    if not _TYPE.fullmatch(kind):
        raise wrong(f"{path}.type", "must be 1 to 64 of a–z and _.")
    if kind == "fields":
        raise wrong(f"{path}.type", "is none for a part: what stands beside the content is sent there.")
    if kind == "tool_calls" and not isinstance(part.get("tool_calls"), list):
        raise wrong(f"{path}.tool_calls", "must be a list.")
    if kind not in SPELLINGS:
        return part
    said = part.get("text", part.get(kind))
    said = said.get("text") if isinstance(said, dict) else said
    if not isinstance(said, str):
        raise wrong(f"{path}.text", "must be a string.")
    check_length(said, f"{path}.text")
    rest = {name: value for name, value in part.items() if name not in ("type", "text", kind)}
    return {"type": SPELLINGS[kind], "text": said, **rest}


def check_length(text, field):
    if len(text) > limits.TEXT:
        raise wrong(field, f"must be at most {limits.TEXT:,} characters long.")


# --- as it is given back ---


class PartSerializer(serializers.Serializer):
    """A part of what is said. Beside its type it has what its type has: as a rule a text."""

    type = serializers.CharField()
    text = Anything(required=False)


@extend_schema_field({"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/components/schemas/Part"}}]})
class Said(serializers.JSONField):
    """A string, or a list of parts."""


class ItemSerializer(serializers.Serializer):
    """An item. `content` is a string in the short form and a list of parts in the full one."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["conversation.item"])
    type = serializers.CharField()
    role = serializers.CharField()
    content = Said()
    text = serializers.CharField(required=False, allow_blank=True, help_text="Full form: the text parts, joined.")
    parts = PartSerializer(many=True, required=False, help_text="Short form: the full content.")
    status = serializers.CharField()
    branch = serializers.CharField()
    sequence_number = serializers.IntegerField(help_text="From 1 on, along the branch that is read.")
    parent_id = serializers.CharField(required=False)
    author = NamedSerializer(
        required=False, help_text="Of a user’s item that somebody else than the conversation’s owner wrote: who."
    )
    call_id = serializers.CharField(required=False)
    tool_call_id = serializers.CharField(required=False)
    tool_calls = serializers.ListField(child=Anything(), required=False)
    name = serializers.CharField(required=False)
    model = serializers.CharField(required=False)
    arguments = serializers.CharField(required=False)
    output = Anything(required=False)
    error = Anything(required=False)
    server_label = serializers.CharField(required=False)
    metadata = serializers.DictField(required=False)
    version = serializers.IntegerField(required=False, help_text="From 2 on, where it was edited.")
    created_at = Moment()
    completed_at = Moment(required=False)
    edited_at = Moment(required=False)


def spell_item(row, *, branch, number, full):
    """`row`: a conversations.paths.Item."""
    parts = spell_parts(row.text, row.parts, row.role)
    item = {
        "id": row.shown_id,
        "object": "conversation.item",
        "type": row.type,
        "role": row.role,
        **({"content": parts, "text": row.text} if full else {"content": row.text, "parts": parts}),
        "status": row.status,
        "branch": branch,
        "sequence_number": number,
        "created_at": iso(row.created_at),
    }
    optional = {
        "parent_id": row.shown_parent_id,
        "author": spell_named(row.author_id, row.author_name) if row.author_id and row.role == "user" else None,
        "call_id": row.call_id,
        "tool_call_id": row.call_id if row.role == "tool" else "",
        "name": row.name,
        "model": row.model,
        "metadata": row.metadata,
        "version": row.version if row.version > 1 else None,
        "completed_at": row.completed_at and iso(row.completed_at),
        "edited_at": row.edited_at and iso(row.edited_at),
    }
    for part in row.parts or []:
        if part.get("type") == "tool_calls":
            optional["tool_calls"] = part.get("tool_calls")
        elif part.get("type") == "fields":
            item |= {name: said for name in FIELDS if (said := part.get(name)) is not None}  # 0 and "" are results
    item.update((name, value) for name, value in optional.items() if value)
    return item


class ItemDeletedSerializer(serializers.Serializer):
    id = serializers.CharField()
    object = serializers.ChoiceField(["conversation.item.deleted"])
    deleted = serializers.BooleanField()
    branch = serializers.CharField()
    branch_created = serializers.BooleanField()
    old_main_backup = serializers.CharField(allow_blank=True)


class EditedSerializer(serializers.Serializer):
    """Where an edit as a branch led to."""

    branch = serializers.CharField()
    old_main_backup = serializers.CharField()
    branch_created = serializers.BooleanField()
    new_branch = BranchSerializer()
    user_item = ItemSerializer()


class RegeneratedSerializer(ItemSerializer):
    """Another answer, and where it led to."""

    old_main_backup = serializers.CharField(allow_blank=True, help_text="Where the old answer stays.")
    branch_created = serializers.BooleanField()
    new_branch = BranchSerializer()
    user_item_id = serializers.CharField(required=False, help_text="What it answers.")


class VersionSerializer(serializers.Serializer):
    """What an item said from `created_at` on."""

    version = serializers.IntegerField()
    content = serializers.CharField(allow_blank=True)
    parts = PartSerializer(many=True)
    created_at = Moment()
    edited_by = serializers.CharField(required=False)


def spell_version(version, role, *, since, by):
    """`version`: a Revision, or the Message itself, which is its own last one."""
    spelled = {
        "version": version.version,
        "content": version.text,
        "parts": spell_parts(version.text, version.parts, role),
        "created_at": iso(since),
    }
    return spelled | ({"edited_by": by.typeid} if by else {})


def spell_parts(text, parts, role):
    return [_spell_part(part, role) for part in with_text(text, parts)]


def _spell_part(part, role):
    kind = part.get("type")
    if kind == "text" and role != "assistant":
        return {**part, "type": "input_text", "input_text": part["text"]}
    elif kind == "reasoning":
        said = next((text for name in ("text", "summary") if isinstance(text := part.get(name), str) and text), "")
        return {**part, "type": "reasoning_text", "text": said, "reasoning_text": said}
    elif kind == "tool_result" and "text" in part:
        return {**part, "tool_result": part["text"]}
    else:
        return part
