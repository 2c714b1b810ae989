from django.contrib import admin

from accounts.admin.base import RowAdmin, linked, public_id
from accounts.models import ClientSettings, Login


@admin.register(Login)
class LoginAdmin(RowAdmin):
    """Programs that were logged in with a password. Deleting a row logs one out; its secrets are nobody's to see."""

    list_display = [linked("user"), "user_agent", "address", "created_at", "refresh_expires_at", public_id]
    list_select_related = ["user"]
    search_fields = ["pk"]
    search_help_text = "The user’s e-mail, or an id."
    ids = {"usr": "user"}
    email_of = "user"
    content = ["access_digest", "refresh_digest", "password_digest"]

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request, obj)


@admin.register(ClientSettings)
class ClientSettingsAdmin(RowAdmin):
    list_display = ["__str__", linked("user")]
    list_select_related = ["user"]
    search_fields = ["pk"]
    search_help_text = "The user’s e-mail, or an id."
    ids = {"usr": "user"}
    email_of = "user"
    content = ["value"]
