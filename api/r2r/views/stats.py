from api.problem import Problem
from api.r2r.dialect import R2R
from conversations.analytics import TooSlow, usage_of


class Stats(R2R):
    def get(self, request):
        """How much is said in the workspace, and by whom: no texts, no names."""
        if not self.is_superuser:
            raise Problem(403, "forbidden", "Only a superuser can see the usage of the workspace.")
        asked = self.asked()
        since, until = asked.moment("created_after"), asked.moment("created_before")
        asked.check()
        try:
            usage = usage_of(request.user.workspace_id, since, until)
        except TooSlow as error:
            raise Problem(503, "too_slow", str(error), headers={"Retry-After": "60"}) from None
        return self.result(
            {
                "conversations": usage.conversations,
                "messages": usage.messages,
                "users": usage.users,
                "messages_by_role": usage.by_role,
                "per_day": [
                    {"date": day.day.isoformat(), "conversations": day.conversations, "messages": day.messages}
                    for day in usage.days
                ],
            }
        )
