import hashlib
from uuid import UUID

from django.db import models
from django.db.models import Q


class TombstoneQuerySet(models.QuerySet):
    def of(self, model, **whose):
        """Of rows of this model; `whose`: owner_id, conversation_id."""
        return self.filter(kind=model._meta.model_name, **whose)

    def named(self, text, pk):
        """Of what a program knew by this id of its own, or by ours."""
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        return self.filter(Q(pk=pk) | Q(external_id_digest=UUID(digest)))


class Tombstone(models.Model):
    """Where a deleted row stood: id, owner, times, position, never text. Cursors that name it go on from there.

    conversations.deletion leaves those of conversations and messages, a trigger (0007_tombstones_of_all) the others.
    """

    class Kind(models.TextChoices):
        CONVERSATION = "conversation"
        MESSAGE = "message"
        PROJECT = "project"
        TAG = "tag"
        NOTE = "note"
        BOOKMARK = "bookmark"
        ATTACHMENT = "attachment"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    owner_id = models.UUIDField()
    conversation_id = models.UUIDField(db_index=True, null=True)  # none of a project's or a tag's
    position = models.IntegerField(null=True)
    external_id_digest = models.UUIDField(null=True)  # md5, because what a client named it may say something
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(db_index=True)  # rows older than the longest cursor's life are pruned

    objects = TombstoneQuerySet.as_manager()

    def __str__(self):
        return f"deleted {self.kind}"
