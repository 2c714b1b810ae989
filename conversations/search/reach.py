"""Whose messages a search may find."""

from django.utils import timezone

from conversations.models.conversation import Conversation
from conversations.models.grant import Grant
from lib.asking import ask
from lib.sql import fetch
from projects.models import Project

SHARED = 5_000  # conversations of others, the most recently used
SHARED_TOKENS = 100  # so many of them are named one by one in the index; more, by their owners
NAMED = 100  # conversations that filters leave are named one by one as well
OWNER_TOKENS = 1_000  # their days or months named one by one in the index; more, and any time is walked

# Asked in one go, because most people are let in nowhere. One too many who is asked about only costs a query.
_NEWEST = """
SELECT (SELECT max(last_message_at) FROM conversations_conversation WHERE owner_id = %(user)s),
       (SELECT min(created_at) FROM conversations_conversation WHERE owner_id = %(user)s),
       EXISTS (SELECT FROM conversations_grant WHERE user_id = %(user)s)
       OR EXISTS (SELECT FROM projects_projectmember WHERE user_id = %(user)s)
       OR EXISTS (SELECT FROM projects_project WHERE owner_id = %(user)s)
"""


def ask_reach(user):
    """The Answer that a Reach begins with, for whoever lets it come along with something else."""
    return ask(_NEWEST, {"user": user.pk}, read=lambda rows: rows[0])


class Reach:
    """Whose messages: as tokens that bound the walk in the index, and once more as the WHERE that is the belt.

    Own rows by owner, those of others by conversation. Tokens name only what never changes about a row, so that nothing
    is indexed again when somebody is let in or a project moves.
    """

    is_wide = False

    def __init__(self, user, filters=None, asked=None):
        self.user = user
        newest, oldest, is_let_in = (asked or ask_reach(user)).found
        rows = self._let_in() if is_let_in or self.is_wide else []
        self.is_cut = len(rows) > SHARED
        self.shared = [pk for pk, _, _ in rows[:SHARED]]
        self.owners = sorted({owner for _, owner, _ in rows[:SHARED]})
        self.newest = max([newest or timezone.now(), *(at for _, _, at in rows[:1])])
        self.oldest = oldest or self.newest
        self.conversations = filters.of_conversations(user) if filters else ("", [])
        self.few, self.many = None, ("", [])
        if self.conversations[0]:
            self._narrow(*self.conversations)

    def _let_in(self):
        shared = self._others().exclude(owner=self.user).newest_first()
        return list(shared.values_list("pk", "owner_id", "last_message_at")[: SHARED + 1])

    def _others(self):
        """What is not the user's own, through the door."""
        return Conversation.objects.visible_to(self.user).filter(pk__in=_let_in(self.user))

    def _narrow(self, condition, params):
        """A few conversations are named: `few`. Whether a row is of one of `many` is a condition on it."""
        belt, belt_params = self.belt("conversations_conversation", "id")
        select = f"SELECT id FROM conversations_conversation WHERE {belt} AND {condition}"  # noqa: S608  our own words
        found = [pk for (pk,) in fetch(f"{select} LIMIT %s", [*belt_params, *params, NAMED + 1])]
        if len(found) <= NAMED:
            self.few = found
        else:
            self.many = (f"conversations_message.conversation_id IN ({select})", [*belt_params, *params])

    @property
    def is_nowhere(self):
        return self.few == []

    def tokens(self, times=None):
        """A tsquery of the tokens; `times` narrows it (days or months, as windows names them), None is any time."""
        if self.few is not None:
            return " | ".join(f"' c{pk}'" for pk in self.few)
        tokens = self._owner(self.user.pk, times)
        if len(self.shared) > SHARED_TOKENS:
            if times and len(times) * len(self.owners) > OWNER_TOKENS:
                times = None
            tokens += [token for owner in self.owners for token in self._owner(owner, times)]
        else:
            tokens += [f"' c{pk}'" for pk in self.shared]
        return " | ".join(tokens)

    def belt(self, table, conversation):
        """(SQL, parameters) of the WHERE over a table of ours, where `conversation` is the column with its id."""
        return (
            f"{table}.workspace_id = %s AND ({table}.owner_id = %s OR {table}.{conversation} = ANY(%s::uuid[]))",
            [self.user.workspace_id, self.user.pk, self.shared],
        )

    def _owner(self, pk, times):
        return [f"' o{pk}'"] if times is None else [f"' {unit}{pk}:{number}'" for unit, number in times]


class WideReach(Reach):
    """Through the wider door, which only R2R's dialect has: others' conversations of a superuser's workspace too."""

    is_wide = True

    def _others(self):
        return Conversation.objects.reached_by(self.user)


def _let_in(user):
    """Ids of conversations that grants and projects open, found from the small side; `visible_to` has the last word."""
    projects = Project.objects.visible_to(user).values("pk")
    return (
        Grant.objects.filter(user=user)
        .values("conversation")
        .union(Conversation.objects.filter(project__in=projects).exclude(owner=user).values("pk"))
    )
