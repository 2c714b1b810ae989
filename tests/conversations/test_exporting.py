import base64
import json
import threading
import time
from datetime import timedelta
from itertools import pairwise

import psutil
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent, User
from conversations.exporting import Export
from conversations.models import (
    Attachment,
    Bookmark,
    Branch,
    Conversation,
    Grant,
    Message,
    Note,
    Pin,
    Revision,
    Source,
    Tag,
    Tagging,
)

AWKWARD = 'back\\slash \\. "quotes"\r\n\ttab \x01\x02\x1f\x7f \u2028 Москва 🙂 <b>&amp;'


def exported(conversations):
    return [json.loads(line) for line in b"".join(Export(conversations).chunks()).splitlines()]


def of_type(lines, word):
    return [line for line in lines if line["type"] == word]


@pytest.fixture
def full(conversation, alice, bob):
    """A conversation with something in every table that hangs on one."""
    message_id = conversation.append("tool", AWKWARD, parts=[{"type": "tool_result", "name": AWKWARD, "n": 1.5}])
    message = Message.objects.get(pk=message_id)
    batch = alice.import_batches.create(workspace=alice.workspace, file_name="export.zip")
    Branch.objects.create(conversation=conversation, name="MAIN_old", tip_position=1, forked_from_position=1)
    Revision.objects.create(
        conversation=conversation, message=message, version=1, conversation_revision=2, text=AWKWARD, edited_by=bob
    )
    Attachment.objects.create(
        workspace=alice.workspace,
        owner=alice,
        conversation=conversation,
        message=message,
        name=AWKWARD,
        sha256="a" * 64,
    )
    Source.objects.create(
        conversation=conversation,
        import_batch=batch,
        format="chatgpt",
        fingerprint=b"\x00\xff" * 16,
        payload=bytes(range(256)) * 3_000,
    )
    Tagging.objects.create(conversation=conversation, tag=Tag.objects.create(owner=alice, name="optics"))
    Pin.objects.create(conversation=conversation, user=alice)
    Grant.objects.create(conversation=conversation, user=bob, role="editor", granted_by=alice)
    for reader in (alice, bob):
        Note.objects.create(conversation=conversation, message=message, user=reader, text=f"note of {reader}")
        Bookmark.objects.create(conversation=conversation, message=message, user=reader)
    return Conversation.objects.get(pk=conversation.pk)


def test_everything_of_a_conversation_is_in_the_file(full, alice):
    lines = exported(Conversation.objects.filter(pk=full.pk))

    assert [line["type"] for line in lines] == [
        "export",
        "conversation",
        "grant",
        "branch",
        "branch",
        "message",
        "message",
        "message",
        "revision",
        "attachment",
        "note",
        "bookmark",
        "original",
        "original",
        "original",
        "end",
    ]
    [head] = of_type(lines, "conversation")
    assert head["id"] == str(full.pk)
    assert head["owner"] == {"id": str(alice.pk), "email": alice.email, "external_id": None, "name": "Alice"}
    assert (head["project"]["name"], head["tags"]) == ("Observatory", ["optics"])
    assert head["pinned_at"]
    assert head["active_branch_id"] in {branch["id"] for branch in of_type(lines, "branch")}


def test_texts_and_parts_come_out_as_they_went_in(full):
    message = of_type(exported(Conversation.objects.filter(pk=full.pk)), "message")[-1]

    assert message["text"] == AWKWARD
    assert message["parts"] == [{"type": "tool_result", "name": AWKWARD, "n": 1.5}]
    assert (message["position"], message["parent_position"]) == (3, 2)


def test_the_original_can_be_put_together_again(full):
    pieces = of_type(exported(Conversation.objects.filter(pk=full.pk)), "original")

    assert [(piece["part"], piece["parts"]) for piece in pieces] == [(1, 3), (2, 3), (3, 3)]
    assert b"".join(base64.b64decode(piece["payload"]) for piece in pieces) == bytes(range(256)) * 3_000
    assert bytes.fromhex(pieces[0]["fingerprint"]) == b"\x00\xff" * 16


def test_what_other_readers_left_stays_theirs(full):
    lines = exported(Conversation.objects.filter(pk=full.pk))

    assert [note["text"] for note in of_type(lines, "note")] == ["note of Alice"]
    assert len(of_type(lines, "bookmark")) == 1


@pytest.mark.parametrize(
    ("model", "word", "elsewhere"),
    [
        # What is not in a line of its own, and where it went.
        (Conversation, "conversation", {"owner", "project"}),
        (Branch, "branch", {"conversation"}),
        (Message, "message", {"conversation", "workspace", "owner", "type"}),
        (Revision, "revision", {"conversation"}),
        (Attachment, "attachment", {"conversation", "workspace", "owner"}),
        (Source, "original", {"conversation"}),
    ],
)
def test_no_column_is_forgotten(full, model, word, elsewhere):
    """A column that is added to a table has to be added to the export, or to this list."""
    [line, *_] = of_type(exported(Conversation.objects.filter(pk=full.pk)), word)

    columns = {field.column for field in model._meta.fields if field.name not in elsewhere}
    assert columns - set(line) == set()


def test_each_conversation_is_whole_before_the_next_begins(alice):
    for number in range(30):
        conversation = Conversation.objects.start(alice, title=f"Number {number}")
        for text in "abc":
            conversation.append("user", text)

    lines = exported(Conversation.objects.visible_to(alice, own=True))

    owners = [line.get("conversation_id", line.get("id")) for line in lines[1:-1]]
    assert len({*owners}) == 30
    assert sum(one != two for one, two in pairwise(owners)) == 29
    assert [line["text"] for line in of_type(lines, "message")] == list("abc") * 30


def test_the_ends_say_what_the_file_is_and_whether_it_is_complete(full):
    lines = exported(Conversation.objects.filter(pk=full.pk))

    assert (lines[0]["format"], lines[0]["version"]) == ("parley", 1)
    assert lines[-1] == {"type": "end", "conversations": 1, "messages": 3, "lines": len(lines)}


def test_nothing_chosen_is_still_a_file(db):
    assert [line["type"] for line in exported(Conversation.objects.all())] == ["export", "end"]


def test_only_what_was_chosen_leaves(full, charlie):
    theirs = Conversation.objects.start(charlie, title="Private")
    theirs.append("user", "a planted word")

    file = b"".join(Export(Conversation.objects.visible_to(full.owner)).chunks())

    assert b"planted" not in file


def test_every_owner_finds_it_in_the_audit_trail(full, alice, charlie):
    Conversation.objects.start(charlie, title="Private")

    Export(Conversation.objects.all()).record(reason="asked by a court")

    events = AuditEvent.objects.filter(action="conversations.export")
    assert {event.target_id: event.details for event in events} == {
        alice.pk: {"conversations": 1, "messages": 3},
        charlie.pk: {"conversations": 1, "messages": 0},
    }
    assert {event.reason for event in events} == {"asked by a court"}


@pytest.mark.django_db(transaction=True)
def test_a_reader_who_leaves_early_leaves_the_connection_usable():
    grow(User.objects.create_user("ann@example.org"), conversations=1, messages=5_000, text="x" * 400)
    chunks = Export(Conversation.objects.all()).chunks()
    next(chunks)
    next(chunks)

    chunks.close()

    assert Conversation.objects.count() == 1
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_memory_stays_flat_whatever_the_size():
    """40 MB in one conversation of 10,000 messages: less than 16 MB more than before."""
    grow(User.objects.create_user("ann@example.org"), conversations=1, messages=10_000, text="words " * 680)
    list(Export(Conversation.objects.none()).chunks())

    with Memory() as memory:
        size = sum(len(chunk) for chunk in Export(Conversation.objects.all()).chunks())

    assert size > 40_000_000
    assert memory.growth < 16_000_000


class Memory:
    """The most that this process grew by, looked at every 5 ms."""

    def __enter__(self):
        self.before = self.most = resident()
        self.over = threading.Event()
        self.watcher = threading.Thread(target=self.watch)
        self.watcher.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.watcher.join()

    def watch(self):
        while not self.over.is_set():
            self.most = max(self.most, resident())
            time.sleep(0.005)

    @property
    def growth(self):
        return self.most - self.before


def resident():
    return psutil.Process().memory_info().rss


def grow(owner, *, conversations, messages, text):
    """Conversations of a size, straight into the tables."""
    now = timezone.now()
    for _ in range(conversations):
        conversation = Conversation.objects.start(owner, title="Long")
        Message.objects.bulk_create(
            [
                Message(
                    conversation=conversation,
                    workspace_id=owner.workspace_id,
                    owner=owner,
                    position=position,
                    parent_position=position - 1 or None,
                    role="user",
                    text=text,
                    searchable=False,
                    created_at=now + timedelta(seconds=position),
                )
                for position in range(1, messages + 1)
            ],
            batch_size=1_000,
        )
