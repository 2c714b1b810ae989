from django.contrib import admin

from accounts.admin.base import RowAdmin, linked, public_id
from conversations.models import ImportBatch, ImportLine, Source


@admin.register(ImportBatch)
class ImportBatchAdmin(RowAdmin):
    list_display = [
        "file_name",
        linked("owner"),
        "format",
        "status",
        "progress",
        "created_at",
        "finished_at",
        public_id,
    ]
    list_filter = ["status"]
    list_select_related = ["owner"]
    search_fields = ["file_name"]
    search_help_text = "A file name, the owner’s e-mail, or an imp_… or usr_… id."
    ids = {"usr": "owner"}
    email_of = "owner"
    content = ["file_path"]

    @admin.display
    def progress(self, batch):
        return f"{100 * batch.bytes_read // batch.bytes_total} %" if batch.bytes_total else "–"


@admin.register(ImportLine)
class ImportLineAdmin(RowAdmin):
    list_display = ["record", linked("batch"), "outcome", "reason"]
    list_filter = ["outcome"]
    list_select_related = ["batch"]
    search_fields = ["pk"]
    search_help_text = "An imp_… id, for the lines of its report."
    ids = {"imp": "batch"}


@admin.register(Source)
class SourceAdmin(RowAdmin):
    list_display = ["format", "conversation_id", linked("import_batch")]
    list_select_related = ["import_batch"]
    search_fields = ["pk"]
    search_help_text = "A conv_… or imp_… id."
    ids = {"conv": "conversation", "imp": "import_batch"}
    content = ["payload", "fingerprint"]
