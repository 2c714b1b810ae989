from django.db import models
from django.utils import timezone

from accounts.models import User
from lib.models import Row


class Pin(Row):
    """One user keeps one conversation at the top, and out of any retention."""

    PREFIX = "pin"

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="pins")
    user = models.ForeignKey(User, models.CASCADE, related_name="pins")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="pin_once")]

    def __str__(self):
        return f"pinned by {self.user}"
