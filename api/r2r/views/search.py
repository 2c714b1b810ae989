from api.r2r import faults
from api.r2r.dialect import R2R
from conversations.models import Message
from conversations.search import BEST, COUNTED, WideReach
from lib.marks import ranges
from lib.text import plain
from lib.times import iso


class Search(R2R):
    scope = "conversations:read"  # it is a POST that writes nothing

    def post(self, request):
        """The best of the newest two hundred messages that say it, in all that the caller may read."""
        asked = self.asked()
        text = asked.text("query", required=True, most=1_000)
        limit = asked.number("limit", default=10, least=1, most=100)
        offset = asked.number("offset", default=0, least=0, most=1_000_000)
        filters = filters_of(asked)
        asked.check()
        if self.is_superuser:
            filters["reach"] = WideReach
        results = Message.objects.search(
            text, request.user, order=BEST, limit=min(offset + limit, COUNTED), per_conversation=None, **filters
        )
        rows = [(group.conversation, hit) for group in results.groups for hit in group.hits]
        rows.sort(key=lambda row: (row[1].score, row[1].created_at, row[1].id), reverse=True)
        total = results.hits_total if results.hits_total is not None else len(rows)
        return self.results([spell_hit(*row) for row in rows[offset : offset + limit]], min(total, COUNTED))


def filters_of(asked):
    """By role, and by the time that messages carry."""
    given, filters = asked.object("filters") or {}, {}
    roles = given.get("role") or []
    roles = roles if isinstance(roles, list) else [roles]
    if set(map(str, roles)) - set(Message.Role.values):
        asked.refuse(faults.bad_value(["body", "filters", "role"], "is no role", given["role"]))
    for name, bound in (("created_after", "after"), ("created_before", "before")):
        if moment := asked.moment_in(given.get(name), ["body", "filters", name]):
            filters[bound] = moment
    return filters | ({"role": roles} if roles else {})


def spell_hit(conversation, hit):
    snippet, _ = ranges(plain(hit.snippet))
    return {
        "conversation_id": str(hit.conversation_id),
        "message_id": str(hit.id),
        "name": conversation.title,
        "role": hit.role,
        "snippet": snippet,
        "score": hit.score,
        "created_at": iso(hit.created_at),
    }
