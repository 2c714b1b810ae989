import json

from django.db import models

from accounts.models.user import User
from accounts.refusals import SettingsTooLarge
from lib.metadata import merged

LIMIT = 64 * 1024  # bytes of JSON: choices, not files


class ClientSettings(models.Model):
    """What a user's programs remember of their choices: one JSON object, in the programs' own words."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="client_settings")
    value = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "client settings"

    def __str__(self):
        return f"of {self.user}"

    @classmethod
    def of(cls, user):
        """The object; {} at first."""
        return cls.objects.filter(user=user).values_list("value", flat=True).first() or {}

    @classmethod
    def locked(cls, user):
        """The row, for the caller's transaction."""
        cls.objects.get_or_create(user=user)
        return cls.objects.select_for_update().get(user=user)

    def change(self, changes, *, below=None):
        """Changes the keys that are given, of the whole or of the object at the key `below`, and takes away those given
        as None. Caller holds the row's lock. Raises SettingsTooLarge."""
        if below is None:
            self.value = merged(self.value, changes)
        else:
            self.value |= {below: merged(object_at(self.value, below), changes)}
        if len(json.dumps(self.value, ensure_ascii=False).encode()) > LIMIT:
            raise SettingsTooLarge
        self.save(update_fields=["value"])


def object_at(value, key):
    """The object at `key`; {} where there is none, or something else."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}
