from django.db import transaction
from django.http import HttpResponse

from api.orq.dialect import Orq
from api.orq.serializers.conversations import COLUMNS, ConversationChange, ConversationInput, spell
from api.orq.serializers.messages import spell_messages
from api.problem import invalid
from api.queries import text_of, whole_of
from conversations import paths
from conversations.models import Conversation, Tombstone
from lib.walks import Walk

MESSAGES = 1_000  # the newest, inside a conversation's answer


class Conversations(Orq):
    def get(self, request):
        """What the caller owns, newest first; behind one of them, or the page before one."""
        query, user = request.GET, request.user
        limit = whole_of(query, "limit", default=10, lowest=1, highest=100)
        older, newer = self.place("starting_after", "startingAfter"), self.place("ending_before", "endingBefore")
        if older and newer:
            raise invalid("ending_before", "cannot stand beside starting_after.")
        found = mine = Conversation.objects.visible_to(user, own=True)
        if entity := text_of(query, "entityId"):
            found = found.filter(metadata__entityId=entity)
        walk = Walk(
            found.values_list(*COLUMNS, named=True), [mine, Tombstone.objects.of(Conversation, owner_id=user.pk)]
        )
        try:
            page = walk.page(sort="created_at", descending=not newer, after=older or newer, limit=limit, counted=False)
        except ValueError:
            raise invalid("The cursor", "is no conversation of this list.", code="invalid_cursor") from None
        rows = page.rows[::-1] if newer else page.rows
        return self.answer({"object": "list", "data": list(map(spell, rows)), "has_more": page.has_more})

    def place(self, *names):
        """The id that a cursor spells, whichever generation of the client calls it so. Raises Problem (400)."""
        spelled = next((self.request.GET[name] for name in names if name in self.request.GET), None)
        try:
            return None if spelled is None else self.decode(Conversation.PREFIX, spelled)
        except ValueError:
            raise invalid(names[0], "is no id of a conversation.", code="invalid_cursor") from None

    def post(self, request):
        fields = self.payload(ConversationInput)
        return self.answer(spell(Conversation.objects.start(request.user, **fields)), 201)


class OneConversation(Orq):
    def get(self, request, conversation):
        """With the messages of its active branch, oldest first."""
        found = self.conversation(conversation)
        page = paths.page(found, found.tip_position, limit=MESSAGES, newest_first=True)
        items = paths.items_at(found, page.positions[::-1])
        return self.answer(spell(found) | {"messages": spell_messages(found, items)})

    def patch(self, request, conversation):
        """Changes what is named; of the metadata only the keys that are named."""
        fields = self.payload(ConversationChange)
        found = self.conversation(conversation, write=True)
        with transaction.atomic():
            if "title" in fields:
                found.rename(fields["title"])
            if "metadata" in fields:
                found.set_metadata(fields["metadata"], merge=True)
        return self.answer(spell(found))

    def delete(self, request, conversation):
        self.erase(self.conversation(conversation))
        return HttpResponse(status=204)
