"""The calls of R2R's older client, at /v2: the same verbs, and bodies in forms that no other client sends."""

from django.db import transaction
from django.utils import timezone

from api.problem import Problem
from api.r2r import faults, written
from api.r2r.asked import uuid_in
from api.r2r.dialect import R2R, unknown
from api.r2r.faults import Invalid
from api.r2r.serializers.branches import spell_old_branch, with_partings
from api.r2r.serializers.messages import LEGACY_KEYS, spell_words
from api.r2r.serializers.users import spell_user
from api.r2r.views.conversations import LONGEST, PAGE, delete, page
from api.r2r.views.messages import listed, own, place_of
from api.r2r.views.users import Anybody, register
from conversations.models import Conversation, Message
from lib.times import iso

ROLES = ("user", "assistant", "system", "tool", "function")
COLUMNS = ("id", "created_at", "owner_id", "title")


class Overview(R2R):
    def get(self, request):
        asked = self.asked()
        ids, users, offset = asked.ids("conversation_ids"), asked.ids("user_ids"), asked.whole("offset", default=0)
        everything = asked.query.get("limit") == "-1"
        limit = LONGEST if everything else asked.whole("limit", default=PAGE, least=1, most=LONGEST)
        asked.check()
        if users is not None and not self.is_superuser:
            raise Problem(403, "forbidden", "Only a superuser can list the conversations of other users.")
        chosen = {"pk__in": ids} if ids is not None else {}
        chosen |= {"owner__in": users} if users is not None else {}
        rows = self.reachable().filter(**chosen)
        return self.results(*page(rows, offset, limit, spell=_spell_row, columns=COLUMNS))


class Create(R2R):
    def post(self, request):
        return self.result(str(Conversation.objects.start(request.user).pk))


class Get(R2R):
    def get(self, request, conversation):
        """A branch, by default the active one, as pairs of an id and a message."""
        asked = self.asked()
        pk, branches = asked.path_id("conversation_id", conversation), asked.ids("branch_id")
        asked.check()
        found = self.conversation(pk)
        return listed(self, found, view_name="active", branch=branches and branches[0], spell=_spell_pairs)


class Delete(R2R):
    def delete(self, request, conversation):
        asked = self.asked()
        pk = asked.path_id("conversation_id", conversation)
        asked.check()
        delete(self, pk)
        return self.result(None)


class AddMessage(R2R):
    def post(self, request, conversation):
        asked = self.asked()
        pk = asked.path_id("conversation_id", conversation)
        asked.check()
        message, parent, metadata = written.added(request)
        if parent is not None and uuid_in(parent) is None:
            raise Invalid([faults.no_uuid(["body", "parent_id"], parent)])
        fields = _fields(message, own(metadata))
        found = self.conversation(pk, write=True)
        after = place_of(found, parent and uuid_in(parent))
        added = found.add(**fields, after=after, author=request.user.pk)
        return self.result({"message_id": str(added.id)})


class MessageView(R2R):
    """Calls that name a message alone."""

    def message_alone(self, spelled):
        """(its conversation, the message), where the caller may write. Raises Problem (404)."""
        asked = self.asked()
        pk = asked.path_id("message_id", spelled)
        asked.check()
        found = Message.objects.filter(pk=pk).values_list("conversation", flat=True).first()
        try:
            conversation = self.conversation(found, write=True)
        except Problem:
            raise unknown("Message", pk) from None
        return conversation, self.message(conversation, pk)


class UpdateMessage(MessageView):
    def put(self, request, message):
        """Other words beside the old ones, on a branch of their own, which becomes the active one."""
        text = written.other_words(request)
        found, old = self.message_alone(message)
        if old.type != "message":
            raise Problem(400, "not_editable", "Only messages can be edited.")
        kept = own(old.metadata) | {"edited": True, "edited_by": str(request.user.pk)}
        pk = found.edit_as_branch(old, text, metadata=kept, author=request.user.pk)
        found.refresh_from_db(fields=["active_branch"])
        return self.result({"new_message_id": str(pk), "new_branch_id": str(found.active_branch_id)})


class MessageMetadata(MessageView):
    def patch(self, request, message):
        given = own(written.metadata(request))
        _, found = self.message_alone(message)
        with transaction.atomic():
            found.locked()
            found.set_metadata((found.metadata or {}) | given, by=request.user)
        return self.result("ok")


class Branches(R2R):
    def get(self, request, conversation):
        asked = self.asked()
        pk = asked.path_id("conversation_id", conversation)
        asked.check()
        found = self.conversation(pk)
        branches = found.branches.order_by("created_at", "id")
        return self.result({"branches": [spell_old_branch(*row) for row in with_partings(found, branches)]})


class Register(R2R):
    authentication_classes = [Anybody]

    def post(self, request):
        return self.result(spell_user(register(self)))


def _spell_row(row):
    pk, created_at, owner_id, title = row
    return {"conversation_id": str(pk), "created_at": iso(created_at), "user_id": str(owner_id), "name": title}


def _spell_pairs(conversation, items):
    return [[str(item.id), {name: spell_words(item)[name] for name in LEGACY_KEYS}] for item in items]


def _fields(message, metadata):
    """What Conversation.add takes."""
    role, text = message.get("role") or "user", written.text_of(message)
    if role not in ROLES:
        raise Problem(400, "invalid_role", "Invalid role")
    if role == "function":  # no role of ours
        role, metadata = Message.Role.OTHER, metadata | {"role": role}
    name = message.get("name") or ""
    if not isinstance(name, str) or len(name) > 200:
        raise Invalid([faults.no_string(["body", "message", "name"], name)])
    calls = [{"type": kind, kind: message[kind]} for kind in ("tool_calls", "function_call") if message.get(kind)]
    return {
        "role": role,
        "text": text,
        "name": name,
        "parts": [{"type": "text", "text": text}, *calls] if calls else None,
        "metadata": metadata or None,
        "created_at": timezone.now(),
    }
