"""Taking a batch out again, in whatever order batches are undone.

What a batch did is found by its own mark, `import_batch`, on conversations, messages, revisions, attachments and
originals. What other batches did stays, and can still be undone afterwards.
"""

from collections import Counter

from django.db import connection, transaction
from django.utils import timezone

from conversations import files
from conversations.importing.bytes import UNKNOWN, point
from conversations.importing.originals import Originals
from conversations.importing.running import Lost, ending
from conversations.models import Attachment, Branch, Conversation, ImportBatch, Message, Revision, Source
from conversations.models.import_batch import LEASE

AT_ONCE = 100  # conversations in one transaction

MISTAKE = "Parley made a mistake while it undid this import. What it had not reached yet is still there."


class Undo:
    """Removes what a batch brought in: its new conversations with all that is in them; from older ones the messages and
    files it added; and it puts back words and titles that it replaced. Each step is one transaction: after a kill the
    next worker goes on.
    """

    def __init__(self, batch, *, should_stop=lambda: False):
        self.batch, self.should_stop = batch, should_stop

    def run(self):
        with ending(self.batch, MISTAKE):
            for step in self._steps():
                self._take(step)
                if self.should_stop():
                    self.batch.release()
                    return
            self.batch.finish(ImportBatch.Status.UNDONE, self.batch.error)

    def _steps(self):
        new = Conversation.objects.filter(import_batch=self.batch).order_by("pk")
        while pks := list(new.values_list("pk", flat=True)[:AT_ONCE]):
            yield lambda pks=pks: self._remove(pks)
        for pk in self._changed():
            yield lambda pk=pk: self._restore(pk)

    def _changed(self):
        """The older conversations that it did something to. Asked once: no index leads from a batch to its messages."""
        marked = [
            model.objects.filter(import_batch=self.batch).values("conversation")
            for model in (Message, Revision, Attachment, Source)
        ]
        return sorted(marked[0].union(*marked[1:]).values_list("conversation", flat=True))

    def _take(self, step):
        """One step and its place in the report, together."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '10min'")
            counts = self.batch.counts | {"undone": dict(Counter(self.batch.counts.get("undone", {})) + step())}
            until = timezone.now() + LEASE
            held = ImportBatch.objects.filter(pk=self.batch.pk, lease_until=self.batch.lease_until).update(
                lease_until=until, counts=counts
            )
            if not held:
                raise Lost
        self.batch.lease_until, self.batch.counts = until, counts

    def _remove(self, pks):
        counts = Conversation.objects.filter(pk__in=pks).delete()
        return Counter(conversations=counts["conversations"], messages=counts["messages"])

    def _restore(self, pk):
        conversation = Conversation.objects.select_for_update().filter(pk=pk).first()
        if conversation is None:  # deleted since
            return Counter()
        self.originals = Originals(conversation, self.batch)
        counts = Counter(
            messages=self._remove_added(conversation),
            restored=self._put_back(conversation),
            attachments=self._remove_files(conversation),
            titles=self._put_back_title(conversation),
        )
        self.originals.revert()
        conversation.save(update_fields=["title", "active_branch", "branch_count", "attachment_count"])
        conversation.retell()
        return counts

    def _remove_added(self, conversation):
        gone = list(conversation.messages.filter(import_batch=self.batch).values_list("position", flat=True))
        if gone:
            moved = set(conversation.branches.filter(tip_position__in=gone).values_list("pk", flat=True))
            conversation.remove_messages(gone)
            self._drop_branches(conversation, moved)
        return len(gone)

    def _drop_branches(self, conversation, moved):
        """Of the branches that ended at what is gone, those that name nothing of their own any more; never MAIN."""
        answered = set(conversation.messages.values_list("parent_position", flat=True))
        branches = list(conversation.branches.order_by("created_at", "pk"))
        taken = {branch.tip_position for branch in branches if branch.pk not in moved}
        for branch in branches:
            if branch.pk in moved and not branch.is_main and branch.tip_position in answered | taken | {None}:
                branch.delete()
            else:
                taken.add(branch.tip_position)
        conversation.branch_count = conversation.branches.count()
        if not conversation.branches.filter(pk=conversation.active_branch_id).exists():
            conversation.active_branch = conversation.branches.get(name=Branch.MAIN)
            conversation.tip_position = conversation.active_branch.tip_position

    def _put_back(self, conversation):
        """The words that it replaced: where they were replaced once more since, by an import or by a person, they are
        what that change will have replaced; else they are the message's words again. Returns how many are.
        """
        revisions = Revision.objects.filter(conversation=conversation, import_batch=self.batch)
        restored = set()
        for revision in revisions.select_related("message").order_by("-version"):
            later = Revision.objects.filter(message=revision.message_id, version__gt=revision.version)
            changed = later.order_by("version").first() or revision.message
            changed.text, changed.parts, changed.metadata = revision.text, revision.parts, revision.metadata
            if changed is revision.message:
                self._reset(changed)
                restored.add(changed.pk)
            changed.save()
            revision.delete()
        return len(restored)

    def _reset(self, message):
        message.version += 1
        if before := self.originals.message_before(message.source_id):
            message.hidden, message.status, message.model = before.hidden, before.status, before.model
            message.name, message.edited_at = before.name, before.edited_at
        point(message.parts, message.attachments.carried())

    def _remove_files(self, conversation):
        """Files of older messages: those that were named before are placeholders again, the others were not there."""
        came = list(conversation.attachments.filter(import_batch=self.batch).select_related("message"))
        with connection.cursor() as cursor:
            files.forget(cursor, "message_id", [attachment.message_id for attachment in came])
        unnamed = set()
        for attachment in came:
            if file := self.originals.file_before(attachment.message.source_id, attachment.external_id):
                attachment.sha256, attachment.size, attachment.content_type = (
                    "",
                    file.size,
                    file.content_type or UNKNOWN,
                )
                attachment.import_batch_id = attachment.message.import_batch_id
                attachment.save()
            else:
                unnamed.add((attachment.message_id, attachment.external_id))
                attachment.delete()
        for row in Message.objects.filter(pk__in={attachment.message_id for attachment in came}):
            row.parts = [part for part in row.parts or [] if (row.pk, part.get("external_id")) not in unnamed] or None
            point(row.parts, row.attachments.carried())
            row.version += 1  # its HTML shows them
            row.save(update_fields=["parts", "version"])
        conversation.attachment_count = conversation.attachments.count()
        return len(came)

    def _put_back_title(self, conversation):
        if not self.originals.has_renamed or conversation.title != self.originals.made.title:
            return 0
        conversation.title = self.originals.before.title
        return 1
