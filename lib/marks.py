"""Found words, marked. Search quotes strangers: a mark travels as two control characters and becomes HTML last."""

import functools
import re
import unicodedata

from django.utils.html import escape
from django.utils.safestring import mark_safe

# Stored text holds neither: they are removed from what is cut here, and a pair out of order marks nothing.
START, STOP = "\x02", "\x03"

# What a word is has to agree with the index, which keeps what parley_fold_1 makes of a text (conversations/migrations):
# the characters that stand between words; those that are dropped inside of one; and the scripts (and pictures) that put
# no spaces between words, where each character is a word and what was typed is found inside a run.
BETWEEN = (
    r"\u0000-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab\u00ac\u00ae-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7"
    r"\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u0f0b-\u0f14\u10fb"
    r"\u1361-\u1368\u2000-\u200b\u200e-\u205f\u2061-\u206f\u20a0-\u20cf\u2500-\u259f\u2e00-\u2e7f\u3000-\u303f\ue000-\uf8ff"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufff0-\uffff"
)
DROPPED = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\u00ad\u200c\u200d\u2060\ufeff]"
)
SPACELESS = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2190-\u24ff\u25a0-\u2bff\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    r"\uf900-\ufaff\uff66-\uffdc\U0001f000-\U0003ffff"
)
WORD = re.compile(f"(?P<run>[{SPACELESS}]+)|[^{BETWEEN}{SPACELESS}]+")
ONE_LETTER = str.maketrans("łøđħıς", "lodhiσ") | {ord("ß"): "ss"}  # neither has an accent to lose
LONGEST = 64  # characters of a word that count
# A tag with its quoted values, or a run of text. What is never closed is taken to the end, so that it is read once.
PIECE = re.compile(r"<(?:[^>\"']|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+(?:>|\Z)|[^<]+")
ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")
# Not in formulas, where an HTML element breaks the setting, nor in the label of a block of code.
SKIPPED = re.compile(r"<(/?)(math|figcaption)\b", re.IGNORECASE)


def marked(snippet):
    """The snippet as safe HTML: everything escaped, then START … STOP turned into <mark> … </mark>."""
    out, is_open = [], False
    for piece in re.split(f"([{START}{STOP}])", escape(snippet)):
        if piece == START:
            out.append("" if is_open else "<mark>")
            is_open = True
        elif piece == STOP:
            out.append("</mark>" if is_open else "")
            is_open = False
        else:
            out.append(piece)
    return mark_safe("".join(out) + ("</mark>" if is_open else ""))  # noqa: S308 (escaped before it was taken apart)


def ranges(snippet):
    """(the snippet without its marks, [[start, end], …] of what they stood around), in characters: for programs."""
    out, found, length, begin = [], [], 0, None
    for piece in re.split(f"([{START}{STOP}])", snippet):
        if piece == START:
            begin = length if begin is None else begin
        elif piece == STOP:
            found += [] if begin is None else [[begin, length]]
            begin = None
        else:
            out.append(piece)
            length += len(piece)
    return "".join(out), found


def snippet(text, words, width=180):
    """One line of plain text of about `width` characters around the first found word, each found word in START … STOP.

    words: what was searched for, without regard to case and accents; "foo*" finds what begins with foo. With nothing
    found, the beginning of the text. Cut between words, with an ellipsis where something is missing.
    """
    text = " ".join(text.replace(START, "").replace(STOP, "").split())
    wanted = _words(tuple(words))
    first = next(wanted.spans(text), (0, 0))
    start, end = _window(text, first, width)
    cut, done, out = text[start:end], 0, []
    for begin, stop in wanted.spans(cut):
        out += [cut[done:begin], START, cut[begin:stop], STOP]
        done = stop
    return ("… " if start else "") + "".join([*out, cut[done:]]) + (" …" if end < len(text) else "")


def mark_html(html, words):
    """The sanitised HTML with <mark> around each found word in its text, never inside a tag. Words as in `snippet`."""
    wanted, out, skipping = _words(tuple(words)), [], 0
    for piece in PIECE.findall(html) if wanted else [html]:
        if piece[0:1] == "<":
            change = SKIPPED.match(piece)
            skipping += 0 if not change else -1 if change[1] else 1
            out.append(piece)
        elif skipping > 0 or not wanted:
            out.append(piece)
        else:
            out.append(wanted.mark(piece))
    return mark_safe("".join(out))  # noqa: S308 (it was safe, and only <mark> was added between its tags)


class _Words:
    """The words of a search, ready to be looked for. Phrases and hyphens fall into their words."""

    def __init__(self, words):
        self.whole, self.beginnings, inside = set(), (), set()
        for word in words:
            parts = list(WORD.finditer(word))
            for index, part in enumerate(parts, 1):
                if part["run"]:
                    inside.add(part[0])
                elif index == len(parts) and word.rstrip().endswith("*"):
                    self.beginnings += (_folded(part[0]),)
                else:
                    self.whole.add(_folded(part[0]))
        self.inside = re.compile("|".join(map(re.escape, sorted(inside, key=len, reverse=True)))) if inside else None
        self.in_ascii = _in_ascii(self.whole, self.beginnings)

    def __bool__(self):
        return bool(self.whole or self.beginnings or self.inside)

    def spans(self, text):
        """(start, end) of each found word, in order."""
        if text.isascii():
            yield from (found.span() for found in self.in_ascii.finditer(text))
            return
        for word in WORD.finditer(text):
            if not word["run"]:
                folded = _folded(word[0])
                if folded in self.whole or folded.startswith(self.beginnings):
                    yield word.span()
            elif self.inside:
                yield from (found.span() for found in self.inside.finditer(text, *word.span()))

    def mark(self, text):
        """Escaped text with <mark>: &amp; is one character, not a word somebody looked for."""
        out, done = [], 0
        for entity in [*ENTITY.finditer(text), None]:
            run = text[done : entity.start() if entity else len(text)]
            last = 0
            for begin, stop in self.spans(run):
                out += [run[last:begin], "<mark>", run[begin:stop], "</mark>"]
                last = stop
            out += [run[last:], entity[0] if entity else ""]
            done = entity.end() if entity else len(text)
        return "".join(out)


# A page marks twenty snippets by the same words.
_words = functools.lru_cache(maxsize=64)(_Words)


def _in_ascii(whole, beginnings):
    """The same as one pattern, for text without any other letter: most of it, and three times as fast."""
    words = [re.escape(word) for word in whole if word.isascii()]
    words += [re.escape(word) + "[a-z0-9]*" for word in beginnings if word.isascii()]
    return re.compile(f"(?<![a-z0-9])(?:{'|'.join(words) or '(?!)'})(?![a-z0-9])", re.IGNORECASE | re.ASCII)


@functools.lru_cache(maxsize=4096)
def _folded(word):
    """Without case and accents, as the index has it: Ångström and angstrom are one word."""
    if not word.isascii():
        word = DROPPED.sub("", unicodedata.normalize("NFKD", word).lower()).translate(ONE_LETTER)
        word = unicodedata.normalize("NFC", word)
    return word.lower()[:LONGEST]


def _window(text, found, width):
    """(start, end) of about `width` characters around the found word, a third of them before it, cut between words."""
    if len(text) <= width:
        return 0, len(text)
    start = max(0, min(found[0] - width // 3, len(text) - width))
    end = min(len(text), max(start + width, found[1]))
    # A run without spaces (a long address, Chinese) is cut where it must be.
    if start and text[start - 1] != " ":
        space = text.find(" ", start, found[0])
        start = space + 1 if space >= 0 else start
    if end < len(text) and text[end] != " ":
        space = text.rfind(" ", max(start, found[1]), end)
        end = space if space > 0 else end
    return start, end
