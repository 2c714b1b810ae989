from django.db import transaction
from django.db.models import Q

from api.problem import Problem
from api.r2r import faults
from api.r2r.dialect import R2R
from api.r2r.serializers.conversations import COLUMNS, spell_conversation, spell_one
from api.r2r.views.messages import listed
from conversations import limits
from conversations.models import Conversation

PAGE, LONGEST = 100, 1_000


class Conversations(R2R):
    def get(self, request):
        """Newest first: the caller's own and what others let them into; a superuser's, everybody's in the workspace."""
        asked = self.asked()
        offset, limit = asked.whole("offset", default=0), asked.whole("limit", default=PAGE, least=1, most=LONGEST)
        wanted = filtered(asked, self.is_superuser, request.user)
        asked.check()
        return self.results(*page(self.reachable().filter(wanted), offset, limit))

    def post(self, request):
        asked = self.asked()
        fields = changes(asked)
        asked.check()
        if fields.get("title") == "":
            fields["title"] = None
        return self.result(spell_one(Conversation.objects.start(request.user, **fields)))


class OneConversation(R2R):
    def get(self, request, conversation):
        """Its messages. All of them, of every branch, in the order in which they were written: see views.messages."""
        asked = self.asked()
        pk, branches = asked.path_id("id", conversation), asked.ids("branch_id")
        view = asked.choice("view", "chronological", "threaded", "active")
        offset, limit = asked.whole("offset", default=None), asked.whole("limit", default=None, least=1, most=LONGEST)
        asked.check()
        found = self.conversation(pk)
        return listed(self, found, view_name=view, branch=branches and branches[0], offset=offset, limit=limit)

    def post(self, request, conversation):
        asked = self.asked()
        pk, fields = asked.path_id("id", conversation), changes(asked)
        if not fields or ("name" in asked.body and asked.body["name"] is None):
            asked.text("name", required=True)
        asked.check()
        found = self.conversation(pk, write=True)
        with transaction.atomic():
            locked = found.locked()
            locked.change(**fields)
        return self.result(spell_one(locked))

    def delete(self, request, conversation):
        asked = self.asked()
        pk = asked.path_id("id", conversation)
        asked.check()
        delete(self, pk)
        return self.result({"success": True})


def delete(view, pk):
    """For good, with everything in it. Raises Problem (404)."""
    found = view.conversation(pk, own=True)
    with transaction.atomic():
        counts = found.delete()
        view.record("conversation.delete", found, **counts)


def changes(asked):
    """What a body sets of a conversation: {field: value}."""
    given = {
        "title": asked.text("name", most=limits.TITLE),
        "description": asked.text("description"),
        "metadata": asked.object("metadata"),
    }
    return {field: value for field, value in given.items() if value is not None}


def filtered(asked, is_superuser, user):
    """What a list's query asks for, as a Q."""
    wanted = Q()
    if (ids := asked.ids("ids")) is not None:
        wanted &= Q(pk__in=ids)
    if name := asked.word("name"):
        wanted &= Q(title__icontains=name)
    if since := asked.moment("created_after"):
        wanted &= Q(created_at__gte=since)
    if until := asked.moment("created_before"):
        wanted &= Q(created_at__lt=until)
    if key := asked.word("metadata_key"):
        value = asked.word("metadata_value")
        wanted &= Q(metadata__has_key=key) if value is None else Q(metadata__contains={key: value})
    elif "metadata_value" in asked.query:
        asked.refuse(faults.missing(["query", "metadata_key"]))
    if (users := asked.ids("user_ids")) is not None:
        if not is_superuser and set(users) - {user.pk, None}:
            raise Problem(403, "forbidden", "Only a superuser can list the conversations of other users.")
        wanted &= Q(owner__in=users)
    return wanted


def page(conversations, offset, limit, spell=spell_conversation, columns=COLUMNS):
    """(spelled rows, how many there are in all)"""
    rows = conversations.order_by("-created_at", "-id").values_list(*columns)[offset : offset + limit]
    found = [spell(row) for row in rows]
    is_all = 0 < len(found) < limit or not (found or offset)
    return found, offset + len(found) if is_all else conversations.order_by().count()
