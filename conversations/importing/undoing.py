"""Taking a batch out again."""

from collections import Counter

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from conversations import files, limits
from conversations.importing.job import Lost
from conversations.models import Branch, Conversation, ImportBatch, Message, Revision, Source, Tombstone
from conversations.models.conversation import TURN_ROLES
from conversations.models.import_batch import LEASE
from conversations.parts import UNSAID
from lib.text import first_line

AT_ONCE = 100  # conversations in one transaction


class Undo:
    """Removes what a batch brought in: its new conversations with all that is in them; from older ones the messages it
    added; and it puts back words that it replaced. Each step is one transaction: after a kill the next worker goes on.
    """

    def __init__(self, batch, *, should_stop=lambda: False):
        self.batch, self.should_stop = batch, should_stop

    def run(self):
        for step in (self._remove_new, self._restore_changed):
            while self._done(step):
                if self.should_stop():
                    return self.batch.release()
        return self.batch.finish(ImportBatch.Status.UNDONE, self.batch.error)

    def _done(self, step):
        """One step and its place in the report, together. False when nothing was left to do."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '10min'")
            found = step()
            counts = self.batch.counts | {
                "undone": dict(Counter(self.batch.counts.get("undone", {})) + Counter(found or {}))
            }
            until = timezone.now() + LEASE
            held = ImportBatch.objects.filter(pk=self.batch.pk, lease_until=self.batch.lease_until).update(
                lease_until=until, counts=counts
            )
            if not held:
                raise Lost
        self.batch.lease_until, self.batch.counts = until, counts
        return found is not None

    def _remove_new(self):
        new = Conversation.objects.filter(import_batch=self.batch).values_list("pk", flat=True)[:AT_ONCE]
        if not (pks := list(new)):
            return None
        counts = Conversation.objects.filter(pk__in=pks).delete()
        return {"conversations": counts["conversations"], "messages": counts["messages"]}

    def _restore_changed(self):
        source = Source.objects.filter(import_batch=self.batch).order_by("pk").first()
        if source is None:
            return None
        conversation = Conversation.objects.select_for_update().get(pk=source.conversation_id)
        counts = {"restored": self._put_back(conversation), "messages": self._remove_added(conversation)}
        # Later imports were compared with this one; without it the next comparison starts from what was before.
        conversation.sources.filter(pk__gte=source.pk).delete()
        conversation.revision += 1
        conversation.touch()
        conversation.save()
        return counts

    def _put_back(self, conversation):
        """The words before this batch, where nobody changed them since."""
        revisions = Revision.objects.filter(conversation=conversation, import_batch=self.batch).select_related(
            "message"
        )
        restored = 0
        for revision in revisions:
            message = revision.message
            if message.version == revision.version + 1:
                message.text, message.parts, message.metadata = revision.text, revision.parts, revision.metadata
                message.version += 1
                message.save(update_fields=["text", "parts", "metadata", "version"])
                revision.delete()
                restored += 1
        return restored

    def _remove_added(self, conversation):
        added = Message.objects.filter(conversation=conversation, import_batch=self.batch)
        gone = dict(added.values_list("position", "parent_position"))
        if not gone:
            return 0

        def above(position):
            while position in gone:
                position = gone[position]
            return position

        with connection.cursor() as cursor:
            files.forget(cursor, "conversation_id", [conversation.pk])
        for position in gone:
            orphans = Message.objects.filter(conversation=conversation, parent_position=position)
            orphans.exclude(position__in=gone).update(parent_position=above(position))
        Tombstone.objects.bulk_create(
            Tombstone(
                id=pk,
                kind=Tombstone.Kind.MESSAGE,
                owner_id=conversation.owner_id,
                conversation_id=conversation.pk,
                position=position,
                created_at=created_at,
                updated_at=created_at,
                deleted_at=timezone.now(),
            )
            for pk, position, created_at in added.values_list("pk", "position", "created_at")
        )
        added.delete()
        self._move_branches(conversation, above)
        _recount(conversation)
        return len(gone)

    def _move_branches(self, conversation, above):
        """Tips go up to what is left. A branch that names nothing of its own any more goes, but never MAIN."""
        answered = set(conversation.messages.values_list("parent_position", flat=True))
        branches = list(conversation.branches.order_by("created_at", "pk"))
        taken = {branch.tip_position for branch in branches if above(branch.tip_position) == branch.tip_position}
        for branch in branches:
            tip = above(branch.tip_position)
            if tip == branch.tip_position:
                continue
            if branch.name != Branch.MAIN and (tip is None or tip in answered or tip in taken):
                branch.delete()
            else:
                branch.tip_position = tip
                branch.save(update_fields=["tip_position"])
                taken.add(tip)
        active = conversation.branches.filter(pk=conversation.active_branch_id).first()
        active = active or conversation.branches.filter(name=Branch.MAIN).first() or conversation.branches.first()
        conversation.active_branch, conversation.tip_position = active, active.tip_position


def _recount(conversation):
    parents = dict(conversation.messages.values_list("position", "parent_position"))
    path, position = [], conversation.tip_position
    while position is not None:
        path.append(position)
        position = parents[position]
    rows = conversation.messages.filter(position__in=path, role__in=TURN_ROLES, hidden=False)
    said = [
        position
        for position, parts in rows.order_by("position").values_list("position", "parts")
        if not any(part.get("type") in UNSAID for part in parts or [])
    ]
    conversation.message_count, conversation.length, conversation.turns = len(parents), len(path), len(said)
    conversation.branch_count = conversation.branches.count()
    conversation.attachment_count = conversation.attachments.count()
    if said:
        conversation.preview = first_line(conversation.messages.get(position=said[-1]).text, limits.PREVIEW)
    last = conversation.messages.aggregate(last=Max("created_at"))["last"]
    conversation.last_message_at = last or conversation.created_at
