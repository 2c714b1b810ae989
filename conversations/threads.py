"""What a thread page shows of each message: words, links and times ready for a template."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from conversations import reading, rendering
from conversations.models import Message
from lib.marks import mark_html
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
    day: str  # set on the first turn of a day, to be shown above it
    html: SafeString
    hidden: bool
    note: str | SafeString  # what a reader should know about how it ended, or that it was edited; empty for most
    found: bool
    index: int  # of `count` answers to the same message; 0 where it is the only one
    count: int
    previous_href: str
    next_href: str

    @property
    def has_more_to_say(self):
        """Beside who and when. Asked once, because most turns have nothing, and a page has fifty."""
        return self.count or self.note or self.hidden


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
    html = rendering.html_of(shown)
    families = reading.siblings(conversation, shown, with_hidden=with_hidden)
    path = reverse("conversations:detail", args=[conversation.pk])
    name = "You" if conversation.owner_id == reader.pk else str(conversation.owner)
    marked = {found: words} if found and words else {}
    if finding and finding.found:
        marked = dict.fromkeys(finding.positions, finding.marks)
    turns, day = [], None
    for row in shown:
        at = timezone.localtime(row.created_at)
        family = families.get(row.position)
        turns.append(
            Turn(
                id=(spelled := encode(Message.PREFIX, row.id)),
                permalink=f"{path}?at={spelled}#{spelled}",
                actions=_actions(f"{path}messages/{spelled}/", f"{path}?at={spelled}#{spelled}", can_edit),
                role=row.role,
                who=_who(row, name),
                detail=row.model if row.role == Message.Role.ASSISTANT else "",
                time=f"{at:%H:%M}",
                iso=at.isoformat(timespec="seconds"),
                day=f"{at.day} {at:%B %Y}" if at.date() != day else "",
                html=mark_html(html[row.id], marked[row.position]) if row.position in marked else html[row.id],
                hidden=row.hidden,
                note=_note(row, f"{path}messages/{spelled}/versions/"),
                found=row.position == found,
                index=family.index if family else 0,
                count=family.count if family else 0,
                previous_href=permalink(path, family.previous_id) if family and family.previous_id else "",
                next_href=permalink(path, family.next_id) if family and family.next_id else "",
            )
        )
        day = at.date()
    more = f"{path}?tip={window.tip}" + ("&hidden=1" if with_hidden else "")
    if finding and finding.words:
        more += f"&{urlencode({'find': finding.words})}"
    return Thread(
        turns=turns,
        earlier_href=f"{more}&before={window.positions[0]}" if window.has_earlier and window.positions else "",
        later_href=f"{more}&after={window.positions[-1]}" if window.has_later and window.positions else "",
        hidden_count=len(rows) - len(shown),
        tip=window.tip,
        is_active=window.tip == conversation.tip_position,
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
