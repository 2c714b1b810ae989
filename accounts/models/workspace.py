import json

from django.db import models, transaction
from django.utils import timezone

from accounts.refusals import SettingsTooLarge
from lib import typeid
from lib.metadata import merged
from lib.models import Row

SETTINGS_BYTES = 64 * 1024  # of JSON


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
    email = models.EmailField(blank=True)  # of whom a program made it for
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkspaceQuerySet.as_manager()

    def __str__(self):
        return self.name

    @property
    def contact(self):
        """An e-mail address of whoever runs it; "" where nobody has one."""
        admins = self.users.filter(role="admin", email__isnull=False).order_by("created_at")
        return self.email or admins.values_list("email", flat=True).first() or ""

    @transaction.atomic
    def change(self, *, name=None, settings=None):
        """Of the settings only the keys that are given; None takes one away. Raises SettingsTooLarge."""
        old = Workspace.objects.select_for_update().get(pk=self.pk)
        self.name = name or old.name
        self.settings = merged(old.settings, settings or {})
        if len(json.dumps(self.settings, ensure_ascii=False).encode()) > SETTINGS_BYTES:
            raise SettingsTooLarge
        self.save(update_fields=["name", "settings", "updated_at"])
