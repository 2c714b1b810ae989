"""Parts of a message's content, as OpenAI's clients send and read them, and as they are kept.

Kept is the part that pages and other dialects know, text and reasoning above all. Where that alone would not come back
as it was sent, `openai` names the type it had. A part without that name was written elsewhere, or says no more than its
text.
"""

from api.openai.refusals import check_length, check_type, missing, too_long
from conversations import limits
from conversations.parts import with_text
from lib.json import dumps

PARTS = 100
# Each says something, under this name; and what it is kept as.
SAYING = {
    "input_text": ("text", "text"),
    "output_text": ("text", "text"),
    "text": ("text", "text"),
    "refusal": ("refusal", "text"),
    "summary_text": ("text", "reasoning"),
    "reasoning_text": ("text", "reasoning"),
}
# Each leads to something, by one of these.
LEADING = {
    "input_image": ("image_url", "file_id", "detail"),
    "input_file": ("file_id", "file_data", "file_url", "filename"),
    "computer_screenshot": ("image_url", "file_id", "detail"),
}
# What readers rely on, where whoever wrote the part left it away.
DEFAULTS = {
    "output_text": {"annotations": [], "logprobs": []},
    "input_image": {"detail": "auto"},
    "computer_screenshot": {"detail": "auto"},
}


def content_of(content, role, path):
    """(text, parts or None) to be kept of what was sent. Raises Problem."""
    check_type(content, (str, list), path)
    if isinstance(content, str):
        check_length(content, limits.TEXT, path)
        return content, None
    if len(content) > PARTS:
        raise too_long(path, "array", PARTS, len(content))
    parts = [_kept(part, role, f"{path}[{index}]") for index, part in enumerate(content)]
    text = "\n".join(part["text"] for part in parts if part["type"] == "text")
    return text, None if parts == [{"type": "text", "text": text}] else parts


def _kept(part, role, path):
    check_type(part, dict, path)
    if "type" not in part:
        raise missing(f"{path}.type")
    kind = part["type"]
    check_type(kind, str, f"{path}.type")
    for name in LEADING.get(kind, ()):
        if part.get(name) is not None:
            check_type(part[name], str, f"{path}.{name}")
    if kind not in SAYING:
        return part | {"openai": kind}
    name, kept_as = SAYING[kind]
    if name not in part:
        raise missing(f"{path}.{name}")
    check_type(part[name], str, f"{path}.{name}")
    check_length(part[name], limits.TEXT, f"{path}.{name}")
    said = {"type": kept_as, "text": part[name]}
    usual = {key: (None, value) for key, value in DEFAULTS.get(kind, {}).items()}
    rest = {key: value for key, value in part.items() if key not in ("type", name) and value not in usual.get(key, ())}
    return said if kind == _usual(role) and not rest else said | rest | {"openai": kind}


def spell_content(text, parts, role):
    if parts is None:
        return [_spelled({"type": "text", "text": text}, role)]
    return [_spelled(part, role) for part in with_text(text, parts)]


def _spelled(part, role):
    kind, text = part.get("type"), part.get("text")
    if isinstance(part.get("openai"), str) and isinstance(part.get("text", ""), str):
        return _as_sent(part)
    elif kind == "text" and isinstance(text, str):
        return _with_defaults({"type": _usual(role), "text": text})
    elif kind == "reasoning" and isinstance(text, str):
        return {"type": "reasoning_text", "text": text}
    elif kind in ("input_image", "input_file") and _leads(part):
        return _with_defaults(part)
    else:
        return as_json(part)


def _as_sent(part):
    kind, kept = part["openai"], dict(part)
    del kept["openai"]
    if kind in SAYING and "text" in part:
        kept[SAYING[kind][0]] = kept.pop("text")
    return _with_defaults(kept | {"type": kind})


def _with_defaults(part):
    defaults = DEFAULTS.get(part["type"], {})
    return part | {name: value for name, value in defaults.items() if part.get(name) is None}


def _leads(part):
    """Whether strict readers take it."""
    return all(isinstance(part.get(name, ""), str) for name in LEADING[part["type"]])


def as_json(value):
    """What OpenAI's clients know no part for, as text: nothing is left out, and no strict reader stumbles."""
    return {"type": "text", "text": dumps(value).decode()}


def _usual(role):
    return "output_text" if role == "assistant" else "input_text"
