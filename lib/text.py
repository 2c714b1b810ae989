"""Small questions about plain text."""

import html
import re

_SURROGATES = re.compile("[\ud800-\udfff]")

# Each alternative begins with a character of its own, and none runs past another beginning: a line in a list must not
# take longer than the line, whatever it holds.
_MARKED = re.compile("[*_`#>~$\\\\|\\[!\ue200-\ue204【+-]")
# Signs at the start of lines: headings, quotes, fences, bullets and tasks.
_LEADS = re.compile(r"^[ \t]*(?:(?:#{1,6}|>+|[-*+](?: \[[ xX]\])?)(?:[ \t]+|$)|(?:```|~~~).*$)", re.MULTILINE)
_LINKS = re.compile(r"!\[([^\[\]\n]*)\]\([^()\n]*\)?|\[([^\[\]\n^][^\[\]\n]*)\](?:\([^()\n]*\)?|\[[^\[\]\n]*\])")
_NOTES = re.compile("\\[\\^[^\\[\\]\\s]+\\]:?|【[^【】]*†[^【】]*】|\ue200[^\ue200\ue201]*\ue201")
# Round words. A star between spaces or numbers stays, and so do the underscores inside a name.
_ROUND = re.compile(r"\*\*\**|\*(?:(?<!\w\*)(?=\S)|(?<=\S\*)(?!\w))|``*|~~|__|_(?:(?<!\w_)(?=\w)|(?<=\w_)(?!\w))")
_RULES = re.compile(r"\||-{3,}:?|:--+|:-+:")
_ESCAPES = re.compile(r"\\([!-/:-@\[-`{-~])")
# Where these are not Markdown's they step aside until the signs are gone.
_ASIDE = dict(zip(map(ord, "*_`~|"), "\ue205\ue206\ue207\ue208\ue209", strict=True))
_BACK = {ord(aside): sign for sign, aside in _ASIDE.items()}

# A formula, also one that the cut has left open. Between single dollars it has no spaces, or some sign of TeX: else
# "$5 and $10" would be one.
_FORMULAS = re.compile(
    r"\$(?:(?<![\w$\\]\$)(?=[^\s$])((?:[^$`\\\s]|\\\S)+|(?=[^$`\n]*[\\^_={])(?:[^$`\\\n]|\\.)+?)(?<!\s)\$(?![\w$])"
    r"|\$([^$]+)(?:\$\$|\Z))|\\\[([^\\]+(?:\\[^\[\]][^\\]*)*)(?:\\\]|\Z)|\\\(([^\\]+(?:\\[^()][^\\]*)*)(?:\\\)|\Z)"
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_COMMAND = re.compile(r"\\([A-Za-z]+) ?")
_SPACES = re.compile(r"\\[,;:! \\]")
_SYMBOLS = {
    "times": "×", "cdot": "·", "pm": "±", "leq": "≤", "geq": "≥", "neq": "≠", "approx": "≈", "infty": "∞", "to": "→",
    "rightarrow": "→", "implies": "⇒", "sqrt": "√", "sum": "∑", "int": "∫", "prod": "∏", "partial": "∂", "in": "∈",
    "ldots": "…", "cdots": "…", "dots": "…", "quad": " ", "qquad": " ", "degree": "°", "circ": "°", "varepsilon": "ε",
    "varphi": "φ", "vartheta": "ϑ", "div": "÷", "ll": "≪", "gg": "≫", "sim": "∼", "propto": "∝", "mid": "|",
}  # fmt: skip
_FUNCTIONS = {"sin", "cos", "tan", "log", "ln", "exp", "lim", "max", "min", "det", "arg"}
_BRACES = {ord(sign): None for sign in "{}$&"}


def first_line(text, limit):
    """The beginning of a Markdown text as one line of plain words, at most `limit` characters, cut with an ellipsis."""
    line = " ".join(plain(text[: limit * 2]).split())
    if len(line) < limit < len(text):  # mostly signs, or the addresses of links
        line = " ".join(plain(text[: limit * 6]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def first_words(text, limit):
    """The same, cut between two words where it has to be, and not marked as cut: a name."""
    line = first_line(text, 2 * limit)
    return line if len(line) <= limit else line[: limit + 1].rpartition(" ")[0] or line[:limit]


def plain(text):
    """Markdown and TeX without most of their signs: good enough for one line in a list, not for reading."""
    if not _MARKED.search(text):
        return text
    if has_escapes := "$" in text or "\\" in text:
        text = _ESCAPES.sub(lambda found: found[1].translate(_ASIDE), _FORMULAS.sub(_spoken, text))
    text = _NOTES.sub("", _LEADS.sub("", text))
    if "](" in text or "][" in text:
        text = _LINKS.sub(lambda found: found[1] or found[2] or "", text)
    text = _RULES.sub(" ", _ROUND.sub("", text))
    return text.translate(_BACK) if has_escapes else text


def _spoken(formula):
    """x^2 for x^{2}, α for \\alpha, a/b for a fraction: what somebody would type who knows no TeX."""
    tex = _FRACTION.sub(r"\1/\2", next(filter(None, formula.groups())))
    tex = _SPACES.sub(" ", _COMMAND.sub(lambda found: _symbol(found[1]), tex))
    return tex.translate(_BRACES).translate(_ASIDE)


def _symbol(name):
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    elif name in _FUNCTIONS:
        return f"{name} "
    letter = html.unescape(f"&{name};")  # HTML and TeX call the Greeks the same
    return letter if len(letter) == 1 else " "


def clean(text):
    """What PostgreSQL can store: NULs dropped, lone surrogates replaced by U+FFFD, all else as it came."""
    if text.isascii() and "\x00" not in text:  # most ids and most English: no need to look at every character
        return text
    return _SURROGATES.sub("\ufffd", text.replace("\x00", ""))


def listed(words):
    """a, b and c"""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
