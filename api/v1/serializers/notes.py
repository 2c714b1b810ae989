from rest_framework import serializers

from api.fields import Flag, Input, Moment, Text
from conversations import limits
from conversations.models import Conversation
from lib.times import iso
from lib.typeid import encode


class NoteInput(Input):
    text = Text(max_length=limits.NOTE, help_text="Markdown, kept as it is written.")
    shared = Flag(required=False, help_text="true: everybody in the conversation reads it. Takes a commenter.")

    def validate_text(self, text):
        if not text.strip():
            raise serializers.ValidationError("must not be empty.")
        return text


class NoteSerializer(serializers.Serializer):
    """What somebody wrote beside a conversation, or beside one of its items: for themselves or for all in it."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["note"])
    conversation_id = serializers.CharField()
    item_id = serializers.CharField(required=False)
    text = serializers.CharField()
    shared = serializers.BooleanField(required=False, help_text="Where others read it, with who wrote it.")
    user_id = serializers.CharField(required=False)
    user_name = serializers.CharField(required=False)
    created_at = Moment()
    updated_at = Moment()


def spell_note(note):
    """`note` has its user loaded, and its message, where it has one."""
    spelled = {
        "id": note.typeid,
        "object": "note",
        "conversation_id": encode(Conversation.PREFIX, note.conversation_id),
        "text": note.text,
        "created_at": iso(note.created_at),
        "updated_at": iso(note.updated_at),
    }
    if note.shared:
        spelled |= {"shared": True, "user_id": note.user.typeid}
        spelled |= {"user_name": note.user.name} if note.user.name else {}
    return spelled | ({"item_id": note.message.shown_id} if note.message else {})
