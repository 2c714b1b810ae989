"""What a thread page shows of each message: words, links and times ready for a template."""

from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from conversations import reading, rendering
from conversations.models import Message
from lib.marks import mark_html
from lib.text import first_line
from lib.typeid import encode


@dataclass(frozen=True, slots=True)
class Turn:
    id: str
    permalink: str
    actions: SafeString
    role: str
    who: str
    detail: str  # the model or the tool, beside the name
    time: str
    iso: str
    day: SafeString  # above its first turn, as a row of its own
    place: SafeString  # where the turn stands among branches, where all of them are shown
    html: SafeString
    hidden: bool
    note: str | SafeString  # what a reader should know about how it ended, or that it was edited; empty for most
    found: bool
    switcher: SafeString  # to the other answers to the same message; empty where it is the only one

    @property
    def has_more_to_say(self):
        """Beside who and when. Asked once, because most turns have nothing, and a page has fifty."""
        return self.switcher or self.note or self.hidden


@dataclass(frozen=True)
class Thread:
    turns: list[Turn]
    earlier_href: str
    later_href: str
    hidden_count: int  # left out of this window
    tip: int | None
    is_active: bool  # the path shown is the active branch's


def thread(conversation, window, reader, *, can_edit=False, found=None, words=(), with_hidden=False, finding=None):
    """The turns of a window. `found` is the position to be pointed at; `words` are marked in it. A Finding's words are
    marked wherever it found them."""
    rows = reading.messages(conversation, window.positions)
    shown = [row for row in rows if with_hidden or not row.hidden or row.position == found]
    marked = {found: words} if found and words else {}
    if finding and finding.found:
        marked = dict.fromkeys(finding.positions, finding.marks)
    families = reading.siblings(conversation, shown, with_hidden=with_hidden)
    path = conversation.get_absolute_url()
    more = f"{path}?tip={window.tip}" + ("&hidden=1" if with_hidden else "")
    if finding and finding.words:
        more += f"&{urlencode({'find': finding.words})}"
    return Thread(
        turns=_turns(conversation, shown, reader, can_edit=can_edit, found=found, marked=marked, families=families),
        earlier_href=f"{more}&before={window.positions[0]}" if window.has_earlier and window.positions else "",
        later_href=f"{more}&after={window.positions[-1]}" if window.has_later and window.positions else "",
        hidden_count=len(rows) - len(shown),
        tip=window.tip,
        is_active=window.tip == conversation.tip_position,
    )


def chronological(conversation, window, reader, *, can_edit=False):
    """The turns of a window of every branch, each with its branch, and with what it answers where that does not stand
    right above it."""
    rows = reading.messages(conversation, window.positions)
    path = reverse("conversations:chronological", args=[conversation.pk])
    return Thread(
        turns=_turns(conversation, rows, reader, can_edit=can_edit, places=_places(conversation, rows)),
        earlier_href=f"{path}?before={window.positions[0]}" if window.has_earlier and window.positions else "",
        later_href=f"{path}?after={window.positions[-1]}" if window.has_later and window.positions else "",
        hidden_count=0,
        tip=None,
        is_active=True,
    )


def _turns(conversation, rows, reader, *, can_edit=False, found=None, marked=(), families=(), places=()):
    html = rendering.html_of(rows)
    path = conversation.get_absolute_url()
    name = "You" if conversation.owner_id == reader.pk else str(conversation.owner)
    turns, day = [], None
    for row in rows:
        at = timezone.localtime(row.created_at)
        spelled = encode(Message.PREFIX, row.id)
        link, own = f"{path}?at={spelled}#{spelled}", f"{path}messages/{spelled}/"
        begun = f'<li class="thread__day"><h2>{at.day} {at:%B %Y}</h2></li>' if at.date() != day else ""
        turns.append(
            Turn(
                id=spelled,
                permalink=link,
                actions=_actions(own, link, can_edit),
                role=row.role,
                who=_who(row, name),
                detail=row.model if row.role == Message.Role.ASSISTANT else "",
                time=f"{at:%H:%M}",
                iso=at.isoformat(timespec="seconds"),
                day=mark_safe(begun),  # noqa: S308  a date
                place=places[row.position] if row.position in places else SafeString(),
                html=mark_html(html[row.id], marked[row.position]) if row.position in marked else html[row.id],
                hidden=row.hidden,
                note=_note(row, f"{own}versions/"),
                found=row.position == found,
                switcher=_switcher(path, families[row.position]) if row.position in families else SafeString(),
            )
        )
        day = at.date()
    return turns


def _places(conversation, rows):
    """{position: HTML} of where messages stand: the branch, where it is not the active one, and what they answer."""
    tree = reading.Tree(conversation)
    branches = tree.owners(conversation.tip_position, conversation.branches.order_by("created_at", "id"))
    above = dict(pairwise(reversed(tree.parents)))  # what was written right before
    away = [row for row in rows if row.parent_position and row.parent_position != above.get(row.position)]
    parents = _beginnings(conversation, [row.parent_position for row in away])
    answers = {row.position: parents[row.parent_position] for row in away if row.parent_position in parents}
    places = {}
    for row in rows:
        branch, answered = branches.get(row.position), answers.get(row.position)
        chip = format_html('<span class="chip chip--branch">{}</span> ', branch) if branch else ""
        to = format_html('answers <a href="{}" dir="auto">{}</a>', *answered) if answered else ""
        if chip or to:
            places[row.position] = format_html('<p class="message__place">{}{}</p>', chip, to)
    return places


def _beginnings(conversation, positions):
    """{position: (permalink, first words)}"""
    path = conversation.get_absolute_url()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, id, left(text, 240) FROM conversations_message"
            " WHERE conversation_id = %s AND position = ANY(%s)",
            [conversation.pk, positions],
        )
        return {at: (permalink(path, pk), first_line(text, 60) or "Without words") for at, pk, text in cursor}


def _switcher(path, family):
    """Written here like the actions. With a script the other version comes to where this one stands (keep-place.js):
    the header asks for the whole page, of which the parts that differ are taken."""
    return mark_safe(  # noqa: S308  made of our ids and numbers
        '<nav class="switcher" aria-label="Versions of this message" hx-target="#messages" hx-select="#messages"'
        ' hx-select-oob="#branch,#thread-actions,#rail" hx-swap="outerHTML settle:0ms"'
        """ hx-headers='{"HX-Boosted": "true"}'>"""
        f"{_step(path, family.previous_id, 'prev', 'Previous version', '‹')}"
        f"<span>{family.index} / {family.count}</span>"
        f"{_step(path, family.next_id, 'next', 'Next version', '›')}</nav>"
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


def _actions(own, link, can_edit):
    """Written here: fifty times four variables cost a template two milliseconds. Both addresses are made of our ids."""
    edit = f'<a class="btn btn--plain btn--small" href="{own}edit/" aria-label="Edit this message">Edit</a>'
    return mark_safe(  # noqa: S308
        f'<copy-button src="{own}"><a class="btn btn--plain btn--small" href="{own}"'
        ' aria-label="Copy as Markdown">Copy</a></copy-button>'
        f'<copy-button href="{link}"><a class="btn btn--plain btn--small" href="{link}"'
        f' aria-label="Copy link">Link</a></copy-button>{edit if can_edit else ""}'
    )


def permalink(path, message_id, *, query=""):
    """The same address selects the branch, and the browser scrolls to the message and the style sheet lights it up."""
    spelled = encode(Message.PREFIX, message_id)
    marked = f"&{urlencode({'q': query})}" if query else ""
    return f"{path}?at={spelled}{marked}#{spelled}"


# Statuses that say the words may not be all of the words.
UNFINISHED = {
    "incomplete": "cut off",
    "in_progress": "cut off",
    "failed": "failed",
    "cancelled": "stopped",
    "rate_limited": "refused: too many requests",
}


def _note(row, versions):
    """An import may say that a message was edited without saying what it was before: then there is nothing to read."""
    if row.status in UNFINISHED:
        return UNFINISHED[row.status]
    elif row.version > 1:
        return mark_safe(f'<a href="{versions}" title="Earlier versions">edited</a>')  # noqa: S308  made of our ids
    else:
        return "edited" if row.edited_at else ""


def _who(row, owner_name):
    if row.role == Message.Role.USER:
        return owner_name
    elif row.role == Message.Role.TOOL:
        return row.name or "Tool"
    else:
        return Message.Role(row.role).label if row.role in Message.Role.values else row.role
