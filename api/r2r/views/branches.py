from api.r2r.dialect import R2R
from api.r2r.serializers.branches import spell_branch, with_partings
from api.r2r.views.conversations import LONGEST, PAGE


class Branches(R2R):
    def get(self, request, conversation):
        """Oldest first: the original, then each with the message where it parted."""
        asked = self.asked()
        pk, offset = asked.path_id("id", conversation), asked.whole("offset", default=0)
        limit = asked.whole("limit", default=PAGE, least=1, most=LONGEST)
        asked.check()
        found = self.conversation(pk)
        page = found.branches.order_by("created_at", "id")[offset : offset + limit]
        return self.results([spell_branch(found, *row) for row in with_partings(found, page)], found.branch_count)
