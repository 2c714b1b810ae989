"""The turns of a thread page as HTML, and the links to those before and after them."""

from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from conversations import reading, rendering
from conversations.models import Message
from conversations.tree import Tree
from conversations.turns import begun, turn
from conversations.writers import names
from lib.marks import mark_html
from lib.text import first_line
from lib.typeid import encode

NONE = MappingProxyType({})


@dataclass(frozen=True)
class Thread:
    path: str  # of the page of the conversation; those of its other pages begin with it
    begun: SafeString  # <time> of the conversation's beginning
    lines: list[reading.Line]  # of the window, hidden ones too
    turns: list[str]  # HTML
    earlier_href: str
    later_href: str
    hidden_count: int  # left out of this window
    tip: int | None
    is_active: bool  # the path shown is the active branch's

    @property
    def html(self):
        return mark_safe("".join(self.turns))  # noqa: S308  conversations.turns has escaped what was not ours


def thread(
    conversation, window, reader, *, can_edit=False, at=None, is_found=False, words=(), with_hidden=False, finding=None
):
    """The Thread of a reading.Window, as the User `reader` sees it. The message at the position `at` is shown even if
    it is hidden; `words` (lib.marks) are marked in it, and it is highlighted if it `is_found`. The words of `finding`,
    a Finding, are marked wherever it found them."""
    rows, families = window.lines, window.families
    if rows is None or with_hidden:
        rows, families = reading.messages_and_siblings(
            conversation, window.positions, rendering.VERSION, reader, with_hidden=with_hidden
        )
    shown = [row for row in rows if with_hidden or not row.hidden or row.position == at]
    marked = {at: words} if at and words else {}
    if finding and finding.found:
        marked = dict.fromkeys(finding.positions, finding.marks)
    path = conversation.get_absolute_url()
    more = f"{path}?tip={window.tip}" + ("&hidden=1" if with_hidden else "")
    if finding and finding.words:
        more += f"&{urlencode({'find': finding.words})}"
    return Thread(
        path=path,
        begun=_begun(conversation),
        lines=rows,
        turns=_turns(
            conversation, shown, reader, can_edit=can_edit, at=at, is_found=is_found, marked=marked, families=families
        ),
        earlier_href=f"{more}&before={window.positions[0]}" if window.has_earlier and window.positions else "",
        later_href=f"{more}&after={window.positions[-1]}" if window.has_later and window.positions else "",
        hidden_count=len(rows) - len(shown),
        tip=window.tip,
        is_active=window.tip == conversation.tip_position,
    )


def chronological(conversation, window, reader, *, can_edit=False, at=None):
    """The same for a window of all branches: a turn names its branch where that is not the active one, and the message
    it answers where that is not right above it. `at`: as in thread()."""
    rows = reading.messages(conversation, window.positions, rendering.VERSION, reader)
    path = conversation.get_absolute_url()
    more = f"{path}chronological/"
    return Thread(
        path=path,
        begun=_begun(conversation),
        lines=rows,
        turns=_turns(conversation, rows, reader, can_edit=can_edit, at=at, places=_places(conversation, rows)),
        earlier_href=f"{more}?before={window.positions[0]}" if window.has_earlier and window.positions else "",
        later_href=f"{more}?after={window.positions[-1]}" if window.has_later and window.positions else "",
        hidden_count=0,
        tip=None,
        is_active=True,
    )


def new_turns(conversation, positions, reader, *, can_edit=False):
    """(the reading.Lines, the HTML of their turns) of messages added since the page was made, without hidden ones."""
    rows, families = reading.messages_and_siblings(conversation, positions, rendering.VERSION, reader)
    rows = [row for row in rows if not row.hidden]
    return rows, _turns(conversation, rows, reader, can_edit=can_edit, families=families)


def _turns(
    conversation, rows, reader, *, can_edit=False, at=None, is_found=False, marked=NONE, families=NONE, places=NONE
):
    html = rendering.html_of_lines(rows)
    path = conversation.get_absolute_url()
    writers = names(conversation, reader, (row.author_id for row in rows))
    zone = timezone.get_current_timezone()  # once: for each of fifty turns it takes as long as the turns
    shared = path, zone, can_edit, conversation.owner_id == reader.pk
    turns, day = [], None
    for row in rows:
        position, is_here = row.position, row.position == at
        beginning, date = begun(row, *shared, writers[row.author_id], families.get(position), is_found and is_here)
        body = mark_html(html[position], marked[position]) if position in marked else html[position]
        above = "" if date == day else _day(date)
        turns.append(turn(beginning, body, day=above, place=places.get(position, ""), is_here=is_here))
        day = date
    return turns


def _day(date):
    return f'<li class="thread__day"><h2>{date.day} {date:%B %Y}</h2></li>'


def _begun(conversation):
    at = timezone.localtime(conversation.created_at)
    return mark_safe(f'<time datetime="{at.isoformat(timespec="seconds")}">{at.day} {at:%B %Y}</time>')  # noqa: S308


def _places(conversation, rows):
    """{position: HTML} that names the branch, where it is not the active one, and the message that is answered."""
    tree = Tree(conversation.pk)
    branches = tree.owners(conversation.tip_position, conversation.branches.order_by("created_at", "id"))
    written = [row.position for row in rows]
    above = dict(zip(written[1:], written, strict=False))
    away = [row for row in rows if row.parent_position not in (None, above.get(row.position, row.position - 1))]
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


def permalink(path, message_id, *, query=""):
    """The address of a message: it opens a branch that has it, and its fragment lets the browser scroll there and the
    style sheet highlight it. `query`: a search whose words are marked."""
    spelled = encode(Message.PREFIX, message_id)
    marked = f"&{urlencode({'q': query})}" if query else ""
    return f"{path}?at={spelled}{marked}#{spelled}"
