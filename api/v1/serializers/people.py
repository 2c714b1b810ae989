from rest_framework import serializers

from accounts.models import User
from api.fields import Input, Moment, Text
from lib.times import iso
from lib.typeid import encode
from projects.people import GIVEN

ROLES = [role for role, _ in GIVEN]


class RoleChange(Input):
    role = serializers.ChoiceField(
        ROLES,
        error_messages={"invalid_choice": f"must be one of: {', '.join(ROLES)}."},
    )


class OwnerInput(Input):
    user = Text(help_text="usr_…, an e-mail address or an external id, of the same workspace.")


class PersonInput(OwnerInput, RoleChange):
    """Whom, and as what."""


class NamedSerializer(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField(required=False)


class SomebodySerializer(NamedSerializer):
    email = serializers.CharField(required=False, help_text="For the owner alone, as the external id is.")
    external_id = serializers.CharField(required=False)


class PersonSerializer(SomebodySerializer):
    """Somebody who was let in."""

    object = serializers.ChoiceField(["conversation.grant", "project.member"])
    role = serializers.ChoiceField(ROLES)
    created_at = Moment()


class OwnerSerializer(SomebodySerializer):
    """Whose it is."""

    object = serializers.ChoiceField(["conversation.owner", "project.owner"])


def spell_named(pk, name):
    """Somebody as whoever is in with them knows them."""
    return {"id": encode(User.PREFIX, pk)} | ({"name": name} if name else {})


def spell_person(kind, row, *, to_owner):
    """`row`: a Grant or a ProjectMember, with its user."""
    spelled = spell_somebody(kind, row.user, to_owner=to_owner)
    return spelled | {"role": row.role, "created_at": iso(row.created_at)}


def spell_somebody(kind, user, *, to_owner):
    """Those who are in know each other by name: addresses are what the owner let them in by."""
    told = {"name": user.name} | ({"email": user.email, "external_id": user.external_id} if to_owner else {})
    return {"id": user.typeid, "object": kind} | {name: value for name, value in told.items() if value}
