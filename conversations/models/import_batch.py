import time
from datetime import timedelta
from pathlib import Path

from django.db import connection, models
from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts.models import User, Workspace
from conversations import uploads
from conversations.models.conversation import Conversation
from conversations.models.source import Source
from lib.models import Row
from lib.text import clean

# How long a worker may be silent before another takes its batch. It renews every third of it.
LEASE = timedelta(seconds=30)
PATIENCE = timedelta(seconds=20)  # idle workers look for work every second


class ImportBatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(owner=user) if user.is_authenticated else self.none()

    def newest_first(self):
        return self.order_by("-created_at", "-id")

    def upload(self, owner, upload):
        """A batch for an uploads.Upload, which waits where it is for the worker."""
        batch = self.create(
            owner=owner,
            workspace_id=owner.workspace_id,
            file_name=clean(upload.name)[:255],
            file_path=str(upload.path),
            bytes_total=upload.size,
        )
        upload.keep()
        return batch

    def start(self, owner, path):
        """A batch for a file of the operator's, claimed by whoever calls: it is read here and now, where it lies."""
        now = timezone.now()
        return self.create(
            owner=owner,
            workspace_id=owner.workspace_id,
            file_name=path.name[:255],
            file_path=str(path.resolve()),
            bytes_total=path.stat().st_size,
            status=ImportBatch.Status.RUNNING,
            started_at=now,
            lease_until=now + LEASE,
        )

    def sweep(self):
        """Deletes uploads that were cut off by a kill of the server: a day old, and no batch waits for them."""
        waiting = set(self.exclude(file_path="").values_list("file_path", flat=True))
        for path in uploads.directory().iterdir():
            if str(path) not in waiting and path.stat().st_mtime < time.time() - 86_400:
                path.unlink(missing_ok=True)

    def claim(self):
        """The oldest batch that needs a worker, leased to whoever asks; None when there is nothing to do.

        One statement, and SKIP LOCKED: two workers never get the same batch. An owner's batches run one after the
        other, in order, because the second may be a newer export of the first.
        """
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, {"lease": LEASE, "busy": list(BUSY)})
            found = cursor.fetchone()
        return self.get(pk=found[0]) if found else None


class ImportBatch(Row):
    """One upload on its way into conversations, and afterwards the report of it.

    The row is the job: a worker claims it for a short lease, writes progress and rows in the same transactions, and
    a worker that died is replaced when its lease runs out.
    """

    PREFIX = "imp"

    class Status(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        CANCELLING = "cancelling"
        CANCELLED = "cancelled"
        DONE = "done"
        FAILED = "failed"
        UNDOING = "undoing"
        UNDONE = "undone"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    owner = models.ForeignKey(User, models.CASCADE, related_name="import_batches")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING)
    format = models.CharField(max_length=32, blank=True)
    file_name = models.CharField(max_length=255)
    file_path = models.TextField(blank=True)  # where the upload waits; empty once it is read to the end
    bytes_total = models.BigIntegerField(default=0)
    bytes_read = models.BigIntegerField(default=0)
    records_read = models.IntegerField(default=0)  # the checkpoint: a restarted worker skips as many
    counts = models.JSONField(default=dict)  # {"conversations": {"new": 3, "changed": 0, …}, "messages": {…}, …}
    error = models.TextField(blank=True)  # the one sentence a person reads when nothing, or not all, could be read
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "import batches"
        indexes = [
            models.Index("owner", "created_at", name="batches_of_owner"),
            models.Index(
                "created_at",
                condition=Q(status__in=["waiting", "running", "cancelling", "undoing"]),
                name="batches_open",
            ),
        ]

    def __str__(self):
        return self.file_name

    @property
    def is_open(self):
        """True while a worker still has something to do with it."""
        return self.status == self.Status.WAITING or self.status in BUSY

    @property
    def can_be_cancelled(self):
        return self.status in (self.Status.WAITING, self.Status.RUNNING)

    @property
    def can_be_undone(self):
        return self.status in (self.Status.DONE, self.Status.CANCELLED, self.Status.FAILED) and self.has_written

    @property
    def has_written(self):
        conversations = self.counts.get("conversations", {})
        return bool(conversations.get("new") or conversations.get("changed"))

    @property
    def changed_conversations(self):
        """The older ones that it added to."""
        return Conversation.objects.filter(
            pk__in=Source.objects.filter(import_batch=self).values("conversation")
        ).exclude(import_batch=self)

    @property
    def ahead(self):
        """How many imports of the same person come before it: one runs at a time."""
        return ImportBatch.objects.filter(
            owner=self.owner_id, status__in=[self.Status.WAITING, *BUSY], created_at__lt=self.created_at
        ).count()

    @property
    def is_forgotten(self):
        """Nothing is ahead of it, and still no worker has come: perhaps none is running."""
        return timezone.now() - self.created_at > PATIENCE and not self.ahead

    def cancel(self):
        """Stops it: at once where nobody works on it, else when the worker has finished the chunk in its hands."""
        batches = ImportBatch.objects.filter(pk=self.pk)
        if batches.filter(status=self.Status.WAITING).update(
            status=self.Status.CANCELLED, finished_at=timezone.now(), lease_until=None
        ):
            self.discard_file()
        else:
            batches.filter(status=self.Status.RUNNING).update(status=self.Status.CANCELLING)
        self.refresh_from_db()

    def undo(self):
        """Asks the worker to take out again what this batch brought in. True if there was something to ask."""
        asked = ImportBatch.objects.filter(
            pk=self.pk, status__in=[self.Status.DONE, self.Status.CANCELLED, self.Status.FAILED]
        ).update(status=self.Status.UNDOING, lease_until=None)
        self.refresh_from_db()
        return bool(asked)

    def loss(self):
        """What undoing takes away: {"conversations", "messages", "continued"}, the last being conversations in which
        something was written here after they came in.
        """
        new = self.conversations.aggregate(
            conversations=Count("pk"), messages=Sum("message_count"), continued=Count("pk", filter=Q(revision__gt=0))
        )
        return {word: number or 0 for word, number in new.items()}

    def reasons(self, limit=8):
        """[(outcome, reason, times)] of what its report says more than once, the most frequent first."""
        said = self.lines.order_by().values_list("outcome", "reason").annotate(times=Count("pk"))
        return said.filter(times__gt=1).order_by("-times")[:limit]

    def renew(self):
        """Keeps the lease while nothing is written; False where the batch went to somebody else meanwhile."""
        until = timezone.now() + LEASE
        renewed = ImportBatch.objects.filter(pk=self.pk, lease_until=self.lease_until).update(lease_until=until)
        if renewed:
            self.lease_until = until
        return bool(renewed)

    def release(self):
        """Hands it back unfinished, to be claimed at once: the worker was asked to stop."""
        ImportBatch.objects.filter(pk=self.pk, lease_until=self.lease_until).update(lease_until=timezone.now())

    def finish(self, status, error=""):
        """Closes the batch: the upload is deleted, the report stays. False, and nothing done, where the batch went to
        somebody else meanwhile, who still reads that upload.
        """
        finished = ImportBatch.objects.filter(pk=self.pk, status__in=BUSY, lease_until=self.lease_until).update(
            status=status, error=error, finished_at=timezone.now(), lease_until=None, format=self.format
        )
        self.refresh_from_db()
        if finished:
            self.discard_file()
        return bool(finished)

    def discard_file(self):
        """Deletes the upload. A file that a person named on the command line is theirs and stays."""
        path = Path(self.file_path)
        if self.file_path and path.parent == uploads.directory():
            path.unlink(missing_ok=True)
        ImportBatch.objects.filter(pk=self.pk).update(file_path="")
        self.file_path = ""


class ImportLine(models.Model):
    """One line of a batch's report: a conversation that was skipped, or that needs a word said about it."""

    class Outcome(models.TextChoices):
        SKIPPED = "skipped"
        NOTICE = "notice"

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="lines")
    record = models.IntegerField()  # which object of the file, counted from 1
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    external_id = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=256, blank=True)
    reason = models.TextField()

    class Meta:
        ordering = ["record", "id"]

    def __str__(self):
        return self.reason


BUSY = (ImportBatch.Status.RUNNING, ImportBatch.Status.CANCELLING, ImportBatch.Status.UNDOING)

_CLAIM = """
UPDATE conversations_importbatch AS claimed
SET status = CASE WHEN status = 'waiting' THEN 'running' ELSE status END,
    lease_until = clock_timestamp() + %(lease)s,
    started_at = coalesce(started_at, clock_timestamp())
WHERE id = (
    SELECT id FROM conversations_importbatch AS batch
    WHERE (status = 'waiting' OR status = ANY(%(busy)s) AND coalesce(lease_until, '-infinity') < clock_timestamp())
      AND NOT EXISTS (
          SELECT FROM conversations_importbatch AS other
          WHERE other.owner_id = batch.owner_id AND other.id <> batch.id
            AND other.status = ANY(%(busy)s) AND other.lease_until >= clock_timestamp()
      )
    ORDER BY created_at, id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING id
"""
