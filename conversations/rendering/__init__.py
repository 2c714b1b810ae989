"""A message's HTML: rendered when it is first read, kept beside it, and taken from there ever after.

An import renders nothing: at 100 kB/s a large archive would take hours, and most of it is never opened again.
Prose is Markdown; everything structured (reasoning, tool traffic, files, citations) is one muted line that unfolds.
"""

from django.db import connection
from django.db.models import F
from django.utils.safestring import SafeString, mark_safe

from conversations.models import Message
from conversations.parts import is_prose, prose
from conversations.rendering.media import Files
from conversations.rendering.parts import citations, show
from lib import markdown
from lib.asking import fetch_along

# Raise it when the same message would come out differently; the pipeline below has a version of its own.
VERSION = markdown.VERSION * 1000 + 2


def html_of(rows):
    """{message id: HTML} for rows with id and version; "" for those deleted since. One query; three where some were
    never read."""
    versions = {row.id: row.version for row in rows}
    found = fetch_along(
        "SELECT message_id, html, message_version FROM conversations_rendering"
        " WHERE message_id = ANY(%s::uuid[]) AND renderer_version = %s",
        [list(versions), VERSION],
    )
    kept = {
        pk: mark_safe(html)  # noqa: S308  our own renderer wrote it, through the sanitiser
        for pk, html, version in found
        if version == versions[pk]
    }
    if missing := [pk for pk in versions if pk not in kept]:
        kept |= _render_and_keep(missing)
    return kept


def html_of_lines(lines):
    """{position: HTML} for reading.Lines, which come with what is kept of them; "" for those deleted since. No query
    where nothing has to be rendered; else two."""
    kept = {line.position: line.html for line in lines if line.html is not None}
    if missing := {line.id: line.position for line in lines if line.html is None}:
        kept |= {missing[pk]: html for pk, html in _render_and_keep(list(missing)).items()}
    return kept


def _render_and_keep(ids):
    messages = Message.objects.filter(pk__in=ids).annotate(revision=F("conversation__revision"))
    rendered = [(message, render(message)) for message in messages]
    if rendered:
        with connection.cursor() as cursor:
            cursor.execute(
                _KEEP,
                {
                    "ids": [message.pk for message, _ in rendered],
                    "conversations": [message.conversation_id for message, _ in rendered],
                    "revisions": [message.revision for message, _ in rendered],
                    "versions": [message.version for message, _ in rendered],
                    "renderer": VERSION,
                    "html": [html for _, html in rendered],
                },
            )
    return dict.fromkeys(ids, "") | {message.pk: html for message, html in rendered}


# Only of a conversation that has not changed since its messages were read, and that nobody is changing: else the HTML
# of a message that is deleted meanwhile would stay for good, or stand for one whose files have changed.
_KEEP = """
INSERT INTO conversations_rendering (message_id, conversation_id, message_version, renderer_version, html)
SELECT read.id, c.id, read.version, %(renderer)s, read.html
FROM unnest(%(ids)s::uuid[], %(conversations)s::uuid[], %(revisions)s::int[], %(versions)s::int[], %(html)s::text[])
     AS read (id, conversation, revision, version, html)
JOIN conversations_conversation AS c ON c.id = read.conversation AND c.revision = read.revision
FOR KEY SHARE OF c SKIP LOCKED
ON CONFLICT (message_id) DO UPDATE SET
    message_version = excluded.message_version, renderer_version = excluded.renderer_version, html = excluded.html
"""


def render(message, files=Files()) -> SafeString:  # noqa: B008  it never changes
    parts = [part for part in message.parts or [] if isinstance(part, dict)]
    # Parts that carry the message's own text are that text, better told: it is not shown twice.
    told = message.role == Message.Role.TOOL or prose(parts) == message.text
    told = told or any(part.get("text") == message.text for part in parts)
    thoughts = [part for part in parts if part.get("type") == "reasoning"]
    others = [part for part in parts if part.get("type") not in {"reasoning", "citation"}]
    if message.role == Message.Role.TOOL and not others:
        others = [{"type": "tool_result", "name": message.name, "text": message.text}]
    pieces = [
        *(show(part, message, files) for part in thoughts),
        "" if told else _prose(message.text, message),
        *(_prose(part["text"], message) if is_prose(part) else show(part, message, files) for part in others),
        citations(parts),
    ]
    return mark_safe("".join(pieces))  # noqa: S308  each piece is escaped or sanitised


def _prose(text, message):
    # People break lines where they mean it; models write Markdown.
    return markdown.render(text, breaks=message.role == Message.Role.USER, anchor=f"m{message.position}")
