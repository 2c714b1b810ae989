import re

from django.db import transaction
from django.http import HttpResponse

from accounts.models import User
from api.problem import invalid, not_found
from api.queries import text_of
from api.raven.dialect import Raven
from api.raven.serializers.conversations import COLUMNS, ConversationChange, ConversationInput, spell
from api.raven.serializers.users import user_id_of
from conversations.models import Conversation
from lib.typeid import decode

# What a program may call a user of its own.
NAMED = re.compile(r"[A-Za-z0-9_.:@-]{1,128}")


class Conversations(Raven):
    def get(self, request):
        """One user's, newest change first."""
        name = text_of(request.GET, "user_id")
        if not name:
            raise invalid("user_id", "is missing.")
        owner = self.users().named(name)
        if owner is None or request.user not in (None, owner):
            return self.listed("conversations", Conversation.objects.none(), spell)
        user_id, rows = user_id_of(owner), Conversation.objects.visible_to(owner, own=True)
        rows = rows.order_by("-updated_at", "-id").values_list(*COLUMNS, named=True)
        return self.listed("conversations", rows, lambda row: spell(row, user_id))

    @transaction.atomic
    def post(self, request):
        fields = self.payload(ConversationInput)
        owner = self.owner(fields.pop("user_id"))
        theirs = Conversation.objects.visible_to(owner, own=True)
        said = "This user has as many conversations as the tenant allows."
        self.check_room("max_conversations_per_user", theirs, "conversation_limit", said)
        return self.answer(spell(Conversation.objects.start(owner, **fields), user_id_of(owner)), 201)

    def owner(self, name):
        """The user that a program means, made on the spot where it names one of its own for the first time.

        Raises Problem (400, 404, 409).
        """
        found = self.users().named(name)
        if found is None and self.request.user is None and not is_id(name):
            return self.made_on_the_spot(name)
        if found is None or self.request.user not in (None, found):
            raise not_found("user")
        return found

    def made_on_the_spot(self, name):
        if not NAMED.fullmatch(name):
            raise invalid("user_id", "must be 1 to 128 of A–Z a–z 0–9 _ . : @ -")
        return self.make_user(name, goes_by_external_id=True)[0]


class OneConversation(Raven):
    def get(self, request, conversation):
        return self.one(self.conversation(conversation))

    def patch(self, request, conversation):
        """Changes what is named; metadata are replaced."""
        fields = self.payload(ConversationChange)
        found = self.conversation(conversation, write=True)
        with transaction.atomic():
            locked = found.locked()
            locked.change(**fields)
        locked.owner = found.owner
        return self.one(locked)

    def delete(self, request, conversation):
        """The vendor has no such call; here nobody shall be kept from erasing what they wrote."""
        self.erase(self.conversation(conversation))
        return HttpResponse(status=204)

    def one(self, conversation):
        return self.answer(spell(conversation, user_id_of(conversation.owner)))


def is_id(text):
    try:
        return bool(decode(User.PREFIX, text))
    except ValueError:
        return False
