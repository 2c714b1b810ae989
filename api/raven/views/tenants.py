from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum

from accounts.models import ApiKey, AuditEvent, Workspace
from accounts.models.api_key import SCOPES
from accounts.throttling import client, count_request
from api.dialect import READ
from api.problem import Problem
from api.raven.dialect import Raven
from api.raven.serializers.tenants import TenantChange, TenantInput, spell_tenant
from conversations.models import Attachment, Conversation

TENANTS = 10  # a minute from one address


class Tenants(Raven):
    """Where strangers make a tenant for themselves; closed, unless whoever runs the server opens it."""

    authentication_classes = []

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if not settings.OPEN_TENANTS:
            raise Problem(403, "forbidden", "Tenants are made by whoever runs this server.")
        count_request(f"tenants:{client(request)}", TENANTS)

    @transaction.atomic
    def post(self, request):
        fields = self.payload(TenantInput)
        workspace = Workspace.objects.create(**fields)
        key, secret = ApiKey.objects.mint(workspace=workspace, name="First key", scopes=SCOPES)
        AuditEvent.record("workspace.create", target=workspace, request=request, workspace_id=workspace.pk)
        return self.answer(
            {
                "tenant_id": workspace.typeid,
                "api_key": secret,
                "api_key_prefix": key.SECRET_PREFIX,
                "message": "Keep this key: it is shown only now.",
            },
            201,
        )


class Tenant(Raven):
    @property
    def scope(self):
        return "tenant:read" if self.request.method in READ else "tenant:admin"

    def get(self, request):
        return self.one(request.auth.workspace)

    def patch(self, request):
        """Another name; of the settings only the keys that are named."""
        fields = self.payload(TenantChange)
        workspace = request.auth.workspace
        with transaction.atomic():
            workspace.change(**fields)
            self.record("workspace.change", workspace, fields=sorted(fields))
        return self.one(workspace)

    def one(self, workspace):
        held = Conversation.objects.of_workspace(workspace.pk).aggregate(count=Count("pk"), turns=Sum("turns"))
        stored = Attachment.objects.filter(workspace=workspace).aggregate(bytes=Sum("size"))
        stats = {
            "user_count": workspace.users.count(),
            "conversation_count": held["count"],
            "total_interactions": held["turns"] or 0,  # counted as message_count is
            "storage_bytes": stored["bytes"] or 0,
        }
        return self.answer(spell_tenant(workspace, workspace.contact, stats))
