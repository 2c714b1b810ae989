"""Markdown as people and models write it → HTML that is safe to put on a page.

CommonMark, tables, task lists, footnotes, strikethrough, bare links, coloured code, formulas as MathML. HTML in the
source is shown as text, pictures from elsewhere are never loaded, and no input costs more than a fraction of a second.

Shapes that style sheets and scripts rely on:
    figure.code > figcaption (language) + pre[tabindex] > code     code, with the classes of static/css/code.css
    figcaption > label.code__wrap > input                          where lines are long: whether they are wrapped
    div.table[tabindex] > table, th/td.align-left|center|right     tables scroll inside themselves
    div.math[tabindex] > math     math     code.math-source        formulas: of their own, in the line, not understood
    a.remote-image[href] > span.remote-image__alt + __host         a picture elsewhere, not loaded; with .is-alone
                                                                   where it is a paragraph of its own
    span.dead-link                                                 a link that leads nowhere here (sandbox:, #top, a.md)
    li.task > span.task__mark     sup.citation                     tasks, ChatGPT's 【13†source】
    sup.footnote-ref     section.footnotes > ol > li     a.footnote-back
    pre.plain[tabindex]                                            text beyond what we parse, as it was typed
    ul, ol, blockquote, table[dir=auto]                            in a text with a right-to-left script
    Headings begin at h3: the page's title and a message's byline come before them.
"""

import re

from django.utils.html import escape

from lib.highlight import Highlighter
from lib.maths import Typesetter

from .limits import Allowance, TooCostlyError, check, output
from .listings import cut
from .parser import parser
from .renderer import remote_image
from .sanitizer import sanitizer

__all__ = ["VERSION", "remote_image", "render"]

# Kept beside the HTML; raise it when the same text would come out differently.
VERSION = 3

# PostgreSQL refuses both and nh3 raises on the second; an importer may still hand them to us.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def render(text, *, breaks=False, anchor=""):
    """The HTML of a Markdown text.

    breaks: line ends inside a paragraph are kept, as people mean them in a chat box.
    anchor: goes into the ids of footnotes, so that two messages can stand on one page; letters, digits, - and _ count.
    Never raises; at most 30 characters of HTML per character of text, plus 100,000.
    """
    text = UNSTORABLE.sub("\ufffd", text)
    short, listings = cut(text)
    try:
        check(short)
        env = {
            "listings": listings,
            "allowance": Allowance(),
            "highlighter": Highlighter(),
            "typesetter": Typesetter(),
            "breaks": breaks,
            "anchor": re.sub(r"[^A-Za-z0-9_]+", "-", anchor) + "-" if anchor else "",
        }
        html = parser().render(short, env)
        if len(html) > output(text):
            raise TooCostlyError
    except TooCostlyError:
        return f'<pre class="plain" tabindex="0">{escape(text)}</pre>\n'
    return sanitizer().clean(html)
