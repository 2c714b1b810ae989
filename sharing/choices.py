"""Which messages one may choose from: those near the one in question, never ten thousand."""

from typing import NamedTuple

from django.db.models.functions import Left

from conversations import reading
from conversations.models import Message
from lib.text import first_line
from lib.typeid import encode

OPENING, WORDS = 240, 48  # characters that are read of each, and shown


class Choice(NamedTuple):
    id: str
    words: str


def window(conversation, message=None, tip=None):
    """The reading.Window that is chosen from: round `message`, or what leads to position `tip`, else to the end."""
    if message:
        return reading.around(conversation, message.position)
    tip = conversation.tip_position if tip is None else tip
    path = reading.path_to(conversation, tip)
    return reading.Window(tip, path[-reading.WINDOW :], has_earlier=True, has_later=False)


def choices(conversation, window, *, but=None):
    """The Choices of a window, oldest first: what people said and were answered, and `but`, whatever that is."""
    found = conversation.messages.filter(position__in=window.positions, hidden=False).order_by("position")
    rows = found.annotate(opening=Left("text", OPENING)).values_list("id", "role", "type", "opening")
    return [
        Choice(encode(Message.PREFIX, pk), f"{SPEAKERS.get(role, role)}: {first_line(text, WORDS) or 'without words'}")
        for pk, role, kind, text in rows
        if (role in SPEAKERS and kind == "message") or pk == but
    ]


SPEAKERS = {Message.Role.USER.value: "You", Message.Role.ASSISTANT.value: "Answer"}
