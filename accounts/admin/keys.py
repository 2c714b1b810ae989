from django.contrib import admin, messages
from django.utils import timezone

from accounts.admin.base import RowAdmin, linked, public_id
from accounts.models import ApiKey, AuditEvent


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("live", "Live"), ("revoked", "Revoked"), ("expired", "Expired")]

    def queryset(self, request, queryset):
        match self.value():
            case "live":
                return queryset.live()
            case "revoked":
                return queryset.filter(revoked_at__isnull=False)
            case "expired":
                return queryset.filter(revoked_at__isnull=True, expires_at__lte=timezone.now())
            case _:
                return queryset


@admin.register(ApiKey)
class ApiKeyAdmin(RowAdmin):
    """Keys are made by their owner or by `manage.py create_api_key`, never here: the secret is nobody else's to see."""

    list_display = ["__str__", "prefix", linked("user"), linked("workspace"), "state", "last_used_at", public_id]
    list_filter = [StateFilter]
    list_select_related = ["user", "workspace"]
    search_fields = ["prefix__startswith", "name"]
    search_help_text = "The beginning of a key (rk_live_…), its name, its owner’s e-mail, or an id."
    ids = {"usr": "user", "ten": "workspace"}
    email_of = "user"
    content = ["digest"]
    actions = ["revoke_selected"]

    @admin.action(description="Revoke selected API keys", permissions=["view"])
    def revoke_selected(self, request, queryset):
        revoked = 0
        for key in queryset.filter(revoked_at__isnull=True):
            key.revoke()
            AuditEvent.record("apikey.revoke", actor=request.user, target=key, request=request)
            revoked += 1
        self.message_user(request, f"Keys revoked: {revoked}.", messages.SUCCESS)
