"""A conversation being told: who says what, and a clock that goes on by minutes, long ago."""

import hashlib
import inspect
import os
from datetime import UTC, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from conversations.models import Attachment, Bookmark, Branch, Conversation, Message, Note, Pin, Tag
from lib.typeid import new_id
from projects.models import Project

OPENED = 546  # days ago: when the story begins, and with it projects and tags
ALBUM = {
    "Observatory": (Project.Colour.TEAL, "The shed with the moving roof, from the first doubt to first light."),
    "Travel": (Project.Colour.AMBER, "Dark skies that are worth a train ticket."),
}


class Story:
    """One conversation of `owner`, known again by its name. `told_by` writes it, unless it is already there."""

    def __init__(self, owner, name, now):
        self.owner = owner
        self.external_id = f"demo:{name}"
        self.now = now
        self.clock = self.now
        self.model = ""
        self.conversation = None

    @transaction.atomic
    def told_by(self, tell):
        """True when it was written now."""
        # Two commands at once take turns here, and the second finds what the first wrote.
        User.objects.select_for_update().get(pk=self.owner.pk)
        own = Conversation.objects.visible_to(self.owner, own=True)
        if own.filter(source="", external_id=self.external_id).exists():
            return False
        tell(self)
        self._settle()
        return True

    def begin(self, title, *, days=0, at="20:00", minutes=0, model, project=None, tags=(), pinned=False):
        """The conversation starts `days` ago at a time of day, or `minutes` before now."""
        self.clock = self.day(days, at) if days else self.now - timedelta(minutes=minutes)
        self.model = model
        self.conversation = Conversation.objects.start(
            self.owner,
            title=title,
            project=self._project(project) if project else None,
            created_at=self.clock,
            model=model,
            external_id=self.external_id,
        )
        for tag in tags:
            self._tag(tag).taggings.create(conversation=self.conversation, created_at=self.clock)
        if pinned:
            Pin.objects.create(conversation=self.conversation, user=self.owner, created_at=self.clock)

    def day(self, days, at="12:00"):
        """The moment `days` ago when the reader's clocks showed `at`."""
        hour, minute = map(int, at.split(":"))
        local = timezone.localtime(self.now) - timedelta(days=days)
        return local.replace(hour=hour, minute=minute, second=0, microsecond=0)

    def instruct(self, *, profile, instructions):
        """The custom instructions the conversation runs under."""
        part = {"type": "instructions", "profile": _written(profile), "instructions": _written(instructions)}
        return self._say("system", "", after=0, parts=[part])

    def ask(self, text, *, after=4, parts=None, instead_of=None):
        return self._say("user", _written(text), after=after, parts=parts, instead_of=instead_of)

    def answer(self, text, *, after=1, parts=None, instead_of=None, model=None, status="completed"):
        return self._say(
            "assistant",
            _written(text),
            after=after,
            parts=parts,
            instead_of=instead_of,
            model=model or self.model,
            status=status,
        )

    def run(self, name, program, output, *, language=""):
        """The model calls a tool, and the tool answers."""
        text, call = inspect.cleandoc(program), f"call_{new_id().hex[:24]}"
        part = {"type": "tool_call", "name": name, "language": language, "text": text, "call_id": call}
        self._say("assistant", text, parts=[part], model=self.model, call_id=call)
        return self._say("tool", inspect.cleandoc(output), after=0, name=name, call_id=call)

    def wait(self, **spent):
        """Time passes: hours=3, days=1, …"""
        self.clock += timedelta(**spent)

    def attach(self, message, kind, name, content, content_type, **shape):
        """Puts a file into `message`, after its words; `shape` is an image's width and height in pixels."""
        attachment = Attachment(
            workspace=self.owner.workspace,
            owner=self.owner,
            conversation=self.conversation,
            message=message,
            name=name,
            content_type=content_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            created_at=message.created_at,
            **shape,
        )
        _keep(content, attachment.path)
        attachment.save(force_insert=True)
        part = {"type": kind, "attachment_id": attachment.typeid, "name": name, "content_type": content_type, **shape}
        message.parts = [*(message.parts or []), part]
        message.save(update_fields=["parts"])

    def bookmark(self, message):
        Bookmark.objects.create(
            conversation=self.conversation, message=message, user=self.owner, created_at=message.created_at
        )

    def note(self, message, text):
        note = Note.objects.create(
            conversation=self.conversation,
            message=message,
            user=self.owner,
            text=_written(text),
            created_at=message.created_at,
        )
        Note.objects.filter(pk=note.pk).update(updated_at=message.created_at)

    def _say(self, role, text, *, after=1, parts=None, instead_of=None, model="", **fields):
        self.clock = min(self.clock + timedelta(minutes=after), self.now)  # nobody has written tomorrow's words yet
        said = {"created_at": self.clock, "model": model, "parts": parts}
        if instead_of:
            pk = self.conversation.reply(instead_of.parent_position, role, text, **said)
            fields["replaces_position"] = instead_of.position
            self._date_fork()
        else:
            pk = self.conversation.append(role, text, **said)
        if fields:
            # What the append statement has no word for.
            Message.objects.filter(pk=pk).update(**fields)
        return Message.objects.get(pk=pk)

    def _date_fork(self):
        """A fork is named and dated by the clock on the wall; in the story it happened long ago."""
        branches = self.conversation.branches
        main = branches.get(name=Branch.MAIN)
        stamped = f"{Branch.MAIN}_{self.clock.astimezone(UTC):%Y%m%d%H%M%S}"
        branches.filter(name=main.parent_name).update(name=stamped)
        branches.filter(pk=main.pk).update(parent_name=stamped, forked_at=self.clock, created_at=self.clock)

    def _settle(self):
        """The times that statements took from the wall clock, and the count that no statement keeps."""
        conversation = Conversation.objects.get(pk=self.conversation.pk)
        said_at = dict(conversation.messages.values_list("position", "created_at"))
        for branch in conversation.branches.all():
            branch.updated_at = said_at[branch.tip_position]
            branch.save(update_fields=["updated_at"])
        conversation.updated_at = conversation.last_message_at
        conversation.attachment_count = conversation.attachments.count()
        conversation.save(update_fields=["updated_at", "attachment_count"])
        self.conversation = conversation

    def _project(self, name):
        found = Project.objects.filter(owner=self.owner, name__iexact=name).first()
        if not found:
            colour, description = ALBUM[name]
            opened = self.day(OPENED)
            found = Project.objects.create(
                owner=self.owner,
                workspace=self.owner.workspace,
                name=name,
                colour=colour,
                description=description,
                created_at=opened,
            )
            Project.objects.filter(pk=found.pk).update(updated_at=opened)
        return found

    def _tag(self, name):
        return Tag.objects.filter(owner=self.owner, name__iexact=name).first() or Tag.objects.create(
            owner=self.owner, name=name, created_at=self.day(OPENED)
        )


def _written(text):
    """The words without the indentation of their module, each paragraph of prose on one line, as people type it."""
    blocks, fenced = [], False
    for block in inspect.cleandoc(text).split("\n\n"):
        fences = block.count("```")
        lines = block.split("\n")
        is_prose = not fenced and not fences and all(line[:1].isalpha() or line[:1] in "“„(" for line in lines)
        blocks.append(" ".join(lines) if is_prose else block)
        fenced ^= fences % 2 == 1
    return "\n\n".join(blocks)


def _keep(content, path):
    """Written beside its name first, so that a kill in the middle leaves no half of a file under a whole one's hash."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = path.with_name(f"{path.name}.{new_id().hex}")
        half.touch(mode=0o600)
        half.write_bytes(content)
        os.replace(half, path)
