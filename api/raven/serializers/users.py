from accounts.models import Workspace
from api.fields import Input, Object, Text, without_empty
from api.raven.serializers.times import seconds
from conversations import limits
from lib.typeid import encode

NAME = 120


class UserInput(Input):
    external_ref = Text(
        required=False, pattern=r"^[!-~][ -~]{0,127}\Z", said="must be 1 to 128 printable ASCII characters."
    )
    display_name = Text(required=False, allow_blank=True, max_length=NAME)
    metadata = Object(required=False, limit=limits.METADATA_BYTES)


class UserChange(Input):
    """What is absent stays as it is; null clears."""

    null_is_absent = False
    display_name = Text(required=False, allow_blank=True, allow_null=True, max_length=NAME)
    metadata = Object(required=False, allow_null=True, limit=limits.METADATA_BYTES)


def user_id_of(user):
    """What a user is called here: as the program does that named them before there was an id, else by their id."""
    return user.external_id if user.goes_by_external_id else user.typeid


def spell_user(user):
    spelled = {
        "user_id": user_id_of(user),
        "tenant_id": encode(Workspace.PREFIX, user.workspace_id),
        "external_ref": user.external_id,
        "display_name": user.name,
        "metadata": user.metadata,
        "created_at": seconds(user.created_at),
    }
    return without_empty(spelled, "external_ref", "display_name")
