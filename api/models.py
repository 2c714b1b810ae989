from django.db import models
from django.utils import timezone

from accounts.models import User


class IdempotencyRecord(models.Model):
    """The first answer to a POST that carried an Idempotency-Key, given again to every repetition of it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.BinaryField(max_length=32)  # of method, path and body
    status = models.SmallIntegerField(null=True)  # null while the first request is still running
    answer = models.BinaryField(null=True)
    content_type = models.CharField(max_length=127, blank=True)
    etag = models.CharField(max_length=127, default="", db_default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once_per_user")]

    def __str__(self):
        return self.key
