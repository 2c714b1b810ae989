"""Found words, marked. Search quotes strangers: a mark travels as two control characters and becomes HTML last."""

import functools
import re
import unicodedata

from django.utils.html import escape
from django.utils.safestring import mark_safe

# Stored text holds neither: they are removed from what is cut here, and a pair out of order marks nothing.
START, STOP = "\x02", "\x03"

WORD = re.compile(r"[\w\u0300-\u036f]+")
# Scripts that put no spaces between words: there a word is found inside a run.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# A tag with its quoted values, or a run of text. What is never closed is taken to the end, so that it is read once.
PIECE = re.compile(r"<(?:[^>\"']|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+(?:>|\Z)|[^<]+")
ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")
# Not in formulas, where an HTML element breaks the setting, nor in the label of a block of code.
SKIPPED = re.compile(r"<(/?)(math|figcaption)\b", re.IGNORECASE)


def marked(snippet):
    """The snippet as safe HTML: everything escaped, then START … STOP turned into <mark> … </mark>."""
    out, is_open = [], False
    for piece in re.split(f"([{START}{STOP}])", snippet):
        if piece == START:
            out.append("" if is_open else "<mark>")
            is_open = True
        elif piece == STOP:
            out.append("</mark>" if is_open else "")
            is_open = False
        else:
            out.append(escape(piece))
    return mark_safe("".join(out) + ("</mark>" if is_open else ""))  # noqa: S308 (escaped piece by piece above)


def snippet(text, words, width=180):
    """One line of plain text of about `width` characters around the first found word, each found word in START … STOP.

    words: what was searched for, without regard to case and accents; "foo*" finds what begins with foo. With nothing
    found, the beginning of the text. Cut between words, with an ellipsis where something is missing.
    """
    text = " ".join(text.replace(START, "").replace(STOP, "").split())
    wanted = _Words(words)
    first = next(wanted.spans(text), (0, 0))
    start, end = _window(text, first, width)
    cut, done, out = text[start:end], 0, []
    for begin, stop in wanted.spans(cut):
        out += [cut[done:begin], START, cut[begin:stop], STOP]
        done = stop
    return ("… " if start else "") + "".join([*out, cut[done:]]) + (" …" if end < len(text) else "")


def mark_html(html, words):
    """The sanitised HTML with <mark> around each found word in its text, never inside a tag. Words as in `snippet`."""
    wanted, out, skipping = _Words(words), [], 0
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
        self.whole, self.beginnings, self.inside = set(), (), set()
        for word in words:
            parts = WORD.findall(word)
            for index, part in enumerate(parts):
                is_prefix = index == len(parts) - 1 and word.rstrip().endswith("*")
                if UNSPACED.search(part):
                    self.inside.add(part)
                elif is_prefix:
                    self.beginnings += (_folded(part),)
                else:
                    self.whole.add(_folded(part))
        longest_first = sorted(map(re.escape, self.inside), key=len, reverse=True)
        self.inside = re.compile("|".join(longest_first)) if longest_first else None

    def __bool__(self):
        return bool(self.whole or self.beginnings or self.inside)

    def spans(self, text):
        """(start, end) of each found word, in order."""
        for word in WORD.finditer(text):
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


@functools.lru_cache(maxsize=4096)
def _folded(word):
    """Without case and accents: Ångström and angstrom are one word."""
    if word.isascii():
        return word.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).casefold()


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
