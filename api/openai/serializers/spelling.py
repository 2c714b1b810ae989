"""Items as they are shown. What one of OpenAI's clients wrote comes back as it came. What was written elsewhere is an
item that even a strict client reads: a message, where it is nothing better."""

from api.openai.serializers.parts import as_json, spell_content
from lib.json import dumps
from lib.typeid import encode

PREFIXES = {"message": "msg", "function_call": "fc", "function_call_output": "fco", "reasoning": "rs"}
ROLES = ("user", "assistant", "system", "developer", "tool", "critic", "discriminator")
# Other dialects know more of them, and let a call be settled with any.
STATUSES = {status: status for status in ("in_progress", "completed", "incomplete")} | dict.fromkeys(
    ("failed", "cancelled", "rate_limited"), "incomplete"
)
# Types that other dialects write too, and what an item needs to be shown as one of them.
KNOWN = {
    "function_call": ("call_id", "name", "arguments"),
    "function_call_output": ("call_id", "output"),
    "custom_tool_call_output": ("call_id", "output"),
    "local_shell_call_output": ("output",),
    "mcp_approval_request": ("name", "arguments", "server_label"),
    "mcp_call": ("name", "arguments", "server_label"),
}


def spell_item(row):
    """`row`: a conversations.paths.Item."""
    parts = [part for part in row.parts or [] if part.get("type") == "fields"]
    fields = {name: value for part in parts for name, value in part.items() if name != "type"}
    sent = fields.pop("item", None)
    if row.type == "message":
        return _message(row, fields, sent)
    elif isinstance(sent, dict):
        return _as_sent(row, fields, sent)
    else:
        return _known(row, fields) or _told(row, fields)


def _message(row, fields, sent):
    content = spell_content(row.text, row.parts, row.role) + ([as_json(fields)] if fields else [])
    phase = {"phase": sent["phase"]} if isinstance(sent, dict) and "phase" in sent else {}
    return _spelled(row, "message", {"role": _role(row), "content": content} | phase)


def _as_sent(row, fields, sent):
    """What has a place of its own may have been changed since, by whoever settles a call."""
    status = {} if row.type in PREFIXES else {"status": row.status}
    told = status | sent | _columns(row) | fields
    if row.type == "function_call_output":
        told["output"] = _output(told.get("output"))
    return _spelled(row, row.type, told)


def _known(row, fields):
    """None where what the type needs is not all there."""
    told = _columns(row) | fields
    needed = KNOWN.get(row.type, ())
    if not needed or not all(told.get(name) and (isinstance(told[name], str) or name == "output") for name in needed):
        return None
    shown = {name: told[name] for name in needed}
    if row.type == "mcp_call" and (came := told.get("output") or told.get("error")):
        shown["output"] = came
    if "output" in shown:
        shown["output"] = _output(shown["output"])
    return _spelled(row, row.type, shown)


def _told(row, fields):
    """A message of what it says, or else of what it is."""
    content = spell_content(row.text, row.parts, row.role) if row.text or row.parts else []
    if fields or not content:
        content.append(as_json({"type": row.type, **_columns(row), **fields}))
    return _spelled(row, "message", {"role": _role(row), "content": content})


def _spelled(row, kind, told):
    pk = row.external_id or encode(PREFIXES.get(kind, "item"), row.id)
    named = {"type": kind, "id": pk}
    return named | {"status": STATUSES.get(row.status, "in_progress")} | told | named


def _columns(row):
    return {name: value for name, value in (("call_id", row.call_id), ("name", row.name)) if value}


def _role(row):
    return row.role if row.role in ROLES else "unknown"


def _output(output):
    """A text, or a list of input parts; whatever else a tool gave back is a text of JSON."""
    if isinstance(output, str):
        return output
    parts = output if isinstance(output, list) else [None]
    is_content = all(isinstance(part, dict) and str(part.get("type")).startswith("input_") for part in parts)
    return output if is_content else dumps(output).decode()
