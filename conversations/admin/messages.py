from django.contrib import admin

from accounts.admin.base import RowAdmin, linked, public_id
from conversations.models import Message, Rendering, Revision


class OfConversation(RowAdmin):
    """Rows that hang on a conversation in great numbers: found by its id, never by a scan."""

    list_select_related = ["conversation"]
    search_fields = ["pk"]
    ids = {"conv": "conversation"}

    def get_queryset(self, request):
        of_conversation = [f"conversation__{name}" for name in ("description", "metadata", "preview")]
        return super().get_queryset(request).defer(*self.content, *of_conversation)


@admin.register(Message)
class MessageAdmin(OfConversation):
    """Facts about messages. No filters: a rare value would read a million rows to fill one page."""

    list_display = ["__str__", linked("conversation"), "type", "status", "model", "created_at", "edited_at", public_id]
    search_help_text = "A msg_… or conv_… id. What messages say is read from their conversation’s page, with a reason."
    content = ["text", "parts", "metadata"]


@admin.register(Revision)
class RevisionAdmin(OfConversation):
    list_display = ["__str__", linked("conversation"), "message_id", linked("edited_by"), "created_at", public_id]
    list_select_related = ["conversation", "edited_by"]
    search_help_text = "A rev_…, msg_… or conv_… id."
    ids = {"conv": "conversation", "msg": "message"}
    content = ["text", "parts", "metadata"]


@admin.register(Rendering)
class RenderingAdmin(OfConversation):
    """Kept HTML of messages. Deleting it costs one rendering each at the next reading, nothing else."""

    list_display = ["message_id", linked("conversation"), "message_version", "renderer_version"]
    search_help_text = "A msg_… or conv_… id."
    ids = {"conv": "conversation", "msg": "pk"}
    content = ["html"]

    def get_fields(self, request, obj=None):
        return ["message", "conversation", "message_version", "renderer_version"]

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request, obj)
