from django.db import models
from django.utils import timezone

from accounts.models import User, Workspace
from conversations.models import Conversation
from lib.models import Row


class ShareLink(Row):
    """A public link to a conversation, a range of it, or one message.

    The secret is not here: it is derived from a key in DATA_DIR and this row's id, so that its owner can be shown it
    again; the table keeps SHA-256. The row outlives its conversation, to answer "gone" instead of "never was".
    """

    PREFIX = "link"  # share_… spells the secret, never this row

    class Scope(models.TextChoices):
        BRANCH = "branch"
        RANGE = "range"
        MESSAGE = "message"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    owner = models.ForeignKey(User, models.CASCADE, related_name="share_links")
    conversation = models.ForeignKey(Conversation, models.DO_NOTHING, related_name="share_links", db_constraint=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    title = models.CharField(max_length=256, blank=True)
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.BRANCH)
    first_position = models.IntegerField(null=True)
    tip_position = models.IntegerField(null=True)
    revision = models.IntegerField(null=True)  # null: live, follows the active branch
    redactions = models.JSONField(default=dict)
    password = models.CharField(max_length=128, blank=True)  # a hash
    read_only = models.BooleanField(default=True)
    view_count = models.IntegerField(default=0)
    last_viewed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self):
        return self.title or "Untitled link"
