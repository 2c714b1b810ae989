from django.contrib import admin
from django.db.models import Q

from accounts.admin.base import RowAdmin
from accounts.models import AuditEvent
from lib import typeid


@admin.register(AuditEvent)
class AuditEventAdmin(RowAdmin):
    list_display = ["created_at", "action", "actor_name", "target", "address", "reason"]
    list_filter = ["created_at"]
    date_hierarchy = "created_at"  # audit_by_time
    ordering = ["-created_at", "-id"]
    search_fields = ["action__startswith", "actor_name__icontains"]
    search_help_text = "An id of anything that was touched, an action such as conversation.read, or a name."

    @admin.display(empty_value="–")
    def target(self, event):
        return f"{event.target_type} {event.target_id}" if event.target_id else None

    def _ids_in(self, term):
        """An id of whatever kind: what was done to it, and what was done by it."""
        uuid = _any_id(term)
        return Q(target_id=uuid) | Q(actor_id=uuid) | Q(workspace_id=uuid) | Q(pk=uuid) if uuid else None


def _any_id(term):
    try:
        return typeid.decode(term.rpartition("_")[0], term) if "_" in term else typeid.UUID(term)
    except ValueError:
        return None
