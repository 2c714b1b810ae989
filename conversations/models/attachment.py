import copy

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User, Workspace
from conversations import files
from conversations.models.conversation import Conversation
from conversations.refusals import QuotaExceeded
from lib import pictures, sniffing
from lib.models import Row
from lib.text import clean
from lib.typeid import new_id

# What a browser draws without running anything in it. SVG is a program; PDF readers run scripts: both are downloads.
DRAWN = {"image/png", "image/jpeg", "image/gif", "image/webp"}


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(conversation__in=Conversation.objects.visible_to(user))

    @transaction.atomic
    def keep(self, upload, *, owner, conversation, message=None):
        """An uploads.Upload becomes a file of a conversation, or of one of its messages, which shows it from then on.

        Raises QuotaExceeded, or DoesNotExist where what it is for is gone.
        """
        self.check_quota(owner, upload.size)
        locked = message.locked() if message else conversation.locked()
        with upload.path.open("rb") as file:
            kind = sniffing.content_type(file.read(sniffing.HEAD), upload.name)
        width, height = pictures.size(upload.path) or (None, None)
        attachment = self.create(
            workspace_id=locked.workspace_id,
            owner=owner,
            conversation=locked,
            message=message,
            name=clean(upload.name),
            content_type=kind,
            size=upload.size,
            width=width,
            height=height,
            sha256=upload.sha256,
        )
        if message:
            message.show(attachment)
        locked.attachment_count += 1
        locked.revise("attachment_count")
        # Last of all: what fails before it leaves no bytes behind.
        files.keep(locked.workspace_id, upload.sha256, upload.path)
        return attachment

    def check_quota(self, owner, size):
        """Whether so many bytes more are allowed. The caller is in a transaction. Raises QuotaExceeded."""
        if settings.FILES_QUOTA:
            User.objects.select_for_update().get(pk=owner.pk)  # two at once must not share the last of it
            if (self.filter(owner=owner).aggregate(kept=Sum("size"))["kept"] or 0) + size > settings.FILES_QUOTA:
                raise QuotaExceeded

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

    @property
    def is_drawn(self):
        """By a browser, on a page of ours; anything else is a download."""
        return self.content_type in DRAWN

    @property
    def kind(self):
        """What a message shows it as."""
        kind = self.content_type.partition("/")[0]
        return kind if kind in ("image", "audio") else "file"

    def can_be_deleted_by(self, user):
        """Whoever brought it, too."""
        return self.owner_id == user.pk or self.conversation.can_be_deleted_by(user)

    @transaction.atomic
    def remove(self):
        """The row, what shows it, and the bytes where no other row names them."""
        locked = self.message.locked() if self.message else self.conversation.locked()
        if self.message:
            self.message.hide(self)
        with connection.cursor() as cursor:
            files.forget(cursor, "id", [self.pk])
        if self.delete()[0]:
            locked.attachment_count -= 1
            locked.revise("attachment_count")

    def copy(self):
        """A row for the same bytes, not saved yet and nobody's import."""
        copied = copy.copy(self)
        copied.pk, copied.import_batch_id, copied.message_id = new_id(), None, None
        return copied

    def copy_to(self, conversation):
        """The same for another conversation, of whatever workspace. The caller is in the transaction that saves it."""
        copied = self.copy()
        copied.workspace_id, copied.owner_id = conversation.workspace_id, conversation.owner_id
        copied.conversation, copied.external_id = conversation, ""
        if self.sha256 and not files.lend(self.workspace_id, self.sha256, to=conversation.workspace_id):
            copied.sha256 = ""
        return copied
