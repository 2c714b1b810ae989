from django.db import models


class TombstoneQuerySet(models.QuerySet):
    def of_conversations(self, owner):
        return self.filter(owner_id=owner.pk, kind=Tombstone.Kind.CONVERSATION)


class Tombstone(models.Model):
    """Where a deleted row stood: id, owner, times, position, never text. Cursors that name it go on from there."""

    class Kind(models.TextChoices):
        CONVERSATION = "conversation"
        MESSAGE = "message"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    owner_id = models.UUIDField()
    conversation_id = models.UUIDField(db_index=True)
    position = models.IntegerField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(db_index=True)  # rows older than the longest cursor's life are pruned

    objects = TombstoneQuerySet.as_manager()

    def __str__(self):
        return f"deleted {self.kind}"
