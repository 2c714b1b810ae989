"""What readers leave: their own, so only that it is there can be seen here, never what it says."""

from django.contrib import admin

from accounts.admin.base import RowAdmin, linked, public_id
from conversations.models import Bookmark, Note, Pin, Tag, Tagging


class OfReader(RowAdmin):
    list_display = [public_id, linked("user"), "conversation_id", "created_at"]
    list_select_related = ["user"]
    search_fields = ["pk"]
    search_help_text = "The reader’s e-mail, or a conv_… or usr_… id."
    ids = {"conv": "conversation", "usr": "user"}
    email_of = "user"


@admin.register(Pin)
class PinAdmin(OfReader):
    pass


@admin.register(Bookmark)
class BookmarkAdmin(OfReader):
    pass


@admin.register(Note)
class NoteAdmin(OfReader):
    content = ["text"]


@admin.register(Tag)
class TagAdmin(RowAdmin):
    list_display = ["name", linked("owner"), "created_at", public_id]
    list_select_related = ["owner"]
    search_fields = ["name__istartswith"]
    search_help_text = "The beginning of a tag, its owner’s e-mail, or a tag_… or usr_… id."
    ids = {"usr": "owner"}
    email_of = "owner"


@admin.register(Tagging)
class TaggingAdmin(RowAdmin):
    list_display = [public_id, linked("tag"), "conversation_id", "created_at"]
    list_select_related = ["tag"]
    search_fields = ["pk"]
    search_help_text = "A tag_… or conv_… id."
    ids = {"tag": "tag", "conv": "conversation"}
