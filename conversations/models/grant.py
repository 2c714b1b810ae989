from django.db import models
from django.utils import timezone

from accounts.models import User
from lib.models import Row
from projects.people import GIVEN, Role


class Grant(Row):
    """Lets one user of the same workspace into one conversation."""

    PREFIX = "grant"

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="grants")
    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=16, choices=GIVEN, default=Role.VIEWER)
    granted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="grant_once")]

    def __str__(self):
        return f"{self.user} as {self.role}"
