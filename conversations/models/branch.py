from django.db import models
from django.utils import timezone

from conversations import limits
from lib.models import Row


class Branch(Row):
    """A name for a leaf: the path from the first message to `tip_position`. Branches share messages."""

    PREFIX = "branch"
    MAIN = "MAIN"

    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, related_name="branches", db_index=False
    )
    name = models.CharField(max_length=limits.BRANCH_NAME)
    description = models.TextField(blank=True)
    tip_position = models.IntegerField(null=True)
    parent_name = models.CharField(max_length=limits.BRANCH_NAME, blank=True)
    forked_from_position = models.IntegerField(null=True)
    forked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "branches"
        constraints = [models.UniqueConstraint(fields=["conversation", "name"], name="branch_name_once")]

    def __str__(self):
        return self.name
