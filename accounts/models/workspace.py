from django.db import models
from django.utils import timezone

from lib import typeid
from lib.models import Row


class WorkspaceQuerySet(models.QuerySet):
    def named(self, text):
        """What an operator may mean by `text`: that ten_… id, or all of that name: names are not unique."""
        try:
            return list(self.filter(pk=typeid.decode(Workspace.PREFIX, text)))
        except ValueError:
            return list(self.filter(name=text).order_by("created_at"))

    def start(self, email):
        """One person's own, called by their address, which may be longer than a name."""
        return self.create(name=email[: Workspace.NAME_LIMIT])


class Workspace(Row):
    """The tenant. Nothing crosses it except through a public share link or a superuser."""

    PREFIX = "ten"
    NAME_LIMIT = 120

    name = models.CharField(max_length=NAME_LIMIT)
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkspaceQuerySet.as_manager()

    def __str__(self):
        return self.name
