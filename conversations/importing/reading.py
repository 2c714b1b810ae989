"""Files into records: one JSON object at a time, each with its own text, in memory that does not grow with the file.

The standard library's decoder is used on a sliding window, rather than a streaming parser: so an object's own text can
be kept as the untouched original, and lone surrogates come through instead of turning into question marks.
"""

import codecs
import json
import re
import sys
from dataclasses import dataclass

WINDOW = 1024 * 1024  # characters read at a time
RECORD_LIMIT = 128 * 1024 * 1024  # characters of one conversation; what is longer is not a conversation

_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_LIST_AHEAD = re.compile(r'"conversations"[ \t\r\n]*:[ \t\r\n]*\[')
# All it takes to find a value's end: brackets, and strings, in which brackets mean nothing. A lone quote is a string
# that does not end here.
_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[{]+|[\]}]|"', re.DOTALL)
_TITLE = re.compile(r'"title"[ \t\r\n]*:[ \t\r\n]*("(?:[^"\\]|\\.){0,1000}")', re.DOTALL)
_decoder = json.JSONDecoder()


class Fault(Exception):
    """The file cannot be read, or not any further; the sentence is for the person who chose it."""


class RecordFault(Fault):
    """The same of one record that is JSON all right: where it ends can be told, and the next one read."""


@dataclass(slots=True)
class Record:
    """One object of the file: its value, and its own text."""

    value: object
    text: str


@dataclass(slots=True)
class Broken:
    """One object that could not be read, and what it seems to be called."""

    reason: str
    title: str = ""


def records(stream):
    """Yields a Record or Broken for each object of one JSON or JSON Lines stream of bytes; raises Fault.

    Understood: an array of objects, one object, objects one after the other, {"conversations": […]}.
    What was complete before a fault has been yielded by the time it is raised.
    """
    window = _Window(stream)
    window.skip_space()
    start = window.peek()
    if start == "":
        raise Fault("The file is empty.")
    if start == "<":
        raise Fault(
            "This is a web page, not data. Choose conversations.json from the same export, or the whole ZIP archive."
        )
    if start not in "[{":
        raise Fault("This is not JSON: it begins with neither { nor [.")
    if start == "{":
        yield from _objects(window)
    while window.peek() == "[":
        yield from _array(window)
        window.skip_space()
    # To the very end, where archives keep their checksums.
    if window.peek() != "":
        raise Fault("The file goes on after its list of conversations, with something that is no list.")


def _array(window):
    window.skip(1)
    while True:
        window.skip_space()
        following = window.peek()
        if following == "]":
            window.skip(1)
            return
        if following == "":
            raise Fault("The file ends in the middle: it was cut off.")
        if following == ",":
            window.skip(1)
            continue
        try:
            record = window.decode()
        except RecordFault as fault:
            record = window.pass_over(fault, ",", "]")
        yield record


def _objects(window):
    if window.enter_list():
        yield from _array(window)
        window.skip_rest()  # whatever else the object holds
        return
    count = 0
    while True:
        window.skip_space()
        if window.peek() == "":
            return
        try:
            record = window.decode()
        except RecordFault as fault:
            record = window.pass_over(fault, "{", "")
        except Fault as fault:
            # In JSON Lines the next line is a fresh start; where it is no new object, this is no JSON Lines file.
            if not window.skip_line() or (count == 0 and window.peek() != "{"):
                raise
            record = Broken(str(fault))
        yield record
        count += 1


class _Window:
    """The part of the decoded text that is being looked at."""

    def __init__(self, stream):
        self.stream = stream
        self.text = ""
        self.before = 0  # characters that were looked at and left behind
        self.at = 0
        self.ended = False
        self.decoder = None

    def peek(self):
        if self.at >= len(self.text):
            self._more()
        return self.text[self.at : self.at + 1]

    def skip(self, count):
        self.at += count

    def skip_space(self):
        while True:
            self.at = _SPACE.match(self.text, self.at).end()
            if self.at < len(self.text) or not self._more():
                return

    def skip_line(self):
        """To the start of the next line; False where there is none."""
        while (end := self.text.find("\n", self.at)) < 0:
            self.at = len(self.text)
            if not self._more():
                return False
        self.at = end + 1
        return True

    def skip_rest(self):
        while self.peek() != "":
            self.at = len(self.text)

    def enter_list(self):
        """At `{`: steps to the list of {"conversations": […]} where that is what the object is."""
        while len(self.text) - self.at < WINDOW and self._more():
            pass
        at = self.at + 1
        try:
            while True:
                at = _SPACE.match(self.text, at).end()
                if found := _LIST_AHEAD.match(self.text, at):
                    self.at = found.end() - 1
                    return True
                # Small values may stand before it; the first one that fills the window says it is something else.
                _, at = _decoder.raw_decode(self.text, at)
                at = _SPACE.match(self.text, at).end()
                if self.text[at : at + 1] not in (":", ","):
                    return False
                at += 1
        except (ValueError, RecursionError):
            return False

    def decode(self):
        while True:
            try:
                value, end = _decoder.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if not self._is_cut_off(error) or not self._more(double=True):
                    raise Fault(self._fault(error)) from None
            except RecursionError:
                raise RecordFault("This is nested too deeply to be a conversation.") from None
            except ValueError:
                digits = sys.get_int_max_str_digits()
                raise RecordFault(f"There is a number of more than {digits:,} digits in it.") from None
            else:
                # A number at the very end of the window may go on behind it.
                if end == len(self.text) and not isinstance(value, dict | list | str) and self._more():
                    continue
                record = Record(value, self.text[self.at : end])
                self.at = end
                return record

    def pass_over(self, fault, *followers):
        """Behind the object at hand, which `fault` keeps from being read. Raises the fault itself where the end of the
        object cannot be found, or something else stands behind it than could.
        """
        broken = Broken(str(fault), _title(self.text[self.at : self.at + 4_000]))
        try:
            is_passed = self._skip_value() and not self.skip_space() and self.peek() in followers
        except Fault:
            is_passed = False
        if not is_passed:
            raise fault
        return broken

    def _skip_value(self):
        """At `{` or `[`: behind its end, without understanding what is inside; False where there is none."""
        depth, at = 0, self.at
        while True:
            for match in _STRUCTURE.finditer(self.text, at):
                at, piece = match.end(), match[0]
                if piece[0] in "[{":
                    depth += len(piece)
                elif piece[0] in "]}":
                    depth -= 1
                    if depth == 0:
                        self.at = at
                        return True
                elif piece == '"':
                    at = match.start()
                    break
            at -= self.at
            if not self._more(double=True):
                return False

    def _is_cut_off(self, error):
        """Whether the fault may be only the window's edge: there, or inside a string that never ended."""
        return not self.ended and (error.pos >= len(self.text) - 16 or error.msg.startswith("Unterminated string"))

    def _fault(self, error):
        if self.ended and (error.pos >= len(self.text.rstrip()) or error.msg.startswith("Unterminated string")):
            return "The file ends in the middle: it was cut off."
        return f"This is not valid JSON: {error.msg.lower()} at character {self.before + error.pos + 1:,}."

    def _more(self, *, double=False):
        """Reads on; `double` as much again as the window holds, so that a long record is not decoded too often."""
        if self.ended:
            return False
        rest = self.text[self.at :]
        if len(rest) > RECORD_LIMIT:
            raise Fault(f"One conversation in the file is longer than {RECORD_LIMIT // 1024**2} MB.")
        wanted = max(WINDOW, len(rest)) if double else WINDOW
        pieces = [rest]
        while wanted > 0 and not self.ended:
            data = self.stream.read(WINDOW)
            self.ended = not data
            piece = self._decoded(data)
            wanted -= len(piece)
            pieces.append(piece)
        self.before += self.at
        self.text, self.at = "".join(pieces), 0
        return len(self.text) > len(rest)

    def _decoded(self, data):
        if self.decoder is None:
            self.decoder = codecs.getincrementaldecoder(_encoding(data))()
        try:
            return self.decoder.decode(data, final=self.ended)
        except UnicodeDecodeError as error:
            if self.ended and error.reason in ("unexpected end of data", "truncated data"):
                return ""  # cut in the middle of a character; the JSON around it is cut too, and says so
            raise Fault(
                "The file is not UTF-8 text: it was saved in another encoding. Download the export again, "
                "or save the file as UTF-8."
            ) from None


def _title(text):
    found = _TITLE.search(text)
    try:
        return json.loads(found[1], strict=False) if found else ""
    except ValueError:  # an escape that is none
        return ""


def _encoding(data):
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"
