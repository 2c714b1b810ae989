from rest_framework import serializers

from accounts.models import ApiKey
from accounts.models.api_key import SCOPES
from api.fields import Input, Many, Text
from api.raven.serializers.times import seconds


class KeyInput(Input):
    name = Text(max_length=120)
    scopes = Many(child=Text())
    user_id = Text(required=False)

    def validate_scopes(self, scopes):
        if unknown := sorted(set(scopes) - set(SCOPES)):
            raise serializers.ValidationError(f"hold {unknown[0][:60]!r}, which is none of: {', '.join(SCOPES)}.")
        return sorted(set(scopes))


def spell_new(key, secret):
    return {
        "key_id": key.typeid,
        "name": key.name,
        "api_key": secret,
        "api_key_prefix": ApiKey.SECRET_PREFIX,
        "scopes": key.scopes,
        "created_at": seconds(key.created_at),
    }


def spell_key(key):
    """Never the secret; which one it is, its first characters tell."""
    spelled = {
        "key_id": key.typeid,
        "name": key.name,
        "api_key_prefix": key.prefix,
        "scopes": key.scopes,
        "created_at": seconds(key.created_at),
    }
    for name in ("last_used_at", "revoked_at"):
        if moment := getattr(key, name):
            spelled[name] = seconds(moment)
    return spelled
