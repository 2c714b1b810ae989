"""What messages said before: from the versions of those edited in their place, and from those that a wording of their
own replaced, on another branch."""

from collections import defaultdict
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

SHOWN = 20


class Edit(NamedTuple):
    number: int  # from 1 on, the oldest first
    text: str  # what was replaced
    at: object
    by: UUID | None


def edits_of(conversation, items):
    """{message id: the newest Edits of it, oldest first}"""
    if not items:
        return {}
    replaced = _replaced(conversation, items)
    versions = _versions(conversation, [item.id for item in items if item.version > 1])
    found = {}
    for item in items:
        before = [*replaced.get(item.id, ()), *versions.get(item.id, ())]
        total = len(replaced.get(item.id, ())) + item.version - 1
        numbered = enumerate(before[-SHOWN:], total - len(before[-SHOWN:]) + 1)
        found[item.id] = [Edit(number, *words) for number, words in numbered]
    return found


def _versions(conversation, ids):
    """{message id: [(text, when it was replaced, by whom)]}"""
    found = defaultdict(list)
    if ids:
        age = Window(RowNumber(), partition_by="message_id", order_by=F("version").desc())
        rows = conversation.revisions.filter(message__in=ids).annotate(age=age).filter(age__lte=SHOWN)
        for pk, *words in rows.order_by("version").values_list("message_id", "text", "created_at", "edited_by_id"):
            found[pk].append(tuple(words))
    return found


def _replaced(conversation, items):
    """The same, step by step back to the first wording: as many queries as anybody reworded one message."""
    found = defaultdict(list)
    reworded = _grouped((item.position, item.id, item.created_at, item.metadata) for item in items)
    for _ in range(SHOWN):
        if not reworded:
            break
        before = conversation.messages.filter(position__in=reworded).values_list("replaces_position", "position")
        led_to = defaultdict(list)
        for old, new in before:
            led_to[old] += reworded[new]
        older = conversation.messages.filter(position__in=[old for old in led_to if old is not None])
        again = []
        for position, text, created_at, metadata in older.values_list("position", "text", "created_at", "metadata"):
            for pk, at, by in led_to[position]:
                found[pk].insert(0, (text, at, by))
                again.append((position, pk, created_at, metadata))
        reworded = _grouped(again)
    return found


def _grouped(messages):
    """{position: [(id of the message that is told about, when this wording was written, by whom)]} of rewordings."""
    found = defaultdict(list)
    for position, pk, at, metadata in messages:
        if "edited_by" in (metadata or {}):
            found[position].append((pk, at, metadata["edited_by"]))
    return found
