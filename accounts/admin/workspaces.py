from django.contrib import admin

from accounts.admin.base import RowAdmin, public_id
from accounts.models import Workspace


@admin.register(Workspace)
class WorkspaceAdmin(RowAdmin):
    list_display = ["name", public_id, "created_at"]
    search_fields = ["name", "email"]
    search_help_text = "A name, an e-mail, or a ten_… id."
    fields = ["name", "email", "settings", "created_at", "updated_at"]
    readonly_fields = ["settings", "created_at", "updated_at"]

    def has_change_permission(self, request, obj=None):
        return self.has_view_permission(request, obj)
