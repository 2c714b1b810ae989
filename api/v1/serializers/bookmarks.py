from rest_framework import serializers

from api.fields import Moment
from conversations import limits
from conversations.models import Conversation
from lib.text import first_line
from lib.times import iso
from lib.typeid import encode


class BookmarkSerializer(serializers.Serializer):
    """An item that somebody wants to find again. Nobody else sees it."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["bookmark"])
    conversation_id = serializers.CharField()
    item_id = serializers.CharField()
    created_at = Moment()


class ListedBookmarkSerializer(BookmarkSerializer):
    title = serializers.CharField(allow_blank=True, help_text="The conversation’s.")
    role = serializers.CharField()
    preview = serializers.CharField(allow_blank=True, help_text="The item’s first words.")


def spell_bookmark(bookmark, message):
    return {
        "id": bookmark.typeid,
        "object": "bookmark",
        "conversation_id": encode(Conversation.PREFIX, bookmark.conversation_id),
        "item_id": message.shown_id,
        "created_at": iso(bookmark.created_at),
    }


def spell_listed(bookmark):
    """`bookmark` has its conversation and its message loaded, and the `beginning` of what that says."""
    return spell_bookmark(bookmark, bookmark.message) | {
        "title": bookmark.conversation.title or "",
        "role": bookmark.message.role,
        "preview": first_line(bookmark.beginning, limits.PREVIEW),
    }
