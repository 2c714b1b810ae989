"""What the structured parts of a message have to do with its text."""

# Parts that stand for something else than words said: a message of only these is no turn of the conversation.
UNSAID = ("reasoning", "tool_call", "tool_result", "instructions", "error", "quote", "unknown")
# The same question as is_said, for a row: jsonb_path_exists(parts, UNSAID_PATH, '{"text": …}').
UNSAID_PATH = f'$[*] ? (@.type like_regex "^({"|".join(UNSAID)})$" && (@.text == $text || $text == ""))'


def is_said(text, parts):
    """False where the text is none, or one that such a part carries: reasoning without an answer, a call to a tool."""
    return not any(
        isinstance(part, dict) and part.get("type") in UNSAID and text in ("", part.get("text")) for part in parts or []
    )


def retold(parts, old, new):
    """`parts` after the message's text has changed from `old` to `new`: what carried the old words carries the new.

    A part may be the text in a better form (code, reasoning, a tool's result); else its text parts together are.
    """
    if any(_text(part) == old for part in parts or []):
        return [_with_text(part, new) if _text(part) == old else part for part in parts]
    elif parts and prose(parts) == old:
        first = next(filter(is_prose, parts))
        kept = (part for part in parts if part is first or not is_prose(part))
        return [_with_text(part, new) if part is first else part for part in kept]
    else:
        return parts


def with_text(text, parts):
    """All that a message is made of, in order. An import keeps the text beside the parts: then it comes in once, behind
    what was thought before it was said. Fields that stand beside the content are no part of it."""
    parts = [part for part in parts or [] if part.get("type") != "fields"]
    if not text or any(part.get("type") == "text" or part.get("text") == text for part in parts):
        return parts
    thoughts = [part for part in parts if part.get("type") == "reasoning"]
    rest = [part for part in parts if part.get("type") != "reasoning"]
    return [*thoughts, {"type": "text", "text": text}, *rest]


def pointed(parts, attachments):
    """`parts` that lead to other attachments: {typeid of the old one: the new Attachment}."""
    return parts and [
        part | {"attachment_id": attachments[part["attachment_id"]].typeid}
        if isinstance(part, dict) and part.get("attachment_id") in attachments
        else part
        for part in parts
    ]


def shows(part, attachment):
    return isinstance(part, dict) and part.get("attachment_id") == attachment.typeid


def with_fields(parts, fields):
    """`parts` with what a client said beside the content (arguments, output …), which is one part of its own."""
    if not fields:
        return parts
    had = next((part for part in parts or [] if part.get("type") == "fields"), {"type": "fields"})
    return [*(part for part in parts or [] if part is not had), had | fields]


def prose(parts):
    """What the text parts say together, a line each; None where there are none."""
    return "\n".join(part["text"] for part in parts if is_prose(part)) if any(map(is_prose, parts)) else None


def is_prose(part):
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)


def _text(part):
    return part.get("text") if isinstance(part, dict) else None


def _with_text(part, text):
    # Custom instructions come as two texts beside the one that holds both: nobody can say which of them was changed.
    return {key: value for key, value in part.items() if key not in {"profile", "instructions"}} | {"text": text}
