"""What each content type of ChatGPT's messages says: into text, parts and files of an IncomingMessage."""

import json
import re

from conversations.importing.formats.citations import resolve
from conversations.importing.incoming import IncomingFile
from lib.text import clean

_POINTER = re.compile(r"^(?:file-service|sediment)://(?P<id>[^?#/]{1,200})")


def fill(message, raw, metadata):
    """Sets text, parts, files, and where the kind of content decides it role, hidden and searchable."""
    content = raw.get("content")
    content = content if isinstance(content, dict) else {"content_type": "text", "parts": [content]}
    kind = content.get("content_type")
    kind = kind if isinstance(kind, str) else "text"
    KINDS.get(kind, _unknown)(message, content, metadata)
    if message.role == "tool":
        _as_result(message, metadata)
    elif message.role == "assistant":
        _as_answer(message, raw, content, metadata)
    _attach(message, metadata)
    message.parts = message.parts or None


def _text(message, content, metadata):
    _said(message, content.get("parts"))
    if isinstance(content.get("text"), str) and not message.text:
        message.text = content["text"]


def _said(message, pieces):
    """Strings are text; objects are media, or things nobody has seen yet."""
    if isinstance(pieces, list) and len(pieces) == 1 and isinstance(pieces[0], str):
        message.text = pieces[0]
        return
    texts, parts = [], []
    for piece in pieces if isinstance(pieces, list) else []:
        if isinstance(piece, str):
            texts.append(piece)
        elif isinstance(piece, dict):
            _piece(message, piece, texts, parts)
        elif piece is not None:
            texts.append(str(piece))
    message.text = "\n\n".join(text for text in texts if text)
    message.parts = parts


def _piece(message, piece, texts, parts):
    kind = piece.get("content_type")
    if kind == "image_asset_pointer":
        parts.append(_image(message, piece))
    elif kind == "audio_transcription" and isinstance(piece.get("text"), str):
        texts.append(piece["text"])
    elif kind == "audio_asset_pointer":
        parts.append(_audio(message, piece))
    elif kind == "real_time_user_audio_video_asset_pointer":
        if isinstance(audio := piece.get("audio_asset_pointer"), dict):
            parts.append(_audio(message, audio))
        frames = piece.get("frames_asset_pointers")
        parts += [_image(message, frame) for frame in frames or [] if isinstance(frame, dict)]
    elif isinstance(piece.get("text"), str) and kind in (None, "text"):
        texts.append(piece["text"])
    else:
        parts.append({"type": "unknown", "content_type": str(kind or "part"), "raw": piece})


def _code(message, content, metadata):
    text = content.get("text")
    message.text = text if isinstance(text, str) else ""
    if message.text:
        message.parts = [{"type": "code", "language": _language(content), "text": message.text}]


def _output(message, content, metadata):
    text = content.get("text")
    message.text = text if isinstance(text, str) else ""
    result = metadata.get("aggregate_result")
    shown = result.get("messages") if isinstance(result, dict) else None
    message.parts = [
        _image(message, {"asset_pointer": item["image_url"], **item})
        for item in (shown if isinstance(shown, list) else [])
        if isinstance(item, dict) and isinstance(item.get("image_url"), str)
    ]


def _page(message, content, metadata):
    """A page that a tool fetched: kept, folded away, and not searched, or every search would find the web."""
    pieces = [content.get("result"), content.get("summary")]
    message.text = "\n\n".join(piece for piece in pieces if isinstance(piece, str) and piece)
    message.searchable = False


def _quote(message, content, metadata):
    text = content.get("text")
    message.text = text if isinstance(text, str) else ""
    message.searchable = False
    source = {key: content[key] for key in ("title", "url") if isinstance(content.get(key), str)}
    if message.text or source:
        message.parts = [{"type": "quote", **source, "text": message.text}]


def _thoughts(message, content, metadata):
    thoughts = [thought for thought in content.get("thoughts") or [] if isinstance(thought, dict)]
    texts = []
    for thought in thoughts:
        summary, body = thought.get("summary"), thought.get("content")
        if not isinstance(body, str) or not body:
            chunks = thought.get("chunks")
            body = "".join(chunk for chunk in chunks if isinstance(chunk, str)) if isinstance(chunks, list) else ""
        texts += [f"**{summary}**" if isinstance(summary, str) and summary else "", body]
    _reason(message, "\n\n".join(text for text in texts if text), metadata)


def _recap(message, content, metadata):
    text = content.get("content")
    _reason(message, text if isinstance(text, str) else "", metadata)


def _reason(message, text, metadata):
    message.text = text
    if text:
        part = {"type": "reasoning", "text": text}
        seconds = metadata.get("finished_duration_sec")
        if isinstance(seconds, int | float):
            part["seconds"] = seconds
        if isinstance(metadata.get("finished_text"), str):
            part["summary"] = metadata["finished_text"]
        message.parts = [part]


def _instructions(message, content, metadata):
    told = metadata.get("user_context_message_data")
    told = told if isinstance(told, dict) else {}
    profile = content.get("user_profile") or told.get("about_user_message")
    wishes = content.get("user_instructions") or told.get("about_model_message")
    texts = [text for text in (profile, wishes) if isinstance(text, str) and text]
    message.role = "system"
    message.text = "\n\n".join(texts)
    if texts:
        part = {"type": "instructions", "text": message.text}
        part |= {"profile": profile} if isinstance(profile, str) else {}
        part |= {"instructions": wishes} if isinstance(wishes, str) else {}
        message.parts = [part]


def _memory(message, content, metadata):
    text = content.get("model_set_context")
    message.role, message.hidden = "system", True
    message.text = text if isinstance(text, str) else ""


def _error(message, content, metadata):
    pieces = [content.get("name"), content.get("text")]
    message.text = "\n\n".join(piece for piece in pieces if isinstance(piece, str) and piece)
    if message.text:
        message.parts = [{"type": "error", "text": message.text}]


def _unknown(message, content, metadata):
    """Never dropped: its words where it has any, and all of it as it came."""
    _text(message, content, metadata)
    kind = str(content.get("content_type"))[:64]
    message.parts = [*(message.parts or []), {"type": "unknown", "content_type": kind, "raw": content}]


KINDS = {
    "text": _text,
    "multimodal_text": _text,
    "code": _code,
    "execution_output": _output,
    "tether_browsing_code": _page,
    "tether_browsing_display": _page,
    "sonic_webpage": _quote,
    "tether_quote": _quote,
    "thoughts": _thoughts,
    "reasoning_recap": _recap,
    "user_editable_context": _instructions,
    "model_editable_context": _memory,
    "system_error": _error,
}


def _as_result(message, metadata):
    """A tool speaks: its words are a result, unless they are something better known already."""
    if metadata.get("initial_text") and metadata.get("finished_text") and message.text:
        _reason(message, message.text, metadata)  # o1 wrote its reasoning as a nameless tool
    elif message.text and not any(part.get("text") == message.text for part in message.parts or []):
        result = {"type": "tool_result", "name": message.name, "text": message.text}
        message.parts = [result, *(message.parts or [])]


def _as_answer(message, raw, content, metadata):
    recipient = raw.get("recipient")
    if isinstance(recipient, str) and recipient not in ("", "all") and message.text:
        _as_call(message, content, recipient)
    elif raw.get("channel") == "analysis" and message.text:
        _reason(message, message.text, metadata)
    elif content.get("content_type") in ("text", "multimodal_text", None):
        message.text, cited = resolve(message.text, metadata)
        if cited:
            message.parts = [*(message.parts or []), *cited]


def _as_call(message, content, recipient):
    recipient = clean(recipient)
    message.name = message.name or recipient[:200]
    call = {"type": "tool_call", "name": recipient[:200], "language": _language(content), "text": message.text}
    if recipient.startswith("canmore."):
        _open_canvas(message, call)
    rest = [part for part in message.parts or [] if part["type"] != "code"]
    message.parts = [call, *rest]


def _open_canvas(message, call):
    """A canvas is JSON {name, type, content}: people want to read and find the document, not its escapes."""
    try:
        document = json.loads(message.text)
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict) and isinstance(document.get("content"), str) and document["content"]:
        kind = document.get("type")
        call["language"] = kind.removeprefix("code/") if isinstance(kind, str) else ""
        title = document.get("name")
        call["title"] = title if isinstance(title, str) else ""
        call["text"] = message.text = document["content"]


def _language(content):
    language = content.get("language")
    return language[:64] if isinstance(language, str) and language != "unknown" else ""


def _image(message, piece):
    part = {"type": "image"} | _pointer(piece)
    part |= {side: piece[side] for side in ("width", "height") if _is_size(piece.get(side))}
    known = piece.get("metadata")
    drawn = known.get("dalle") if isinstance(known, dict) else None
    if isinstance(drawn, dict) and isinstance(drawn.get("prompt"), str) and drawn["prompt"]:
        part["alt"] = drawn["prompt"]
    _file(message, part, piece.get("size_bytes"), "")
    return part


def _audio(message, piece):
    part = {"type": "audio"} | _pointer(piece)
    _file(message, part, piece.get("size_bytes"), "")
    return part


def _pointer(piece):
    pointer = piece.get("asset_pointer")
    found = _POINTER.match(pointer) if isinstance(pointer, str) else None
    return {"external_id": found["id"]} if found else {}


def _file(message, part, size, content_type):
    if "external_id" in part:
        message.files.append(
            IncomingFile(
                external_id=part["external_id"],
                name=part.get("name", ""),
                content_type=content_type,
                size=size if _is_size(size) else None,
                width=part.get("width"),
                height=part.get("height"),
            )
        )


def _attach(message, metadata):
    """metadata.attachments names files, also those that no part of the content points at."""
    listed = metadata.get("attachments")
    if not listed:
        return
    parts = list(message.parts or [])
    pointed = {part["external_id"]: part for part in parts if "external_id" in part}
    files = {file.external_id: file for file in message.files}
    for attachment in listed if isinstance(listed, list) else []:
        if isinstance(attachment, dict):
            identity = _string(attachment.get("id"))[:200]
            if identity in pointed:
                pointed[identity]["name"] = files[identity].name = _string(attachment.get("name"))
                files[identity].content_type = _string(attachment.get("mime_type"))
            else:
                parts.append(_attached(message, attachment, identity))
    message.parts = parts


def _attached(message, attachment, identity):
    content_type = _string(attachment.get("mime_type"))
    part = {
        "type": "image" if content_type.startswith("image/") else "file",
        "name": _string(attachment.get("name")) or "File",
        "external_id": identity,
        "content_type": content_type,
    }
    part |= {side: attachment[side] for side in ("width", "height", "size") if _is_size(attachment.get(side))}
    part = {key: value for key, value in part.items() if value != ""}
    _file(message, part, attachment.get("size"), content_type)
    return part


def _string(value):
    return value if isinstance(value, str) else ""


def _is_size(value):
    """A number a column can hold; `True` is no number of pixels."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
