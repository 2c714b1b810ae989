"""What strangers are shown of a message. Only what is named here; whatever else a message carries stays at home."""

from conversations.models import Message

# The kinds of parts, and what of each is shown.
WORDS = {
    "text": ("text",),
    "code": ("text", "language"),
    "quote": ("text", "title", "url"),
    "citation": ("title", "url"),
    "audio": ("name", "transcript"),
    "file": ("name",),
    "image": ("name",),
}
FILES = {"audio": (*WORDS["audio"], "attachment_id"), "file": (*WORDS["file"], "attachment_id")}
IMAGES = {
    "image": ("name", "alt", "width", "height", "attachment_id", "image"),
    "image_url": ("image_url",),
    "input_image": ("image_url",),
}
REASONING = {"reasoning": ("text", "summary", "seconds")}
TOOLS = {
    "tool_call": ("text", "name", "language", "title"),
    "tool_result": ("text", "name", "tool_call_id"),
    "tool_calls": ("tool_calls",),
    "fields": ("arguments", "output", "error"),
}
TEXT = {"text": ("text",)}  # where a message may show this, its own text is shown

SPEAKERS = (Message.Role.USER, Message.Role.ASSISTANT)
PROMPTS = (Message.Role.SYSTEM, Message.Role.DEVELOPER)
ENDED = ("completed", "failed")


def publish(message, link):
    """Leaves of `message`, in memory, what `link` shows of it. False where that is nothing."""
    shown = _shown(message, link)
    parts = [part for part in message.parts or [] if isinstance(part, dict) and isinstance(part.get("type"), str)]
    left_out = [part for part in parts if part["type"] not in shown]
    # A part may carry the message's own text: reasoning, a call. Where it stays at home, so does the text.
    if "text" not in shown or any(part.get("text") == message.text for part in left_out):
        message.text = ""
    message.parts = [_only(part, shown[part["type"]]) for part in parts if part["type"] in shown] or None
    return bool(message.text or message.parts)


def _shown(message, link):
    """{kind of part: what of it} of the kinds that the link shows of this message."""
    images = IMAGES if link.include_images else {}
    files = FILES if link.include_files else {}
    tools = TOOLS if link.include_tools else {}
    reasoning = REASONING if link.include_reasoning else {}
    if message.hidden or _may_have_changed(message, link):
        return {}
    elif message.type == "reasoning":
        return reasoning and TEXT | reasoning
    elif message.role == Message.Role.TOOL or message.type.endswith(("_call", "_output")):
        return (tools and TEXT | tools) | images
    elif message.role in SPEAKERS and message.type == "message":
        return WORDS | images | files | tools | reasoning
    elif message.role in PROMPTS and message.type == "message":
        return WORDS if link.include_system else {}
    else:
        return {}


def _may_have_changed(message, link):
    """A call is given its result in place, and no Revision keeps what it was before: shown is what had ended."""
    settled_since = message.completed_at and message.completed_at > link.taken_at and not link.is_live
    return message.call_id and (message.status not in ENDED or settled_since)


def _only(part, names):
    told = {name: part[name] for name in names if name in part}
    if isinstance(image := told.pop("image", None), dict) and isinstance(image.get("url"), str):
        told["image"] = {"url": image["url"]}
    return {"type": part["type"], **told}
