from functools import partial

from accounts.models import AuditEvent
from api import specification as spec
from api.problem import invalid
from api.queries import limit_of
from api.v1.dialect import V1, cursor_of
from api.v1.serializers.audit import AuditEventSerializer, spell_event
from lib.typeid import decode


class Audit(V1):
    @spec.described(answers={200: spec.listed(AuditEventSerializer)}, query=spec.walked(AuditEvent.PREFIX))
    def get(self, request):
        """What was done to the caller's account, keys and conversations, newest first."""
        query = request.GET
        limit = limit_of(query, default=20, maximum=100)
        try:
            after = cursor_of(query, partial(decode, AuditEvent.PREFIX))
        except ValueError:
            raise invalid("after", f"must be an id like {AuditEvent.PREFIX}_….", code="invalid_cursor") from None
        events = AuditEvent.objects.about(request.user, before=after)
        found = list(events[: limit + 1])
        rows = [spell_event(event) for event in found[:limit]]
        total = AuditEvent.objects.about(request.user).count()
        return self.page(rows, has_more=len(found) > limit, total=total)
