"""The second wall. The parser writes no HTML of a stranger's; this lets nothing through that it would not write."""

import functools
import re

import nh3

from lib import highlight

from .links import is_attachment, is_link

MATHS = {
    *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "mpadded"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "menclose"),
    *("mtable", "mtr", "mtd", "mlabeledtr", "mphantom"),
}
TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "strong", "em", "s", "sup", "a", "span", "code", "pre", "img"),
    *("blockquote", "ul", "ol", "li", "section", "div", "figure", "figcaption", "label", "input"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *MATHS,
}
ATTRIBUTES = {
    "a": {"href", "title", "class", "target", "aria-label"},
    "img": {"src", "alt", "loading"},
    "ol": {"start", "dir"},
    "ul": {"dir"},
    "blockquote": {"dir"},
    "table": {"dir"},
    "label": {"class"},
    "input": {"type"},
    "li": {"class", "id"},
    "sup": {"class", "id", "title"},
    "span": {"class", "role", "aria-label"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "section": {"class", "aria-label"},
    "pre": {"class", "tabindex"},
    "math": {"display", "alttext"},
    "mo": {"stretchy", "fence", "separator", "largeop", "movablelimits", "form", "minsize", "maxsize"},
    "mi": {"mathvariant"},
    "mtext": {"mathvariant"},
    "mspace": {"width", "linebreak"},
    "mstyle": {"displaystyle", "scriptlevel", "mathcolor"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mtable": {"displaystyle", "columnalign", "rowspacing", "columnspacing", "rowlines", "columnlines"},
    "mtd": {"columnalign"},
    "menclose": {"notation"},
    "code": {"class"},
    "figure": {"class"},
    "th": {"class"},
    "td": {"class"},
}
CLASSES = {
    "a": {"remote-image", "remote-image is-alone", "footnote-back"},
    "label": {"code__wrap"},
    "span": {"remote-image__alt", "remote-image__host", "dead-link", "task__mark", *highlight.CLASSES.values()},
    "li": {"task"},
    "sup": {"citation", "footnote-ref"},
    "div": {"table", "math"},
    "section": {"footnotes"},
    "pre": {"plain"},
    "code": {"math-source"},
    "figure": {"code"},
    "th": {"align-left", "align-center", "align-right"},
    "td": {"align-left", "align-center", "align-right"},
}
FOOTNOTE = re.compile(r"fn(?:ref)?-[A-Za-z0-9_-]*\d+", re.ASCII)
WORDS = {"alt", "title", "alttext", "aria-label", "role", "loading", "tabindex", "start", "display", "mathvariant"}
LISTS = {"rowspacing", "columnspacing", "columnalign", "rowlines", "columnlines"}
ONLY = {"dir": "auto", "target": "_blank", "type": "checkbox"}
# Words and short lengths: \hspace{99999em} would push the page aside, \hspace{-50em} print over what is beside it.
MATHS_VALUE = re.compile(
    r"(?:\d{0,2}\.)?\d{1,3}(?:em|ex|px|pt|mu|cm|mm|in|%)?|-0?\.\d{1,4}(?:em|mu)|#[0-9a-fA-F]{3,6}|[a-z ]{1,40}",
    re.ASCII,
)


def _attribute(tag, name, value):
    """The value to keep, or None. Whatever the parser was talked into, these are the only shapes that leave."""
    if name == "class":
        kept = value in CLASSES.get(tag, ())
    elif name == "href":
        kept = is_link(value) or (value[:1] == "#" and FOOTNOTE.fullmatch(value[1:]))
    elif name == "src":
        kept = is_attachment(value)
    elif name == "id":
        kept = FOOTNOTE.fullmatch(value)
    elif name in ONLY:
        kept = value == ONLY[name]
    elif name in LISTS:
        kept = len(value) <= 400 and all(MATHS_VALUE.fullmatch(part) for part in value.split())
    else:
        kept = name in WORDS or MATHS_VALUE.fullmatch(value)
    return value if kept else None


@functools.cache
def sanitizer():
    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
