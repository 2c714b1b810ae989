"""A request's body as one JSON value, or a refusal: what the parser would let pass and PostgreSQL, another client or a
second parser would not, is refused here, in one place."""

import json
import math
import re

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from api.problem import Problem

FORM = "application/x-www-form-urlencoded"
DEPTH = 100
DIGITS = 309  # of an integer: as large as the largest number with a point; more would only be work for others
# Only a text with one of these can hold a NUL or half a character; looking for them costs less than a walk.
_ESCAPED = re.compile(r"\\u0000|\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTE_ORDER_MARK = "\ufeff"


def body_of(request):
    """The body's JSON value, whatever its Content-Type says; {} where there is no body. Raises Problem (400, 413)."""
    raw = bytes_of(request)
    return parse(raw) if raw else {}


def bytes_of(request):
    """The body as it came. Raises Problem (400, 413)."""
    try:
        return request.body
    except RequestDataTooBig:
        raise Problem(413, "body_too_large", "The body is larger than 10 MiB.") from None
    except UnreadablePostError:
        raise Problem(400, "invalid_json", "The body did not arrive whole.") from None


def form_of(request):
    """The fields of a form; none where the body is something else. Raises Problem (400, 413)."""
    try:
        if request.content_type == FORM:  # Django reads those of POST alone
            return QueryDict(request.body, encoding="utf-8")
        return request.POST
    except RequestDataTooBig:
        raise Problem(413, "body_too_large", "The body is larger than 10 MiB.") from None
    except (UnreadablePostError, MultiPartParserError, TooManyFieldsSent):
        raise Problem(400, "invalid_form", "The form could not be read.") from None


def parse(raw):
    try:
        text = raw.decode()
        value = _decode(text)
    except UnicodeDecodeError:
        raise _refusal("The body is not UTF-8.") from None
    except RecursionError:
        raise _refusal(f"The JSON is nested deeper than {DEPTH} levels.") from None
    except json.JSONDecodeError as error:
        reason = "A byte order mark" if text.startswith(_BYTE_ORDER_MARK) else error.msg
        message = f"The body is not valid JSON: {reason}, at character {error.pos}."
        raise Problem(400, "invalid_json", message, position=error.pos) from None
    if text.count("[") + text.count("{") > DEPTH or _ESCAPED.search(text):
        check(value)
    return value


def _object(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _refusal(f"The key {twice[:60]!r} stands twice in one object.")
    return found


def _constant(name):
    raise _refusal(f"{name} is not JSON.")


def _float(digits):
    number = float(digits)
    if math.isinf(number):
        raise _refusal("A number is too large.")
    return number


def _int(digits):
    if len(digits) > DIGITS:
        raise _refusal("A number is too large.")
    return int(digits)


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
).decode


def check(value):
    """Depth, NULs and lone surrogates, level by level, so that no nesting exhausts the stack. Raises Problem (400)."""
    level = [value]
    for _ in range(DEPTH + 1):
        below = []
        for found in level:
            if isinstance(found, str):
                _check_text(found)
            elif isinstance(found, list):
                below += found
            elif isinstance(found, dict):
                for name in found:
                    _check_text(name)
                below += found.values()
        level = below
        if not level:
            return
    raise _refusal(f"The JSON is nested deeper than {DEPTH} levels.")


def _check_text(text):
    if "\x00" in text:
        raise _refusal("A text holds the character U+0000, which cannot be stored.")
    if _SURROGATE.search(text):
        raise _refusal("A text holds half of a surrogate pair, which is no character.")


def _refusal(message):
    return Problem(400, "invalid_json", message)
