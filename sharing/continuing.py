"""A conversation of one's own that begins with what a link shows."""

from functools import cached_property

from django.db import transaction

from accounts.models import AuditEvent
from conversations.models import Attachment, Conversation
from conversations.parts import pointed
from sharing.refusals import NothingToShare, ShareReadOnly

SOURCE = "share"  # what such a conversation says of where it comes from


class Continuation:
    """What would be copied. Raises ShareReadOnly, NothingToShare, and what reading a link raises."""

    def __init__(self, link):
        if link.read_only:
            raise ShareReadOnly
        self.link = link
        self.messages = link.messages()
        if not self.messages:
            raise NothingToShare

    @cached_property
    def files(self):
        """{id in a part: Attachment} of those that the link gives out and we have. A message shows only its own."""
        named = {(m.pk, part["attachment_id"]) for m in self.messages for part in m.parts or [] if _has_file(part)}
        if not named:
            return {}
        there = Attachment.objects.filter(message__in=[pk for pk, _ in named]).exclude(sha256="")
        return {
            file.typeid: file for file in there if (file.message_id, file.typeid) in named and self.link.gives_out(file)
        }

    @property
    def size(self):
        """Bytes of the files."""
        return sum(file.size or 0 for file in self.files.values())

    @transaction.atomic
    def start(self, user, *, request=None):
        """The new conversation. Raises ConversationFull, QuotaExceeded.

        It says when what it goes on from was shared and what it was called, and never by which link: a secret that lies
        in somebody's account would outlive its being taken back.
        """
        Attachment.objects.check_quota(user, self.size)
        conversation = Conversation.objects.start(
            user,
            title=self.link.title or None,
            source=SOURCE,
            metadata={"continued_from": {"title": self.link.title, "shared_at": self.link.taken_at.isoformat()}},
        )
        copies = {name: file.copy_to(conversation) for name, file in self.files.items()}
        ids = conversation.append_all([self._copied(message, copies) for message in self.messages])
        for message, pk in zip(self.messages, ids, strict=True):
            for part in filter(_has_file, message.parts or []):
                if copy := copies.get(part["attachment_id"]):
                    copy.message_id = pk
        Attachment.objects.bulk_create(copies.values())
        conversation.refresh_from_db()
        if copies:
            conversation.attachment_count = len(copies)
            conversation.save(update_fields=["attachment_count"])
        AuditEvent.record(
            "conversation.continue",
            actor=user,
            target=conversation,
            request=request,
            messages=len(ids),
            files=len(copies),
        )
        return conversation

    def _copied(self, message, copies):
        fields = ("role", "text", "type", "status", "model", "call_id", "created_at", "completed_at")
        is_named = self.link.include_names or message.role == message.Role.TOOL
        return {
            **{name: getattr(message, name) for name in fields},
            "name": message.name if is_named else "",
            "parts": pointed(message.parts, copies),
        }


def _has_file(part):
    return bool(part.get("attachment_id"))
