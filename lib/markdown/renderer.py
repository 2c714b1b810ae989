"""Tokens to HTML, in the shapes that our style sheets and scripts know."""

import json
import re

from django.utils.html import escape
from markdown_it.renderer import RendererHTML

from lib import highlight

from . import links
from .listings import STAND_IN

# A message stands inside a page that has its own title and bylines: # becomes <h3>, and so on down to <h6>.
# Marks that ChatGPT leaves in its texts: 【13†source】, and commands between private-use characters.
CITATION = re.compile(r"【(\d{1,4})(?::\d{1,4})?†([^】]{0,200})】")
COMMAND = re.compile("\ue200([^\ue200\ue201]*)\ue201|\ue203[^\ue203\ue204]*\ue204|[\ue200-\ue204]")
MARKS = re.compile("[†\ue200-\ue204]")
# A line longer than this may not fit on a phone.
WIDE = re.compile(r"[^\n]{48}")
ALIGNMENT = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}


class Renderer(RendererHTML):
    """env: allowance (limits.Allowance), highlighter, typesetter, breaks (bool), anchor (str, safe in an id)."""

    def text(self, tokens, index, options, env):
        content = tokens[index].content
        if MARKS.search(content):
            content = COMMAND.sub(_shown, content)
            return CITATION.sub(r'<sup class="citation" title="\2">\1</sup>', escape(content))
        return escape(content)

    def softbreak(self, tokens, index, options, env):
        return "<br>\n" if env["breaks"] else "\n"

    def list_item_open(self, tokens, index, options, env):
        return '<li class="task">' if tokens[index].meta.get("task") else "<li>"

    def task_mark(self, tokens, index, options, env):
        mark, name = ("☑", "Done") if tokens[index].meta["done"] else ("☐", "To do")
        return f'<span class="task__mark" role="img" aria-label="{name}">{mark}</span> '

    # Tables and code scroll inside themselves; tabindex lets a keyboard do it too.

    def table_open(self, tokens, index, options, env):
        direction = ' dir="auto"' if tokens[index].attrGet("dir") else ""
        return f'<div class="table" tabindex="0" role="group" aria-label="Table"><table{direction}>\n'

    def table_close(self, tokens, index, options, env):
        return "</table></div>\n"

    def th_open(self, tokens, index, options, env):
        # A corner without words heads nothing, and a screen reader would announce it as if it did.
        return self._cell("th" if tokens[index + 1].content.strip() else "td", tokens[index])

    def th_close(self, tokens, index, options, env):
        return "</th>\n" if tokens[index - 1].content.strip() else "</td>\n"

    def td_open(self, tokens, index, options, env):
        return self._cell("td", tokens[index])

    def _cell(self, tag, token):
        side = ALIGNMENT.get(token.attrGet("style"))
        return f'<{tag} class="align-{side}">' if side else f"<{tag}>"

    def fence(self, tokens, index, options, env):
        words = tokens[index].info.split(maxsplit=1)
        language = words[0].strip("{}.,:") if words else ""
        code = tokens[index].content
        if code.startswith(STAND_IN):
            code = env["listings"][int(code[1:])]
        return self._code(code, language, env)

    def code_block(self, tokens, index, options, env):
        return self._code(tokens[index].content, "", env)

    def _code(self, code, language, env):
        colours = env["highlighter"].highlight(code, language)
        wrap = '<label class="code__wrap"><input type="checkbox">Wrap</label>' if WIDE.search(code) else ""
        return (
            f'<figure class="code"><figcaption>{escape(highlight.label(language))}{wrap}</figcaption>'
            f'<pre tabindex="0"><code>{escape(code) if colours is None else colours}</code></pre></figure>\n'
        )

    def math_inline(self, tokens, index, options, env):
        return env["typesetter"].typeset(tokens[index].content, tokens[index].meta["display"])

    def math_block(self, tokens, index, options, env):
        return f'<div class="math" tabindex="0">{env["typesetter"].typeset(tokens[index].content, True)}</div>\n'

    def link_open(self, tokens, index, options, env):
        url, title = tokens[index].attrGet("href"), tokens[index].attrGet("title") or ""
        env["allowance"].spend_addresses(len(url) + len(title))
        # What closes does not know what was opened: links never nest, so one place to remember it is enough.
        env["link"] = "a" if links.is_link(url) else "span"
        if env["link"] == "span":
            return '<span class="dead-link">'
        return f'<a href="{escape(url)}" title="{escape(title)}">' if title else f'<a href="{escape(url)}">'

    def link_close(self, tokens, index, options, env):
        return f"</{env['link']}>"

    def image(self, tokens, index, options, env):
        """Our own attachments are shown. A picture elsewhere is a link that says where: loading it would tell a
        stranger who reads, when, and whatever the address was made to carry."""
        token = tokens[index]
        url = token.attrGet("src")
        alt = " ".join(self.renderInlineAsText(token.children, options, env).split()) or "Image"
        env["allowance"].spend_addresses(len(url))
        if links.is_attachment(url):
            return f'<img src="{escape(url)}" alt="{escape(alt)}" loading="lazy">'
        if links.is_web(url) and not token.meta.get("linked"):
            return remote_image(url, alt, alone=token.meta.get("alone"))
        return f'<span class="remote-image__alt">{escape(alt)}</span>'

    # Footnotes: ids are ours (a number and the page's anchor), never made of the writer's labels.

    def footnote_ref(self, tokens, index, options, env):
        number, again = tokens[index].meta["id"] + 1, tokens[index].meta["subId"]
        mark = "" if again else f' id="fnref-{env["anchor"]}{number}"'
        return f'<sup class="footnote-ref"{mark}><a href="#fn-{env["anchor"]}{number}">{number}</a></sup>'

    def footnote_block_open(self, tokens, index, options, env):
        return '<section class="footnotes" aria-label="Footnotes"><ol>\n'

    def footnote_block_close(self, tokens, index, options, env):
        return "</ol></section>\n"

    def footnote_open(self, tokens, index, options, env):
        return f'<li id="fn-{env["anchor"]}{tokens[index].meta["id"] + 1}">'

    def footnote_close(self, tokens, index, options, env):
        return "</li>\n"

    def footnote_anchor(self, tokens, index, options, env):
        note = tokens[index].meta
        if note["subId"] or not env["footnotes"]["list"][note["id"]]["count"]:
            return ""
        back = f"#fnref-{env['anchor']}{note['id'] + 1}"
        return f' <a class="footnote-back" href="{back}" aria-label="Back to the text">↩</a>'


def remote_image(url, alt, *, alone=True):
    """A picture elsewhere, for a web address: not loaded, but to be opened by whoever wants to see it."""
    name = "remote-image is-alone" if alone else "remote-image"
    return (
        f'<a class="{name}" href="{escape(url)}" target="_blank"><span class="remote-image__alt">{escape(alt)}</span> '
        f'<span class="remote-image__host">{escape(links.host(url))}</span></a>'
    )


def _shown(command):
    """What a reader sees of a private-use command: the name in an entity, nothing of an unresolved citation."""
    kind, _, rest = (command[1] or "").partition("\ue202")
    if kind == "entity":
        try:
            return str(json.loads(rest)[1])
        except (ValueError, LookupError, TypeError, RecursionError):
            return ""
    return ""
