"""Formulas: TeX in, MathML out, which every browser sets by itself."""

import functools
import html
import re
from xml.etree import ElementTree

from django.utils.html import escape
from latex2mathml.converter import Converter

# MathML takes up to 41 times the room of its TeX, and nobody reads a longer formula than this.
FORMULA_LIMIT = 2_000
# Characters of TeX typeset in one message, a formula counting as at least 16: 0.1 s of the densest TeX there is.
MESSAGE_LIMIT = 10_000

# Macros can double themselves twenty times over; styles, links and raw boxes are not mathematics.
REFUSED = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|x?def|gdef|edef|let|href|style|class|includegraphics)(?![a-zA-Z])"
)
UNNUMBERED = re.compile(r"\\(begin|end)\{(?:aligned|gathered|split|eqnarray\*?|gather\*?|multline\*?)\}")
# A command the converter does not know comes out as its own name; then the source is the better reading.
UNKNOWN = re.compile(r"\\[A-Za-z]")
SCRIPTS = {"msub": 2, "msup": 2, "msubsup": 3}
FUNCTIONS = {"arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "deg", "dim", "exp", "hom",
             "ker", "lg", "ln", "log", "sec", "sin", "sinh", "tan", "tanh"}  # fmt: skip


class Typesetter:
    """The formulas of one message, within one allowance of characters."""

    def __init__(self):
        self.characters = MESSAGE_LIMIT

    def typeset(self, tex, display):
        """A <math> element; what cannot be typeset, or is too much, is shown as its source in <code>."""
        self.characters -= max(len(tex), 16)
        mathml = None
        if self.characters >= 0 and len(tex) <= FORMULA_LIMIT and not REFUSED.search(tex):
            mathml = (_mathml_once if len(tex) <= 64 else _mathml)(tex, display)
        return mathml or f'<code class="math-source">{escape(tex)}</code>'


def _mathml(tex, display):
    try:
        # The converter knows align* only; answers write aligned, gathered and split, which differ in numbering alone.
        known = UNNUMBERED.sub(r"\\\1{align*}", tex)
        math = Converter(display="block" if display else "inline").convert_to_element(known)
        for element in list(math.iter()):
            _group_base(element)
            if UNKNOWN.match(element.text or ""):
                return None
            # The converter writes symbols as entities and leaves strangers' text beside them; decoded here and
            # escaped again by the serializer, so that \text{<script>} stays the six characters it is.
            element.text = _decoded(element.text)
            element.tail = _decoded(element.tail)
            for name, value in element.attrib.items():
                element.set(name, _decoded(value))
        for row in list(math.iter()):
            _set_off_functions(row)
        math.attrib.pop("xmlns", None)
        math.set("alttext", tex)
        return ElementTree.tostring(math, encoding="unicode", short_empty_elements=False)
    except Exception:
        # Half-written TeX raises anything from StopIteration to RecursionError; all of it means "show the source".
        return None


def _group_base(element):
    """A matrix with an exponent comes as bracket, table, bracket, exponent; the first three are one base."""
    surplus = len(element) - SCRIPTS.get(element.tag, len(element))
    if surplus > 0:
        base = ElementTree.Element("mrow")
        base.extend(element[: surplus + 1])
        element[: surplus + 1] = [base]


def _set_off_functions(row):
    """TeX puts a thin space on either side of sin and its like, but for brackets and operators: e sin E, sin(x)."""
    if row.tag in ("math", "mrow", "mtd", "msqrt"):
        for place in range(len(row) - 1, 0, -1):
            left, right = row[place - 1], row[place]
            if (_is_function(left) and right.tag not in ("mo", "mspace")) or (
                _is_function(right) and (left.tag not in ("mo", "mspace") or left.text == ")")
            ):
                row.insert(place, ElementTree.Element("mspace", width="0.167em"))


def _is_function(element):
    return (element.tag == "mi" and element.text in FUNCTIONS) or (element.tag in SCRIPTS and _is_function(element[0]))


# Short formulas repeat ($x$, $n$) and are cheap to keep.
_mathml_once = functools.lru_cache(maxsize=2048)(_mathml)


def _decoded(text):
    return html.unescape(text) if text and "&" in text else text
