import copy

from django.db import models
from django.utils import timezone

from accounts.models import User, Workspace
from conversations import files
from conversations.models.conversation import Conversation
from lib.models import Row
from lib.typeid import new_id


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(conversation__in=Conversation.objects.visible_to(user))

    def carried(self):
        """{the export's id: ours} of the files whose bytes are here."""
        return dict(self.exclude(sha256="").values_list("external_id", "pk"))


class Attachment(Row):
    """A file of a message. Bytes lie under DATA_DIR/files by content hash, once per workspace.

    `sha256` is empty where the export named a file but did not carry it: the placeholder says what is missing.
    """

    PREFIX = "att"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="attachments")
    message = models.ForeignKey(
        "conversations.Message", models.CASCADE, db_constraint=False, related_name="attachments", null=True
    )
    import_batch = models.ForeignKey("conversations.ImportBatch", models.SET_NULL, null=True, related_name="+")
    external_id = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127, default="application/octet-stream")
    size = models.BigIntegerField(null=True)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("workspace", "sha256", name="attachment_by_content")]

    def __str__(self):
        return self.name

    @property
    def path(self):
        return files.path(self.workspace_id, self.sha256) if self.sha256 else None

    def copy(self):
        """A row for the same bytes, not saved yet and nobody's import."""
        copied = copy.copy(self)
        copied.pk, copied.import_batch_id, copied.message_id = new_id(), None, None
        return copied
