"""The page behind a link, ready for a template. It knows what the link shows, and nothing of whoever made it."""

from bisect import bisect_right
from dataclasses import dataclass
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from conversations import rendering
from conversations.models import Message
from conversations.rendering.media import Files

WINDOW = 100  # messages on one page: as many as a stranger may make us render at once


@dataclass(frozen=True, slots=True)
class Turn:
    id: str
    role: str
    who: str
    model: str
    html: SafeString


@dataclass(frozen=True)
class Page:
    title: str
    created_at: object
    turns: list[Turn]
    start_href: str  # empty on the first page
    later_href: str  # empty on the last


def html(link, after=None):
    """The page as it is sent, byte for byte, whoever asks: so its owner sees beforehand what strangers will see.

    Raises ShareRevoked, ShareExpired.
    """
    return render_to_string("sharing/detail.html", {"page": page(link, after)})


def page(link, after=None):
    """The page behind the message at position `after`. Raises ShareRevoked, ShareExpired."""
    positions = link.shown_positions
    start = bisect_right(positions, after) if after else 0
    window = positions[start : start + WINDOW]
    files = Files(path=link.files_path, missing="not shared")
    return Page(
        title=link.title or "Untitled conversation",
        created_at=link.taken_at,
        turns=[_turn(message, files) for message in link.messages(window)],
        start_href=link.path if start else "",
        later_href=f"{link.path}?{urlencode({'after': window[-1]})}" if start + WINDOW < len(positions) else "",
    )


def _turn(message, files):
    return Turn(
        id=message.typeid,
        role=message.role,
        who=message.name or "Tool" if message.role == Message.Role.TOOL else Message.Role(message.role).label,
        model=message.model if message.role == Message.Role.ASSISTANT else "",
        html=rendering.render(message, files),
    )
