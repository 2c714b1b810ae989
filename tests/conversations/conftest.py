"""What the tests of search talk about."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations.models import Attachment, Conversation, Tag

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def say(alice):
    """say("text", …) → the messages of a new conversation of Alice's, one minute apart."""

    def say(*texts, owner=alice, title="Talk", at=NOON, role="user", model="", parts=None, **fields):
        conversation = Conversation.objects.start(owner, title=title, created_at=at, **fields)
        for minute, text in enumerate(texts):
            conversation.append(role, text, created_at=at + timedelta(minutes=minute), model=model, parts=parts)
        return list(conversation.messages.order_by("position"))

    return say


def attach(message, name, content_type):
    Attachment.objects.create(
        workspace_id=message.workspace_id,
        owner_id=message.owner_id,
        conversation_id=message.conversation_id,
        message=message,
        name=name,
        content_type=content_type,
    )


@pytest.fixture
def variety(alice, say, project):
    """A message of every kind, each with the word "needle"; the name says what is special about it."""
    garden, sky = (Tag.objects.create(owner=alice, name=name) for name in ("Garden", "Night sky"))
    at = iter(NOON - timedelta(days=n) for n in range(20))
    messages = {
        "question": say("needle", at=next(at)),
        "answer": say("needle", role="assistant", model="GPT-4o-mini", at=next(at)),
        "tool": say("needle", role="tool", at=next(at)),
        "fenced": say("needle\n```\nx = 1\n```", at=next(at)),
        "ran": say("needle", parts=[{"type": "tool_call", "name": "python", "language": ""}], at=next(at)),
        "called": say("needle", parts=[{"type": "tool_call", "name": "browser", "language": ""}], at=next(at)),
        "pictured": say("needle", at=next(at)),
        "filed": say("needle", at=next(at)),
        "in project": say("needle", project=project, at=next(at)),
        "gardening": say("needle", at=next(at)),
        "stargazing": say("needle", at=next(at)),
        "imported": say("needle", source="chatgpt", external_id="1", at=next(at)),
        "old": say("needle", at=datetime(2019, 6, 1, tzinfo=UTC)),
    }
    messages = {name: message for name, (message,) in messages.items()}
    attach(messages["pictured"], "moon.png", "image/png")
    attach(messages["filed"], "moon.pdf", "application/pdf")
    garden.taggings.create(conversation=messages["gardening"].conversation)
    sky.taggings.create(conversation=messages["stargazing"].conversation)
    say("hay", role="assistant", model="gpt-4o-mini", project=project, at=next(at))
    return messages


@pytest.fixture
def forked(say):
    """Three messages, then the second answered again: positions 2 and 3 are on the branch that was left."""
    conversation = say("needle one", "needle two", "needle three")[0].conversation
    conversation.reply(1, "assistant", "needle four")
    return conversation


@pytest.fixture
def looking(monkeypatch):
    """A search that looks at no more than ten rows for one page."""
    monkeypatch.setattr("conversations.search.walking.LOOK", 10)
    monkeypatch.setattr("conversations.search.walking.LITTLE", 5)
