"""What R2R's older client writes: messages and metadata in forms, as reprs, as bare text, and as JSON."""

import json
from contextlib import suppress

from api.bodies import FORM, bytes_of, check, form_of, parse
from api.problem import Problem
from api.r2r import faults
from api.r2r.faults import Invalid
from api.r2r.literals import NoLiteral, literal, pairs
from conversations import limits

MESSAGE, METADATA = ["body", "message"], ["body", "metadata"]


def kind_of(request):
    """ "form", "json" or "text"; what has no type is text."""
    return {FORM: "form", "multipart/form-data": "form", "application/json": "json"}.get(request.content_type, "text")


def added(request):
    """(message, parent id as it was sent, metadata or {}) of a message to be added. Raises Problem."""
    if kind_of(request) == "form":
        form = form_of(request).dict()
        if "message" not in form:
            raise Invalid([faults.missing(MESSAGE)])
        message, metadata = _spoken(form["message"]), _read(form["metadata"]) if form.get("metadata") else {}
        parent = form.get("parent_id") or None
    else:
        body = _object(parse(bytes_of(request) or b"{}"), ["body"])
        if "message" not in body:
            raise Invalid([faults.missing(MESSAGE)])
        message, metadata, parent = body["message"], body.get("metadata") or {}, body.get("parent_id")
        message = {"content": message} if isinstance(message, str) else _object(message, MESSAGE)
    return _clean(message), parent, _limited(_clean(metadata, METADATA))


def other_words(request):
    """What a message shall say instead."""
    kind = kind_of(request)
    if kind == "form":
        message = {name: value for name, value in form_of(request).items() if value}
    elif kind == "json":
        body = parse(bytes_of(request) or b"{}")
        body = body.get("message", body) if isinstance(body, dict) else body
        message = {"content": body} if isinstance(body, str) else _object(body, ["body"])
    else:
        try:
            message = {"content": bytes_of(request).decode()}
        except UnicodeDecodeError:
            raise Invalid([faults.bad_value(["body"], "The text is not UTF-8.")]) from None
    return text_of(_clean(message))


def metadata(request):
    if kind_of(request) == "form":
        form = form_of(request)
        return _limited(_clean({name: _values(form.getlist(name)) for name in form}, ["body"]))
    else:
        return _limited(_clean(parse(bytes_of(request) or b"{}"), ["body"]))


def text_of(message):
    """What it says. R2R's documentation calls it `text` where its client calls it `content`."""
    name = next((name for name in ("content", "text") if name in message), None)
    if name is None:
        raise Invalid([faults.missing([*MESSAGE, "content"])])
    text = message[name]
    if not isinstance(text, str):
        raise Invalid([faults.no_string([*MESSAGE, name], text)])
    if len(text) > limits.TEXT:
        raise Invalid([faults.too_long([*MESSAGE, name], text, limits.TEXT)])
    if not text:
        raise Problem(400, "empty_content", "Content cannot be empty")
    return text


def _spoken(text):
    """A message as one field of a form: an object in one of three spellings, and anything else is what was said."""
    value = _read(text)
    if isinstance(value, dict):
        return value
    with suppress(NoLiteral):
        found = pairs(text)
        if {"role", "content"} <= found.keys():
            return found
    return {"content": text}


def _read(text):
    """JSON, else a Python literal, else None."""
    with suppress(Problem):
        return parse(text.encode(errors="surrogatepass"))
    with suppress(NoLiteral):
        return literal(text)
    return None


def _values(values):
    found = [_nested(value) for value in values]
    return found[0] if len(found) == 1 else found


def _nested(text):
    """A string, or the object or list that it spells."""
    value = _read(text) if text[:1] in ("{", "[", "(") else None
    return value if isinstance(value, dict | list) else text


def _clean(value, place=MESSAGE):
    """An object that PostgreSQL can hold."""
    try:
        check(_object(value, place))
    except Problem as problem:
        if isinstance(problem, Invalid):
            raise
        raise Invalid([faults.bad_value(place, problem.message)]) from None
    return value


def _object(value, place):
    if not isinstance(value, dict):
        raise Invalid([faults.no_object(place, value)])
    return value


def _limited(metadata):
    if len(json.dumps(metadata)) > limits.METADATA_BYTES:
        raise Invalid([faults.bad_value(METADATA, f"must be at most {limits.METADATA_BYTES:,} bytes of JSON")])
    return metadata
