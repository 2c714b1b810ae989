"""What a reader leaves at a message: a bookmark, or words. Both are the reader's own, and nobody else sees them; but a
note may be shared with whoever is in the conversation."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
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


class NoteQuerySet(OwnQuerySet):
    def visible_to(self, user):
        """Their own and those shared with everybody there, as long as they see what it was left at."""
        return self.filter(Q(user=user) | Q(shared=True), conversation__in=Conversation.objects.visible_to(user))


class Note(Row):
    PREFIX = "note"

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="notes")
    message = models.ForeignKey(
        "conversations.Message", models.CASCADE, db_constraint=False, null=True, related_name="notes"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="notes")
    text = models.TextField(validators=[MaxLengthValidator(limits.NOTE)])
    shared = models.BooleanField(default=False)  # with everybody who is in the conversation
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = NoteQuerySet.as_manager()

    def __str__(self):
        return f"note of {self.user}"

    def can_be_changed_by(self, user, *, shared=None):
        """By whoever wrote it; where others read it, or shall (`shared`), as long as they may write for others."""
        is_public = self.shared if shared is None else self.shared or shared
        return self.user_id == user.pk and (not is_public or self.conversation.can_be_commented_by(user))

    def can_be_deleted_by(self, user):
        """By whoever wrote it, and from everybody's eyes by whoever answers for the conversation."""
        return self.user_id == user.pk or (self.shared and self.conversation.owner_id == user.pk)

    def change(self, text, *, shared=None):
        self.text = text
        if shared is not None:
            self.shared = shared
        self.save(update_fields=["text", "shared", "updated_at"])
