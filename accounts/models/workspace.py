from django.db import models
from django.utils import timezone

from lib.models import Row


class Workspace(Row):
    """The tenant. Nothing crosses it except through a public share link or a superuser."""

    PREFIX = "ten"

    name = models.CharField(max_length=120)
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self):
        return self.name
