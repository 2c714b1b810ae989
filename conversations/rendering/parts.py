"""What each kind of part looks like. Whatever is no prose is one muted line that unfolds, or a file."""

import json
import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from conversations.rendering import media
from lib import markdown
from lib.markdown.links import is_web

# A tool's output or a fetched page can be megabytes; the page shows the beginning, the export has all of it.
FOLD_LIMIT = 20_000


def show(part, message, files):
    kind = part.get("type")
    text = part.get("text") if isinstance(part.get("text"), str) else ""
    if kind == "reasoning":
        return _fold("reasoning", _thought(part), _prose(text or str(part.get("summary") or "")))
    elif kind == "tool_call":
        return _fold("tool", f"{_called(part)} · {_lines(text)}", _code(text))
    elif kind == "tool_result":
        return _fold("tool", f"Output of {part.get('name') or 'a tool'} · {_lines(text)}", _code(text))
    elif kind == "tool_calls" and isinstance(part.get("tool_calls"), list):
        return mark_safe("".join(map(_call, part["tool_calls"])))  # noqa: S308  each is escaped
    elif kind == "fields":
        return mark_safe("".join(_fields(part, message)))  # noqa: S308  each is escaped
    elif kind == "code":
        return mark_safe(markdown.render(_fenced(text, part.get("language"))))  # noqa: S308  sanitised
    elif kind == "instructions":
        return _fold("instructions", "Custom instructions", _instructions(part) or _prose(text))
    elif kind == "quote":
        return _quote(part, text)
    elif kind == "error":
        return format_html('<p class="message-error">{}</p>', text or "Something went wrong here.")
    elif kind in {"image", "audio", "file"}:
        return media.show(kind, part, message, files) + _prose(str(part.get("transcript") or ""))
    elif kind in {"image_url", "input_image"}:
        return media.elsewhere(part)
    else:
        return _fold("unknown", f"Unsupported content: {part.get('content_type') or kind}", _code(_json(part)))


def citations(parts):
    cited = [part for part in parts if part.get("type") == "citation"]
    if not cited:
        return ""
    rows = format_html_join(
        "",
        "<li>{}</li>",
        ((_link(str(part.get("url") or ""), part.get("title") or part.get("url") or "Source"),) for part in cited),
    )
    word = "1 source" if len(cited) == 1 else f"{len(cited)} sources"
    return _fold("sources", word, format_html("<ol>{}</ol>", rows))


def _fold(name, summary, body):
    return format_html(
        '<details class="fold fold--{}"><summary>{}</summary><div class="fold__body">{}</div></details>',
        name,
        summary,
        body,
    )


def _thought(part):
    seconds = part.get("seconds")
    if isinstance(seconds, int | float) and seconds >= 1:
        minutes, rest = divmod(round(seconds), 60)
        return f"Thought for {minutes} min {rest} s" if minutes else f"Thought for {rest} s"
    return "Reasoning"


def _called(part):
    return f"Ran {part.get('name') or 'a tool'}"


def _call(call):
    """A call as clients of OpenAI's kind send it."""
    function = call.get("function") if isinstance(call, dict) and isinstance(call.get("function"), dict) else {}
    text = function.get("arguments")
    text = text if isinstance(text, str) else _json({"raw": call})
    return _fold("tool", f"{_called(function)} · {_lines(text)}", _code(text))


def _fields(part, message):
    """What a client said of a call beside its content, or of an item that has none."""
    told = [(name, part[name]) for name in ("arguments", "output", "error") if part.get(name)]
    words = {"arguments": f"Ran {message.name or 'a tool'}", "output": "Output", "error": "Error"}
    for name, value in told:
        text = value if isinstance(value, str) else _json({"raw": value})
        yield _fold("tool", f"{words[name]} · {_lines(text)}", _code(text))
    if not told and part.get("item") and message.type not in {"message", "reasoning"}:
        yield _fold("unknown", message.type.replace("_", " ").capitalize(), _code(_json({"raw": part["item"]})))


def _lines(text):
    count = text.count("\n") + 1 if text else 0
    return "1 line" if count == 1 else f"{count:,} lines"


def _prose(text):
    return mark_safe(markdown.render(text[:FOLD_LIMIT]) + _rest(text)) if text else ""  # noqa: S308  sanitised


def _code(text):
    return format_html('<pre class="plain" tabindex="0">{}</pre>{}', text[:FOLD_LIMIT], _rest(text))


def _rest(text):
    rest = len(text) - FOLD_LIMIT
    return format_html('<p class="fold__more">and {} more characters</p>', f"{rest:,}") if rest > 0 else ""


def _fenced(text, language):
    """The text as a code block, inside a fence longer than any run of backticks in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    label = re.sub(r"[^\w+#.-]", "", str(language or ""))
    return f"{fence}{label}\n{text}\n{fence}\n"


def _instructions(part):
    sections = [("About the user", part.get("profile")), ("How to answer", part.get("instructions"))]
    return format_html_join("", "<h4>{}</h4>{}", ((title, _prose(str(text))) for title, text in sections if text))


def _quote(part, text):
    url = str(part.get("url") or "")
    source = _link(url, part.get("title") or url or "Source")
    return format_html(
        '<figure class="quote"><blockquote>{}</blockquote><figcaption>{}</figcaption></figure>', text, source
    )


def _link(url, title):
    if is_web(url):
        return format_html('<a href="{}" rel="noopener noreferrer nofollow">{}</a>', url, title)
    return format_html("{}", title)


def _json(part):
    return json.dumps(part.get("raw", part), ensure_ascii=False, indent=2)
