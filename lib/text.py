"""Small questions about plain text."""

import re

_SURROGATES = re.compile("[\ud800-\udfff]")
# Markdown's signs at the start of lines and around words; single underscores stay, they belong to names.
_SIGNS = re.compile(r"^[ \t]*(?:#{1,6} |>+ ?|```.*$|[-*+] \[[ xX]\] )|\*+|__|`+|~~|\$+|\\[()\[\]]", re.MULTILINE)
_RULES = re.compile(r"[|:]*-{3,}[-|: ]*|\|")


def first_line(text, limit):
    """The beginning of a Markdown text as one line of plain words, at most `limit` characters, cut with an ellipsis."""
    line = " ".join(plain(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def plain(text):
    """Markdown without most of its signs: good enough for one line in a list, not for reading."""
    return _RULES.sub(" ", _SIGNS.sub("", text))


def clean(text):
    """What PostgreSQL can store: NULs dropped, lone surrogates replaced by U+FFFD, all else as it came."""
    if text.isascii() and "\x00" not in text:  # most ids and most English: no need to look at every character
        return text
    return _SURROGATES.sub("\ufffd", text.replace("\x00", ""))
