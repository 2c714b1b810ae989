from rest_framework import serializers

from api.fields import Moment, without_empty
from conversations.models import Conversation
from lib.times import iso
from lib.typeid import encode


class AttachmentSerializer(serializers.Serializer):
    """A file of a conversation, or of one of its items."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["attachment"])
    conversation_id = serializers.CharField()
    item_id = serializers.CharField(required=False)
    name = serializers.CharField()
    content_type = serializers.CharField(help_text="Told from its first bytes.")
    size = serializers.IntegerField(required=False)
    width = serializers.IntegerField(required=False)
    height = serializers.IntegerField(required=False)
    sha256 = serializers.CharField(required=False, help_text="Not there where an import named it and did not bring it.")
    created_at = Moment()


def spell_attachment(attachment):
    """`attachment` has its message loaded, where it has one."""
    spelled = {
        "id": attachment.typeid,
        "object": "attachment",
        "conversation_id": encode(Conversation.PREFIX, attachment.conversation_id),
        "item_id": attachment.message and attachment.message.shown_id,
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "width": attachment.width,
        "height": attachment.height,
        "sha256": attachment.sha256,
        "created_at": iso(attachment.created_at),
    }
    return without_empty(spelled, "item_id", "size", "width", "height", "sha256")
