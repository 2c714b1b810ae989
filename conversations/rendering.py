"""A message's HTML: rendered when it is first read, kept beside it, and taken from there ever after.

An import renders nothing: at 100 kB/s a large archive would take hours, and most of it is never opened again.
Prose is Markdown; everything structured (reasoning, tool traffic, files, citations) is one muted line that unfolds.
"""

import json
import re

from django.db import connection
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from conversations.models import Message, Rendering
from conversations.parts import prose
from lib import markdown
from lib.markdown.links import is_web

# Raise it when the same message would come out differently; the pipeline below has a version of its own.
VERSION = markdown.VERSION * 1000 + 1

# A tool's output or a fetched page can be megabytes; the page shows the beginning, the export has all of it.
FOLD_LIMIT = 20_000


def html_of(rows):
    """{message id: HTML} for rows with id and version. One query; three where some were never read."""
    versions = {row.id: row.version for row in rows}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, html, message_version FROM conversations_rendering"
            " WHERE message_id = ANY(%s) AND renderer_version = %s",
            [list(versions), VERSION],
        )
        kept = {
            pk: mark_safe(html)  # noqa: S308  our own renderer wrote it, through the sanitiser
            for pk, html, version in cursor.fetchall()
            if version == versions[pk]
        }
    if missing := [pk for pk in versions if pk not in kept]:
        kept |= _render_and_keep(missing)
    return kept


def _render_and_keep(ids):
    rows = [
        Rendering(
            message=message,
            conversation_id=message.conversation_id,
            message_version=message.version,
            renderer_version=VERSION,
            html=render(message),
        )
        for message in Message.objects.filter(pk__in=ids)
    ]
    Rendering.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["message"],
        update_fields=["message_version", "renderer_version", "html"],
    )
    return {row.message_id: row.html for row in rows}


def render(message) -> SafeString:
    parts = [part for part in message.parts or [] if isinstance(part, dict)]
    # Parts that carry the message's own text are that text, better told: it is not shown twice.
    told = any(part.get("text") == message.text for part in parts) or prose(parts) == message.text
    told = told or message.role == Message.Role.TOOL
    before = [_part(part) for part in parts if part.get("type") == "reasoning"]
    after = [_part(part) for part in parts if part.get("type") not in {"reasoning", "citation"}]
    said = "" if told else _prose(message.text, message)
    if message.role == Message.Role.TOOL and not after:
        after = [_part({"type": "tool_result", "name": message.name, "text": message.text})]
    return mark_safe("".join([*before, said, *after, _citations(parts)]))  # noqa: S308  each piece is escaped or sanitised


def _prose(text, message):
    # People break lines where they mean it; models write Markdown.
    return markdown.render(text, breaks=message.role == Message.Role.USER, anchor=f"m{message.position}")


def _part(part):
    kind = part.get("type")
    text = part.get("text") if isinstance(part.get("text"), str) else ""
    if kind == "reasoning":
        return _fold("reasoning", _thought(part), _prose_of(text or str(part.get("summary") or "")))
    elif kind == "tool_call":
        return _fold("tool", f"{_called(part)} · {_lines(text)}", _code(text))
    elif kind == "tool_result":
        return _fold("tool", f"Output of {part.get('name') or 'a tool'} · {_lines(text)}", _code(text))
    elif kind == "code":
        return mark_safe(markdown.render(_fenced(text, part.get("language"))))  # noqa: S308  sanitised
    elif kind == "instructions":
        return _fold("instructions", "Custom instructions", _instructions(part))
    elif kind == "quote":
        return _quote(part, text)
    elif kind == "error":
        return format_html('<p class="message-error">{}</p>', text or "Something went wrong here.")
    elif kind in {"image", "audio", "file"}:
        return _file(kind, part)
    elif kind == "text":
        return _prose_of(text)
    else:
        return _fold("unknown", f"Unsupported content: {part.get('content_type') or kind}", _code(_json(part)))


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


def _lines(text):
    count = text.count("\n") + 1 if text else 0
    return "1 line" if count == 1 else f"{count:,} lines"


def _prose_of(text):
    return mark_safe(markdown.render(text[:FOLD_LIMIT]))  # noqa: S308  sanitised


def _code(text):
    rest = len(text) - FOLD_LIMIT
    more = format_html('<p class="fold__more">and {} more characters</p>', f"{rest:,}") if rest > 0 else ""
    return format_html('<pre class="plain" tabindex="0">{}</pre>{}', text[:FOLD_LIMIT], more)


def _fenced(text, language):
    """The text as a code block, inside a fence longer than any run of backticks in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    label = re.sub(r"[^\w+#.-]", "", str(language or ""))
    return f"{fence}{label}\n{text}\n{fence}\n"


def _instructions(part):
    sections = [("About the user", part.get("profile")), ("How to answer", part.get("instructions"))]
    return format_html_join("", "<h4>{}</h4>{}", ((title, _prose_of(str(text))) for title, text in sections if text))


def _quote(part, text):
    url = str(part.get("url") or "")
    title = part.get("title") or url or "Source"
    source = _link(url, title)
    return format_html(
        '<figure class="quote"><blockquote>{}</blockquote><figcaption>{}</figcaption></figure>', text, source
    )


def _link(url, title):
    if is_web(url):
        return format_html('<a href="{}" rel="noopener noreferrer nofollow">{}</a>', url, title)
    return format_html("{}", title)


def _file(kind, part):
    name = str(part.get("name") or part.get("alt") or kind)
    attachment = part.get("attachment_id")
    if not attachment:
        missing = format_html(
            '<span class="attachment attachment--missing">{} <small>not in the export</small></span>', name
        )
        transcript = part.get("transcript")
        return missing + (_prose_of(str(transcript)) if transcript else "")
    url = f"/attachments/{attachment}/"
    if kind == "image":
        return format_html(
            '<a class="picture" href="{}"><img src="{}" alt="{}" loading="lazy"{}></a>', url, url, name, _size(part)
        )
    return format_html('<a class="attachment" href="{}">{}</a>', url, name)


def _size(part):
    """Width and height keep the picture's place before it has loaded, so that nothing jumps."""
    width, height = part.get("width"), part.get("height")
    if isinstance(width, int) and isinstance(height, int) and 0 < width < 20_000 and 0 < height < 20_000:
        return format_html(' width="{}" height="{}"', width, height)
    return ""


def _citations(parts):
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


def _json(part):
    return json.dumps(part.get("raw", part), ensure_ascii=False, indent=2)
