from django.db import models
from django.utils import timezone

from accounts.models import User, Workspace
from lib.models import Row


class ImportBatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(owner=user) if user.is_authenticated else self.none()


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
    error = models.TextField(blank=True)  # the one sentence a person reads when nothing could be imported
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
                "created_at", condition=models.Q(status__in=["waiting", "running", "cancelling"]), name="batches_open"
            ),
        ]

    def __str__(self):
        return self.file_name


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
