"""What R2R's older client sends for an object in a form: the repr that Python has of it.

Read by hand and never evaluated: constants, numbers, strings, lists, tuples and dicts, at most DEPTH deep.
"""

import ast
import re
from contextlib import suppress

LARGEST, DEPTH = 1_048_576, 50  # characters; levels

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")
        |(?P<number>-?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)(?![\w.]))
        |(?P<word>True|False|None)(?!\w)
        |(?P<enum><\w+(?:\.\w+)*:)
        |(?P<name>\w+)=
        |(?P<mark>[\[\]{}():,>])
        |(?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {"True": True, "False": False, "None": None}


class NoLiteral(ValueError):
    pass


def literal(text):
    """The value that `text` is the repr of. Raises NoLiteral."""
    reader = _Reader(text)
    value = reader.value(0)
    reader.expect("end")
    return value


def pairs(text):
    """{name: value} of a model's str: role='user' content='Hi' name=None. Raises NoLiteral."""
    reader, found = _Reader(text), {}
    while reader.kind == "name":
        name = reader.take()
        found[name] = reader.value(0)
    reader.expect("end")
    return found


class _Reader:
    def __init__(self, text):
        if len(text) > LARGEST:
            raise NoLiteral
        self.text, self.at = text, 0
        self._next()

    def _next(self):
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            raise NoLiteral
        self.kind, self.at = found.lastgroup, found.end()
        self.said = found[self.kind]

    def take(self):
        said = self.said
        self._next()
        return said

    def expect(self, kind, said=None):
        if self.kind != kind or said not in (None, self.said):
            raise NoLiteral
        return self.take() if kind != "end" else None

    def is_mark(self, *marks):
        return self.kind == "mark" and self.said in marks

    def value(self, depth):
        kind, said = self.kind, self.said
        if depth > DEPTH or kind in ("name", "end"):
            raise NoLiteral
        self._next()
        if kind == "word":
            return _WORDS[said]
        elif kind in ("string", "number"):
            with suppress(ValueError, SyntaxError, OverflowError, MemoryError):
                return ast.literal_eval(said)
        elif kind == "enum":  # <MessageType.USER: 'user'>
            value = self.value(depth + 1)
            self.expect("mark", ">")
            return value
        elif said == "[":
            return self._several("]", depth)
        elif said == "(":
            return self._several(")", depth)
        elif said == "{":
            return dict(self._several("}", depth, keyed=True))
        raise NoLiteral

    def _several(self, closing, depth, *, keyed=False):
        values = []
        while not self.is_mark(closing):
            values.append(self._entry(depth) if keyed else self.value(depth + 1))
            if not self.is_mark(closing):
                self.expect("mark", ",")
        self._next()
        return values

    def _entry(self, depth):
        key = self.value(depth + 1)
        if not isinstance(key, str):
            raise NoLiteral
        self.expect("mark", ":")
        return key, self.value(depth + 1)
