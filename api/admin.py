from django.contrib import admin

from accounts.admin.base import RowAdmin, linked
from api.models import IdempotencyRecord


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(RowAdmin):
    list_display = ["key", linked("user"), "status", "created_at"]
    list_filter = ["created_at"]
    list_select_related = ["user"]
    search_fields = ["key__startswith"]
    search_help_text = "The beginning of a key, the user’s e-mail, or a usr_… id."
    ids = {"usr": "user"}
    email_of = "user"
    content = ["answer", "request_digest"]  # the answer repeats what somebody sent
