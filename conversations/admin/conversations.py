from django.contrib import admin
from django.contrib import messages as notices
from django.contrib.admin.helpers import ActionForm
from django.db.models import Sum
from django.forms import CharField
from django.http import StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join

from accounts.admin.base import RowAdmin, linked, public_id
from conversations.admin.reading import Reading
from conversations.exporting import Export
from conversations.models import Attachment, Branch, Conversation, Grant, ImportBatch, Tombstone
from projects.admin import LetInAdmin


class SourceFilter(admin.SimpleListFilter):
    title = "source"
    parameter_name = "source"

    def lookups(self, request, model_admin):
        """Formats that were ever imported, asked of the few batches rather than of every conversation."""
        formats = ImportBatch.objects.exclude(format="").order_by("format").values_list("format", flat=True).distinct()
        return [("here", "Written here"), *((name, name) for name in formats)]

    def queryset(self, request, queryset):
        match self.value():
            case None:
                return queryset
            case "here":
                return queryset.filter(source="")
            case source:
                return queryset.filter(source=source)


class ReasonForm(ActionForm):
    reason = CharField(max_length=500, required=False, label="Reason, for the audit trail:")


@admin.register(Conversation)
class ConversationAdmin(RowAdmin):
    """Facts about conversations. What was said in them is behind a reason, which the owner can see."""

    list_display = [
        "__str__",
        linked("owner"),
        "source",
        "message_count",
        "branch_count",
        "last_message_at",
        "archived_at",
        public_id,
    ]
    list_filter = [SourceFilter, ("archived_at", admin.EmptyFieldListFilter), ("project", admin.EmptyFieldListFilter)]
    list_select_related = ["owner"]
    search_fields = ["title", "external_id__startswith"]
    search_help_text = "Words of a title, the id in an export, the owner’s e-mail, or a conv_, usr_, proj_ or imp_ id."
    ids = {"usr": "owner", "proj": "project", "imp": "import_batch"}
    email_of = "owner"
    content = ["description", "metadata", "preview"]
    fields = [
        "title",
        "owner",
        "workspace",
        "project",
        "model",
        "referrer",
        "source",
        "external_id",
        "import_batch",
        "active_branch",
        "message_count",
        "length",
        "turns",
        "branch_count",
        "attachment_count",
        "revision",
        "archived_at",
        "created_at",
        "updated_at",
        "last_message_at",
        "see_also",
    ]
    readonly_fields = ["see_also"]
    change_form_template = "admin/conversations/conversation/change_form.html"
    action_form = ReasonForm
    actions = ["export_jsonl"]

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request, obj)

    def get_urls(self):
        return [
            path("<uuid:pk>/read/", self.admin_site.admin_view(self.read), name="conversations_conversation_read"),
            path(
                "<uuid:pk>/read/<uuid:event>/",
                self.admin_site.admin_view(self.text),
                name="conversations_conversation_text",
            ),
            *super().get_urls(),
        ]

    def read(self, request, pk):
        return Reading(self, request, pk).ask()

    def text(self, request, pk, event):
        return Reading(self, request, pk).show(event)

    @admin.display(description="see also")
    def see_also(self, conversation):
        pages = {
            "messages": "admin:conversations_message_changelist",
            "branches": "admin:conversations_branch_changelist",
            "attachments": "admin:conversations_attachment_changelist",
            "share links": "admin:sharing_sharelink_changelist",
            "people let in": "admin:conversations_grant_changelist",
            "audit trail": "admin:accounts_auditevent_changelist",
        }
        links = ((reverse(name), conversation.typeid, word) for word, name in pages.items())
        return format_html_join(" · ", '<a href="{}?q={}">{}</a>', links)

    @admin.action(description="Export selected as JSONL", permissions=["view"])
    def export_jsonl(self, request, queryset):
        reason = request.POST.get("reason", "").strip()[:500]
        if not reason:
            self.message_user(
                request, "Exporting hands over what people wrote: type a reason beside the action.", notices.ERROR
            )
            return None
        export = Export(Conversation.objects.filter(pk__in=queryset.order_by().values("pk")))
        export.record(actor=request.user, request=request, reason=reason)
        name = f"conversations-{timezone.now():%Y%m%d-%H%M%S}.jsonl"
        return StreamingHttpResponse(
            export.chunks(),
            content_type="application/x-ndjson; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def count_with(self, objs):
        """What will go, from the counters that the rows keep: one row read per conversation, none per message."""
        ids = [conversation.pk for conversation in objs]
        sums = Conversation.objects.filter(pk__in=ids).aggregate(
            messages=Sum("message_count"), branches=Sum("branch_count"), attachments=Sum("attachment_count")
        )
        return {"conversations": len(ids)} | {word: number or 0 for word, number in sums.items()}


@admin.register(Branch)
class BranchAdmin(RowAdmin):
    list_display = ["name", linked("conversation"), "tip_position", "forked_from_position", "forked_at", public_id]
    list_select_related = ["conversation"]
    search_fields = ["pk"]
    search_help_text = "A branch_… or conv_… id."
    ids = {"conv": "conversation"}
    content = ["description"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("description", *_content_of_conversation())


@admin.register(Attachment)
class AttachmentAdmin(RowAdmin):
    list_display = ["name", "content_type", "size", linked("owner"), linked("conversation"), "is_here", public_id]
    list_filter = [("sha256", admin.EmptyFieldListFilter)]
    list_select_related = ["owner", "conversation"]
    search_fields = ["name"]
    search_help_text = "A file name, the owner’s e-mail, or an att_…, conv_…, msg_… or usr_… id."
    ids = {"conv": "conversation", "msg": "message", "usr": "owner", "imp": "import_batch"}
    email_of = "owner"

    def get_queryset(self, request):
        return super().get_queryset(request).defer(*_content_of_conversation())

    @admin.display(boolean=True, description="file is here")
    def is_here(self, attachment):
        return bool(attachment.sha256)


@admin.register(Grant)
class GrantAdmin(LetInAdmin):
    into = "conversation"
    list_display = [linked("conversation"), linked("user"), "role", linked("granted_by"), "created_at"]
    list_display_links = ["created_at"]
    list_filter = ["role"]
    list_select_related = ["conversation", "user", "granted_by"]
    search_fields = ["pk"]
    search_help_text = "The e-mail of whoever was let in, or a conv_… or usr_… id."
    ids = {"conv": "conversation", "usr": "user"}
    email_of = "user"

    def get_queryset(self, request):
        return super().get_queryset(request).defer(*_content_of_conversation())


@admin.register(Tombstone)
class TombstoneAdmin(RowAdmin):
    list_display = ["id", "kind", "conversation_id", "position", "owner_id", "deleted_at"]
    list_filter = ["kind"]
    date_hierarchy = "deleted_at"
    search_fields = ["pk"]
    search_help_text = "A conv_…, msg_… or usr_… id."
    ids = {"msg": "pk", "conv": "conversation_id", "usr": "owner_id"}


def _content_of_conversation():
    return [f"conversation__{name}" for name in ConversationAdmin.content]
