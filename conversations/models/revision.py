from django.db import models
from django.utils import timezone

from accounts.models import User
from lib.models import Row


class Revision(Row):
    """What a message said before an edit in place: who changed it, when, and what it was."""

    PREFIX = "rev"

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="revisions")
    message = models.ForeignKey(
        "conversations.Message", models.CASCADE, db_constraint=False, related_name="revisions", db_index=False
    )
    version = models.IntegerField()  # the version that these words were
    conversation_revision = models.IntegerField()  # the conversation's revision that replaced them
    text = models.TextField(blank=True)
    parts = models.JSONField(null=True)
    metadata = models.JSONField(null=True)
    edited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    import_batch = models.ForeignKey("conversations.ImportBatch", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "version"], name="revision_once")]

    def __str__(self):
        return f"version {self.version}"
