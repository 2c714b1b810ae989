"""What a reader leaves at a message: a bookmark, or words. Both are the reader's own, nobody else sees them."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from accounts.models import User
from conversations import limits
from conversations.models.conversation import Conversation
from lib.models import Row


class OwnQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Their own, and only as long as they see what it was left at."""
        return self.filter(user=user, conversation__in=Conversation.objects.visible_to(user))


class Bookmark(Row):
    PREFIX = "bm"

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="bookmarks")
    message = models.ForeignKey("conversations.Message", models.CASCADE, db_constraint=False, related_name="bookmarks")
    user = models.ForeignKey(User, models.CASCADE, related_name="bookmarks")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OwnQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="bookmark_once")]

    def __str__(self):
        return f"bookmark of {self.user}"


class Note(Row):
    PREFIX = "note"

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="notes")
    message = models.ForeignKey(
        "conversations.Message", models.CASCADE, db_constraint=False, null=True, related_name="notes"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="notes")
    text = models.TextField(validators=[MaxLengthValidator(limits.NOTE)])
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OwnQuerySet.as_manager()

    def __str__(self):
        return f"note of {self.user}"

    def change(self, text):
        self.text = text
        self.save(update_fields=["text", "updated_at"])
