from rest_framework import serializers

from api.fields import Input, Moment, Text, iso
from projects.models import Role


class RoleChange(Input):
    role = serializers.ChoiceField(
        Role.values,
        error_messages={"required": "is missing.", "invalid_choice": f"must be one of: {', '.join(Role.values)}."},
    )


class PersonInput(RoleChange):
    user = Text(help_text="usr_…, an e-mail address or an external id, of the same workspace.")


class PersonSerializer(serializers.Serializer):
    """Somebody who was let in."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["conversation.grant", "project.member"])
    name = serializers.CharField(required=False)
    email = serializers.CharField(required=False)
    external_id = serializers.CharField(required=False)
    role = serializers.ChoiceField(Role.values)
    created_at = Moment()


def spell_person(kind, row):
    """`row`: a Grant or a ProjectMember, with its user."""
    user = row.user
    told = {"name": user.name, "email": user.email, "external_id": user.external_id}
    return {
        "id": user.typeid,
        "object": kind,
        **{name: value for name, value in told.items() if value},
        "role": row.role,
        "created_at": iso(row.created_at),
    }
