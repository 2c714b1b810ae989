"""Whose messages a search may find."""

from django.db.models import Max, Q
from django.utils import timezone

from conversations.models.conversation import Conversation
from conversations.models.grant import Grant
from projects.models import Project

SHARED = 5_000  # conversations of others, the most recently used
SHARED_TOKENS = 100  # so many of them are named one by one in the index; more, by their owners
OWNER_TOKENS = 1_000  # their months named one by one in the index; more, and any month is walked


class Reach:
    """Whose messages: as tokens that bound the walk in the index, and once more as the WHERE that is the belt.

    Own rows by owner, those of others by conversation. Tokens name only what never changes about a row, so that nothing
    is indexed again when somebody is let in or a project moves.
    """

    def __init__(self, user):
        self.user = user
        shared = Conversation.objects.visible_to(user).exclude(owner=user).filter(pk__in=_let_in(user)).newest_first()
        rows = list(shared.values_list("pk", "owner_id", "last_message_at")[: SHARED + 1])
        self.is_cut = len(rows) > SHARED
        self.shared = [pk for pk, _, _ in rows[:SHARED]]
        self.owners = sorted({owner for _, owner, _ in rows[:SHARED]})
        own = Conversation.objects.filter(owner=user).aggregate(newest=Max("last_message_at"))["newest"]
        self.newest = max([own or timezone.now(), *(at for _, _, at in rows[:1])])

    def tokens(self, months=None):
        """A tsquery of the tokens; `months` (numbers since year 0) narrows it, None is any time."""
        tokens = self._owner(self.user.pk, months)
        if len(self.shared) > SHARED_TOKENS:
            if months and len(months) * len(self.owners) > OWNER_TOKENS:
                months = None
            tokens += [token for owner in self.owners for token in self._owner(owner, months)]
        else:
            tokens += [f"' c{pk}'" for pk in self.shared]
        return " | ".join(tokens)

    def narrow(self, rows, conversation="conversation_id"):
        who = Q(owner=self.user)
        if self.shared:
            who |= Q(**{f"{conversation}__in": self.shared})
        return rows.filter(who, workspace=self.user.workspace_id)

    def _owner(self, pk, months):
        return [f"' o{pk}'"] if months is None else [f"' m{pk}:{month}'" for month in months]


def _let_in(user):
    """Ids of conversations that grants and projects open, found from the small side; `visible_to` has the last word."""
    projects = Project.objects.visible_to(user).values("pk")
    return (
        Grant.objects.filter(user=user)
        .values("conversation")
        .union(Conversation.objects.filter(project__in=projects).exclude(owner=user).values("pk"))
    )
