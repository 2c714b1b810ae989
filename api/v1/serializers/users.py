from rest_framework import serializers

from accounts.models import User, Workspace
from api.fields import Input, Moment, Object, Text, without_empty
from conversations import limits
from lib.times import iso
from lib.typeid import encode

EXTERNAL_ID = r"^[!-~][ -~]{0,127}\Z"
NAME_LIMIT = 120


class UserInput(Input):
    external_id = Text(
        pattern=EXTERNAL_ID,
        said="must be 1 to 128 printable ASCII characters.",
        help_text="What your program calls them.",
    )
    name = Text(required=False, allow_blank=True, max_length=NAME_LIMIT)
    metadata = Object(required=False, limit=limits.METADATA_BYTES)


class UserChange(Input):
    """What is absent stays as it is; null clears."""

    null_is_absent = False
    name = Text(required=False, allow_blank=True, allow_null=True, max_length=NAME_LIMIT)
    metadata = Object(required=False, allow_null=True, limit=limits.METADATA_BYTES)


class UserSerializer(serializers.Serializer):
    """Somebody in the workspace: a person with an e-mail, or one that a program made."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["user"])
    external_id = serializers.CharField(required=False)
    email = serializers.CharField(required=False)
    name = serializers.CharField(allow_blank=True)
    role = serializers.ChoiceField(User.Role.values)
    metadata = serializers.DictField()
    created_at = Moment()
    updated_at = Moment()


def spell_user(user):
    spelled = {
        "id": user.typeid,
        "object": "user",
        "external_id": user.external_id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "metadata": user.metadata,
        "created_at": iso(user.created_at),
        "updated_at": iso(user.updated_at),
    }
    return without_empty(spelled, "external_id", "email")


class KeySerializer(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    prefix = serializers.CharField(help_text="How its secret begins.")
    scopes = serializers.ListField(child=serializers.CharField())
    is_workspace_key = serializers.BooleanField(help_text="It acts for whom Parley-User names.")
    created_at = Moment()
    expires_at = Moment(allow_null=True)


class WorkspaceSerializer(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()


class MeSerializer(serializers.Serializer):
    """Who a key is."""

    object = serializers.ChoiceField(["me"])
    user = UserSerializer(allow_null=True, help_text="Null for a workspace key that names nobody.")
    workspace = WorkspaceSerializer()
    key = KeySerializer()


def spell_me(user, key):
    return {
        "object": "me",
        "user": spell_user(user) if user else None,
        "workspace": {"id": encode(Workspace.PREFIX, key.workspace_id), "name": key.workspace.name},
        "key": {
            "id": key.typeid,
            "name": key.name,
            "prefix": key.prefix,
            "scopes": key.scopes,
            "is_workspace_key": key.user_id is None,
            "created_at": iso(key.created_at),
            "expires_at": key.expires_at and iso(key.expires_at),
        },
    }
