from rest_framework import serializers

from api.fields import Moment
from lib.times import iso


class PinSerializer(serializers.Serializer):
    """That somebody keeps a conversation at the top: their own, whoever else sees the conversation."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["pin"])
    conversation_id = serializers.CharField()
    created_at = Moment()


def spell_pin(pin, conversation):
    return {
        "id": pin.typeid,
        "object": "pin",
        "conversation_id": conversation.typeid,
        "created_at": iso(pin.created_at),
    }
