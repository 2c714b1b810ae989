"""The page behind a link, ready for a template. It knows what the link shows, and of whoever made it no more than the
name that they wanted to be there."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import SafeString

from conversations import rendering
from conversations.models import Message
from conversations.rendering.media import Files
from conversations.transcripts import files_line
from lib.sql import fetch
from lib.text import first_line

WINDOW = 50  # messages on one page: as many as a stranger may make us render at once
PACE = 1_400  # characters that people read in a minute
QUESTION, DESCRIPTION = 80, 200  # characters: a line of the outline, the words under a preview of the link
NEAR = 2  # parts that are named on either side of the one that is open
IMAGE = "img/shared.png"  # what a preview of any link shows: our name, and nothing of what is behind it


class Turn(NamedTuple):
    id: str
    role: str
    who: str
    model: str
    html: SafeString
    question: str  # its line in the outline; empty for what is none


class Part(NamedTuple):
    """One page of several, or with number 0 those that are left out."""

    number: int
    href: str
    is_open: bool


@dataclass(frozen=True)
class Page:
    title: str
    shared_by: str
    taken_at: object
    is_live: bool
    count: int  # messages, of all parts
    minutes: int
    description: str
    turns: list[Turn]
    parts: list[Part]
    earlier_href: str
    later_href: str
    part: int
    # Relative, as those of its parts are: in a preview they lead to what the preview has there.
    markdown_href: str
    continue_href: str  # empty where it may only be read
    image: str = ""

    @property
    def questions(self):
        return [turn for turn in self.turns if turn.question]

    @property
    def has_formulas(self):
        return any("<math" in turn.html for turn in self.turns)


def html(link, after=None):
    """The page as it is sent, byte for byte, whoever asks: so its owner sees beforehand what strangers will see.

    Raises ShareRevoked, ShareExpired.
    """
    return render_to_string("sharing/detail.html", {"page": page(link, after)})


def page(link, after=None):
    """The page behind the message at position `after`, or the last one. Raises ShareRevoked, ShareExpired."""
    link.check_open()
    walk = Walk(link, after)
    messages = link.messages(walk.window)
    names = Names(link)
    files = Files(path=link.files_path, missing="not shared")
    count, characters = measure(link, messages, is_all=not walk.parts)
    return Page(
        title=title_of(link),
        shared_by=names.owner,
        taken_at=link.taken_at,
        is_live=link.is_live,
        count=count,
        minutes=max(1, round(characters / PACE)),
        description=_description(link, messages),
        turns=[_turn(message, names, files) for message in messages],
        parts=walk.parts,
        earlier_href=walk.href(walk.number - 1),
        later_href=walk.href(walk.number + 1),
        part=walk.number,
        markdown_href=f"{link.name}/markdown/",
        continue_href="" if link.read_only else f"{link.name}/continue/",
        image=settings.PUBLIC_ORIGIN + static(IMAGE),
    )


def address(link, after):
    """Of the part that shows what comes behind position `after`."""
    walk = Walk(link, after)
    return link.path + walk.query(walk.number)


def markdown(link):
    """All of it as one text: a heading for each turn, and what was said as it was written. Raises ShareTooLarge too."""
    names = Names(link)
    pieces = [f"# {' '.join(title_of(link).split())}\n"]
    for message in link.messages():
        who = names.of(message) + (f" ({message.model})" if _tells_model(message) else "")
        pieces.append(f"\n## {who}\n\n{message.text}\n{files_line(message)}")
    return "".join(pieces)


def title_of(link):
    return link.title or "Untitled conversation"


class Walk:
    """Which of the messages are on the page that shows what comes behind `after`, and how the others are reached."""

    def __init__(self, link, after):
        self.link, self.positions = link, link.shown_positions
        self.last = max(1, -(-len(self.positions) // WINDOW))
        index = bisect_right(self.positions, after) if after else 0
        self.number = min(index // WINDOW + 1, self.last)  # a live one may be shorter by now
        end = self.number * WINDOW
        self.window = self.positions[end - WINDOW : end]

    @cached_property
    def parts(self):
        """Nothing where there is one; of many the first, the last, and those near to it."""
        if self.last == 1:
            return []
        named = sorted({1, self.last} | {n for n in range(1, self.last + 1) if abs(n - self.number) <= NEAR})
        parts = []
        for number in named:
            if parts and number > parts[-1].number + 1:
                parts.append(Part(0, "", is_open=False))
            parts.append(Part(number, self.href(number), number == self.number))
        return parts

    def href(self, number):
        return self.link.name + self.query(number) if 1 <= number <= self.last else ""

    def query(self, number):
        return f"?after={self.positions[(number - 1) * WINDOW - 1]}" if number > 1 else ""


class Names:
    """What those who speak are called."""

    def __init__(self, link):
        self.are_shown = link.include_names
        self.owner = link.owner.name if link.include_names else ""
        self.owners = (None, link.owner_id)  # of a message that nobody else wrote

    def of(self, message):
        if message.name and (self.are_shown or message.role == Message.Role.TOOL):
            return message.name
        elif message.role == Message.Role.USER and message.author_id in self.owners and self.owner:
            return self.owner
        else:
            return str(Message.Role(message.role).label)


def measure(link, messages, *, is_all):
    """(how many messages, how many characters people read) of all that a link shows; counted by the database where
    `messages` are a part of it."""
    said = [message for message in messages if message.role in (Message.Role.USER, Message.Role.ASSISTANT)]
    if is_all:
        return len(messages), sum(map(_length, said))
    [(count, spoken, characters)] = fetch(_MEASURE, [link.revision, link.conversation_id, link.shown_positions])
    return spoken if link.is_live else count, characters


# What was replaced first since its revision is what is shown. A live one has none, and shows the message as it is.
_MEASURE = """
SELECT count(*), count(*) FILTER (WHERE is_spoken), coalesce(sum(length(said)) FILTER (WHERE is_spoken), 0)
FROM (
    SELECT role IN ('user', 'assistant') AND type = 'message' AND NOT hidden AS is_spoken,
           CASE WHEN version = 1 THEN text ELSE coalesce((
               SELECT r.text FROM conversations_revision AS r
               WHERE r.message_id = m.id AND r.conversation_revision > %s ORDER BY r.version LIMIT 1
           ), text) END AS said
    FROM conversations_message AS m WHERE conversation_id = %s AND position = ANY(%s)
) AS shown
"""


def _length(message):
    """Scripts of three bytes a character say as much with a third of them."""
    bytes_ = len(message.text.encode())
    return bytes_ if bytes_ > 2.5 * len(message.text) else len(message.text)


def _description(link, messages):
    """The first words that are not the title again."""
    title = title_of(link).casefold().rstrip("…")
    lines = (first_line(message.text, DESCRIPTION) for message in messages if message.text)
    return next((line for line in lines if not line.casefold().startswith(title)), "")


def _turn(message, names, files):
    is_question = message.role == Message.Role.USER
    return Turn(
        id=message.typeid,
        role=message.role,
        who=names.of(message),
        model=message.model if _tells_model(message) else "",
        html=rendering.render(message, files),
        question=(first_line(message.text, QUESTION) or "Without words") if is_question else "",
    )


def _tells_model(message):
    return bool(message.model) and message.role == Message.Role.ASSISTANT
