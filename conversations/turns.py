"""The HTML of one message on a thread page.

Written here and not in a template, which took longer for fifty turns of fourteen variables than for the rest of the
page. Everything is escaped that is not one of our own ids or a number.
"""

from html import escape

from conversations.models import Message
from lib.typeid import encode

KEPT = 4_000  # headers that a process remembers, two kilobytes each
SPEAKERS = {role.value: str(role.label) for role in Message.Role}
# Statuses of messages whose text may not be complete.
UNFINISHED = {
    "incomplete": "cut off",
    "in_progress": "cut off",
    "failed": "failed",
    "cancelled": "stopped",
    "rate_limited": "refused: too many requests",
}


def turn(beginning, html, *, day="", place="", is_here=False):
    """The list item of a message: begun()'s `beginning`, then its text as `html`.

    `day`: HTML of the heading above it, for the first turn of a day. `place`: HTML that names its branch. `is_here`:
    the browser scrolls to it for the fragment #here, and does not highlight it, as it would for the message's own id.
    """
    mark = ' id="here"' if is_here else ""
    return f'{day}<li{mark}>{place}{beginning}<div class="message__body prose" hx-disable>{html}</div></article></li>'


def begun(row, *circumstances):
    """(the HTML of an article up to its text, the reader's date of it) for a reading.Line. Remembered, as whoever goes
    on with a conversation reads most of it again. `circumstances`: the other arguments of _article.

    In a plain dict, because fifty calls of a functools cache take a tenth of a page's time; by the integer of its id,
    because UUIDs are compared by Python code.
    """
    known = row.id.int, row[1:-2], circumstances
    found = _begun.get(known)
    if found is None:
        if len(_begun) >= KEPT:
            _begun.clear()
        found = _begun[known] = _article(row, *circumstances)
    return found


_begun = {}


def _article(row, path, zone, can_edit, can_share, writer, family, is_found):
    """`path`: of the conversation's page. `zone`: the reader's time zone. `writer`: the name shown for the role user.
    `family`: its reading.Sibling, where it is not the only answer. `is_found`: whether it is highlighted."""
    spelled, at = encode(Message.PREFIX, row.id), row.created_at.astimezone(zone)
    link, own = f"{path}?at={spelled}#{spelled}", f"{path}messages/{spelled}/"
    who, time = escape(_who(row, writer)), f"{at.hour:02}:{at.minute:02}"
    kinds = f"message message--{escape(row.role)}{' is-found' if is_found else ''}"
    by = f'<span class="message__model">{escape(row.model)}</span>' if row.model and row.role == "assistant" else ""
    html = (
        f'<article class="{kinds}" id="{spelled}"'
        f' aria-label="{who}, {time}"><header class="message__byline"><span class="message__who">{who}</span>{by}'
        f' <a class="message__time" href="{link}" title="Link to this message">'
        f'<time datetime="{at.isoformat(timespec="seconds")}">{time}</time></a>{_note(row, own)}'
        f"{_notes(row.notes, own) if row.notes else ''}{_switcher(path, family) if family else ''}"
        f"{_actions(own, link, can_edit, can_share and f'{path}share/?message={spelled}')}</header>"
    )
    return html, at.date()


def _who(row, writer):
    if row.role == Message.Role.USER:
        return writer
    elif row.role == Message.Role.TOOL:
        return row.name or "Tool"
    else:
        return SPEAKERS.get(row.role, row.role)


def _note(row, own):
    """Whether it was cut off, edited or hidden; for most messages, nothing.

    An import may know that a message was edited, and not what it was before: then there is no link to its versions.
    """
    if row.status in UNFINISHED:
        note = UNFINISHED[row.status]
    elif row.version > 1:
        note = f'<a href="{own}versions/" title="Earlier versions">edited</a>'
    else:
        note = "edited" if row.edited_at else ""
    return (f' <span class="message__note">{note}</span>' if note else "") + (
        ' <span class="chip">hidden</span>' if row.hidden else ""
    )


def _notes(count, own):
    return f' <a class="message__note" href="{own}notes/">{count} note{"" if count == 1 else "s"}</a>'


def _switcher(path, family):
    """The links to other versions: no landmark, of which a forked conversation would have one in every other message,
    all of the same name. With a script the version changes in place (keep-place.js): hx-headers makes the
    server send the whole page, and htmx takes the parts that differ."""
    return (
        ' <div class="switcher" role="group" aria-label="Versions of this message"'
        ' hx-target="#messages" hx-select="#messages"'
        ' hx-select-oob="#branch,#thread-actions,#rail" hx-swap="outerHTML settle:0ms"'
        """ hx-headers='{"HX-Boosted": "true"}'>"""
        f"{_step(path, family.previous_id, 'prev', 'Previous version', '‹')}"
        f"<span>{family.index} / {family.count}</span>"
        f"{_step(path, family.next_id, 'next', 'Next version', '›')}</div>"
    )


def _step(path, message_id, rel, label, sign):
    if message_id is None:
        return f'<span aria-disabled="true">{sign}</span>'
    spelled = encode(Message.PREFIX, message_id)
    page = f"{path}?at={spelled}"
    return (
        f'<a rel="{rel}" href="{page}#{spelled}" hx-get="{page}" hx-push-url="{page}#{spelled}"'
        f' aria-label="{label}">{sign}</a>'
    )


def _actions(own, link, can_edit, share):
    """A row of links; on touch they are the menu that the <details> before them opens. `share`: where, if they may."""
    plain = 'class="btn btn--plain btn--small"'
    sharing = f'<a {plain} href="{share}" data-dialog aria-label="Share this message">Share</a>'
    edit = f'<a {plain} href="{own}edit/" aria-label="Edit this message">Edit</a>'
    return (
        '<div class="message__actions"><details class="menu" name="actions"><summary aria-label="Actions"></summary>'
        f'</details><div><copy-button src="{own}"><a {plain} href="{own}" aria-label="Copy as Markdown">Copy</a>'
        f'</copy-button><copy-button href="{link}"><a {plain} href="{link}" aria-label="Copy link">Link</a>'
        f'</copy-button><a {plain} href="{own}notes/" aria-label="Notes on this message">Note</a>'
        f"{sharing if share else ''}{edit if can_edit else ''}</div></div>"
    )
