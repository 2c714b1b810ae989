from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import User
from conversations import limits
from lib.models import Row


class Tag(Row):
    """A word its owner hangs on conversations."""

    PREFIX = "tag"

    owner = models.ForeignKey(User, models.CASCADE, related_name="tags")
    name = models.CharField(max_length=limits.TAG)
    conversations = models.ManyToManyField(
        "conversations.Conversation", through="conversations.Tagging", related_name="tags"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("owner", Lower("name"), name="tag_once_per_owner")]

    def __str__(self):
        return self.name


class Tagging(Row):
    PREFIX = "tagging"

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="taggings")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="taggings")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "tag"], name="tagging_once")]

    def __str__(self):
        return str(self.tag)
