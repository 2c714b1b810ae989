from rest_framework import serializers

from api.fields import Input, Moment, Text
from conversations import limits
from conversations.models import Conversation
from lib.times import iso
from lib.typeid import encode


class NoteInput(Input):
    text = Text(max_length=limits.NOTE, help_text="Markdown, kept as it is written.")

    def validate_text(self, text):
        if not text.strip():
            raise serializers.ValidationError("must not be empty.")
        return text


class NoteSerializer(serializers.Serializer):
    """What somebody wrote for themselves beside a conversation, or beside one of its items. Nobody else sees it."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["note"])
    conversation_id = serializers.CharField()
    item_id = serializers.CharField(required=False)
    text = serializers.CharField()
    created_at = Moment()
    updated_at = Moment()


def spell_note(note):
    """`note` has its message loaded, where it has one."""
    spelled = {
        "id": note.typeid,
        "object": "note",
        "conversation_id": encode(Conversation.PREFIX, note.conversation_id),
        "text": note.text,
        "created_at": iso(note.created_at),
        "updated_at": iso(note.updated_at),
    }
    return spelled | ({"item_id": note.message.shown_id} if note.message else {})
