"""Erasing a person: what they keep here, its bytes, and at last themselves."""

import shutil
from collections import Counter

from django.db import connection, models, transaction
from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.deletion import get_candidate_relations_to_delete
from django.dispatch import receiver

from accounts import signals
from accounts.models import AuditEvent, Session, User, Workspace
from conversations import files
from conversations.deletion import delete_conversations
from conversations.models import Attachment, Conversation, ImportBatch, ImportLine, Message, Tombstone
from projects.models import ProjectMember

AT_ONCE = 100  # conversations in one transaction
COUNTED = ("conversations", "messages", "attachments")  # while they go, since others may be adding to them


class Erasure:
    """Takes everything of one user. `run` works in portions, each its own transaction, and the user goes last: where it
    is interrupted they can still sign in, and asking again goes on with what is left.
    """

    def __init__(self, user):
        self.user = user

    def loss(self):
        """What would go, and who would stay: {word: number}."""
        sums = self.user.conversations.aggregate(
            conversations=Count("pk"), messages=Sum("message_count"), attachments=Sum("attachment_count")
        )
        return {word: number or 0 for word, number in sums.items()} | {
            "imports": self.user.import_batches.count(),
            "share_links": self.user.share_links.count(),
            "projects": self.user.projects.count(),
            "api_keys": self.user.api_keys.count(),
            "colleagues": self.user.workspace.users.exclude(pk=self.user.pk).count(),
        }

    def missed(self):
        """What somebody else would go without: the querysets of conversations and of projects, the newest first."""
        crowded = self.user.projects.filter(pk__in=ProjectMember.objects.values("project"))
        return self.user.conversations.seen_by_others().newest_first(), crowded.order_by("-updated_at", "-pk")

    def run(self, *, actor=None, request=None):
        """Returns what went: {word: number}, without the colleagues. `actor`: who decided it, where not the user."""
        gone = Counter(self.loss() | dict.fromkeys(COUNTED, 0))
        del gone["colleagues"]
        # First whatever could go on writing while we erase.
        self.user.api_keys.all().delete()
        self.user.logins.all().delete()
        session = getattr(request, "session", None)  # a program has none
        Session.objects.end_others(self.user, session and session.session_key)
        self._stop_imports()
        while portion := self._erase_conversations():
            gone.update(portion)
        self._erase_user(actor or self.user, request, gone)
        return dict(gone)

    def _stop_imports(self):
        """A worker in the middle of one finds its lease gone, and rolls its chunk back."""
        batches = ImportBatch.objects.filter(owner=self.user)
        batches.update(status=ImportBatch.Status.CANCELLED, lease_until=None)
        for batch in batches.exclude(file_path=""):
            batch.discard_file()

    @transaction.atomic
    def _erase_conversations(self):
        """One portion; an empty dict when none is left. The rows are locked first, so that an append in another tab
        finds nothing instead of leaving a message without its conversation."""
        locked = self.user.conversations.select_for_update().order_by("pk")
        ids = list(locked.values_list("pk", flat=True)[:AT_ONCE])
        if not ids:
            return {}
        Conversation.share_links.rel.related_model.objects.filter(conversation__in=ids).delete()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '10min'")
            counts = delete_conversations(cursor, ids)
        Tombstone.objects.filter(conversation_id__in=ids).delete()
        return {word: counts[word] for word in COUNTED}

    @transaction.atomic
    def _erase_user(self, actor, request, gone):
        """Last of all, with both rows locked: whoever writes for this user now waits, and then finds nobody."""
        workspace = Workspace.objects.select_for_update().get(pk=self.user.workspace_id)
        User.objects.select_for_update().get(pk=self.user.pk)
        gone.update(self._erase_conversations())
        ImportLine.objects.filter(batch__owner=self.user).delete()
        batches = ImportBatch.objects.filter(owner=self.user)
        batches._raw_delete(batches.db)
        # What they added to somebody else's conversation is that conversation's, text and files alike.
        theirs = Conversation.objects.filter(pk=OuterRef("conversation")).values("owner")
        Attachment.objects.filter(owner=self.user).update(owner=Subquery(theirs))
        in_workspace = Conversation.objects.filter(workspace=workspace)
        Message.objects.filter(conversation__in=in_workspace, updated_by=self.user).update(updated_by=None)
        AuditEvent.record("account.delete", actor=actor, target=self.user, request=request, **gone)
        _erase_row(self.user)
        Tombstone.objects.filter(owner_id=self.user.pk).delete()
        if not workspace.users.exists():
            _erase_row(workspace)
            transaction.on_commit(lambda: shutil.rmtree(files.folder(workspace.pk), ignore_errors=True))


@receiver(signals.erase)
def erase(user, actor, request, **kwargs):
    Erasure(user).run(actor=actor, request=request)


def _erase_row(row):
    """As `row.delete()`, which would also read the whole table of messages: by owner it has no index, because by then
    there is nothing of theirs in it."""
    for relation in get_candidate_relations_to_delete(row._meta):
        rows = relation.related_model._base_manager.filter(**{relation.field.name: row})
        if relation.related_model is Message:
            continue
        if relation.on_delete is models.SET_NULL:
            rows.update(**{relation.field.name: None})
        else:
            rows.delete()
    itself = row._meta.model._base_manager.filter(pk=row.pk)
    itself._raw_delete(itself.db)
