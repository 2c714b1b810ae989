"""A branch of a conversation for people to read elsewhere: as Markdown, or as plain text."""

from django.utils import timezone

from conversations import paths
from conversations.models import Message
from conversations.parts import is_said
from conversations.tree import Tree

BATCH = 100  # messages in memory at once
WHO = {Message.Role.USER: "User", Message.Role.ASSISTANT: "Assistant", Message.Role.SYSTEM: "System"}


def markdown(conversation, tip):
    """Its pieces: a heading for the title and for each turn, and what was said as it was written."""
    yield f"# {_line(conversation)}\n"
    for item in _said(conversation, tip):
        yield f"\n## {_who(item)}\n\n*{_when(item)}*\n\n{item.text}\n{files_line(item)}"


def plain(conversation, tip):
    title = _line(conversation)
    yield f"{title}\n{'=' * len(title)}\n"
    for item in _said(conversation, tip):
        yield f"\n{_who(item)}, {_when(item)}\n\n{item.text}\n{files_line(item)}"


def _said(conversation, tip):
    """What people and models said, oldest first: neither reasoning nor what went to tools and came from them."""
    path = Tree(conversation.pk).path(tip)
    for start in range(0, len(path), BATCH):
        for item in paths.items_at(conversation, path[start : start + BATCH]):
            if item.role in WHO and is_said(item.text, item.parts) and (item.text or files_line(item)):
                yield item


def _line(conversation):
    return " ".join(str(conversation).split())


def _who(item):
    return WHO[item.role] + (f" ({item.model})" if item.model else "")


def _when(item):
    at = timezone.localtime(item.created_at)
    return f"{at.day} {at:%B %Y, %H:%M}"


def files_line(item):
    """What stands for its files: their names."""
    parts = [
        part for part in item.parts or [] if isinstance(part, dict) and part.get("type") in ("image", "audio", "file")
    ]
    return "".join(f"\n[{part['type']}: {part.get('name') or part.get('alt') or 'no name'}]\n" for part in parts)
