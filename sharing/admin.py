from django.contrib import admin, messages

from accounts.admin.base import RowAdmin, linked, public_id
from sharing.models import DailyViews, ShareLink


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [(state.value, state.label) for state in ShareLink.State]

    def queryset(self, request, queryset):
        return queryset.in_state(self.value()) if self.value() in ShareLink.State.values else queryset


@admin.register(ShareLink)
class ShareLinkAdmin(RowAdmin):
    """Links are made by owners. Here they are found and, when asked for, revoked."""

    list_display = [
        "__str__",
        linked("owner"),
        "scope",
        "live",
        "state",
        "view_count",
        "last_viewed_at",
        "expires_at",
        public_id,
    ]
    list_filter = [StateFilter, "scope"]
    list_select_related = ["owner"]
    search_fields = ["title"]
    search_help_text = "A title, the owner’s e-mail, or a link_…, conv_… or usr_… id."
    ids = {"conv": "conversation_id", "usr": "owner"}
    email_of = "owner"
    content = ["digest", "positions", "password"]
    # The conversation may be gone while its link answers 410, so its id is shown, not its name.
    fields = [
        "title",
        "owner",
        "workspace",
        "conversation_id",
        "scope",
        "live",
        "state",
        "revision",
        "taken_at",
        "include_images",
        "include_context",
        "include_reasoning",
        "include_tools",
        "include_files",
        "include_system",
        "include_names",
        "read_only",
        "asks_a_password",
        "view_count",
        "last_viewed_at",
        "expires_at",
        "revoked_at",
        "created_at",
        "updated_at",
    ]
    readonly_fields = ["conversation_id", "live", "state", "asks_a_password"]
    actions = ["revoke_selected"]

    @admin.display(boolean=True)
    def live(self, link):
        return link.is_live

    @admin.display(boolean=True)
    def asks_a_password(self, link):
        return bool(link.password)

    @admin.action(description="Revoke selected share links", permissions=["view"])
    def revoke_selected(self, request, queryset):
        revoked = queryset.revoke(by=request.user, request=request)
        self.message_user(request, f"Share links revoked: {revoked}.", messages.SUCCESS)


@admin.register(DailyViews)
class DailyViewsAdmin(RowAdmin):
    list_display = [linked("link"), "day", "count"]
    list_select_related = ["link"]
    search_fields = ["pk"]
    search_help_text = "A link_… id."
    ids = {"link": "link"}
    content = ["link__digest", "link__positions", "link__password"]
