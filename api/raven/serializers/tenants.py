from rest_framework import serializers

from accounts.models import Workspace
from api.fields import Input, Object, Text, wrong
from api.raven.serializers.times import seconds
from conversations import limits

# What Parley acts on; the vendor's other settings are kept for whoever reads them.
COUNTS = ("max_conversations_per_user", "max_users")


class Email(serializers.EmailField):
    default_error_messages = {
        "invalid": "must be an e-mail address.",
        "required": "is missing.",
        "max_length": "must be at most {max_length} characters long.",
    }

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class SettingsInput(Input):
    settings = Object(required=False, limit=limits.METADATA_BYTES)

    def validate_settings(self, settings):
        for name in COUNTS:
            value = settings.get(name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
                raise wrong(name, "must be a whole number.")
        return settings


class TenantInput(SettingsInput):
    name = Text(max_length=Workspace.NAME_LIMIT)
    email = Email(max_length=254)


class TenantChange(SettingsInput):
    name = Text(required=False, max_length=Workspace.NAME_LIMIT)


def spell_tenant(workspace, email, stats):
    spelled = {
        "tenant_id": workspace.typeid,
        "name": workspace.name,
        "email": email,
        "status": "active",
        "settings": workspace.settings,
        "stats": stats,
        "created_at": seconds(workspace.created_at),
        "updated_at": seconds(workspace.updated_at),
    }
    if not email:
        del spelled["email"]
    return spelled
