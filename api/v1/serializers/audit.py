from rest_framework import serializers

from accounts.models import User
from api.fields import Moment, without_empty
from lib.times import iso
from lib.typeid import encode


class AuditEventSerializer(serializers.Serializer):
    """One line of what was done, by whom, to what: never anybody's text."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["audit_event"])
    action = serializers.CharField()
    actor_id = serializers.CharField(required=False, help_text="Not there where the server did it.")
    actor_name = serializers.CharField(required=False)
    target_type = serializers.CharField(required=False)
    reason = serializers.CharField(required=False)
    address = serializers.CharField(required=False)
    details = serializers.DictField()
    created_at = Moment()


def spell_event(event):
    spelled = {
        "id": event.typeid,
        "object": "audit_event",
        "action": event.action,
        "actor_id": event.actor_id and encode(User.PREFIX, event.actor_id),
        "actor_name": event.actor_name,
        "target_type": event.target_type,
        "reason": event.reason,
        "address": event.address,
        "details": event.details,
        "created_at": iso(event.created_at),
    }
    return without_empty(spelled, "actor_id", "actor_name", "target_type", "reason", "address")
