from django.db import transaction

from api.openai.dialect import OpenAI
from api.openai.queries import limit_of, newest_first, unknown_cursor
from api.openai.refusals import check_type, wrong_value
from api.openai.serializers.conversations import COLUMNS, kept, metadata_of, spell_conversation, title_in
from api.openai.serializers.items import items_of
from conversations.models import Conversation, Tombstone
from lib.walks import UnknownPlaceError, Walk


class ConversationView(OpenAI):
    """What the resources of conversations share."""

    def object(self):
        body = self.body()
        check_type(body, dict, "body")
        return body

    def one(self, conversation):
        return self.answer(spell_conversation(*(getattr(conversation, name) for name in COLUMNS)))


class Conversations(ConversationView):
    def get(self, request):
        """What the caller owns, newest first: OpenAI has no such list, Azure has this one."""
        query = request.GET
        limit, descending, cursors = limit_of(query), newest_first(query), self.cursors(query)
        walk = Walk(
            Conversation.objects.visible_to(request.user, own=True).values_list(*COLUMNS),
            [
                Conversation.objects.visible_to(request.user),
                Tombstone.objects.of(Conversation, owner_id=request.user.pk),
            ],
        )
        # Whoever asks what stands before a row walks away from it, and reads the page from its end.
        backwards = "before" in cursors
        try:
            page = walk.page(
                sort="created_at",
                descending=descending != backwards,
                after=next(iter(cursors.values()), None),
                limit=limit,
                counted=False,
            )
        except UnknownPlaceError:
            raise unknown_cursor(*cursors) from None
        rows = page.rows[::-1] if backwards else page.rows
        return self.page([spell_conversation(*row) for row in rows], has_more=page.has_more)

    def cursors(self, query):
        """{after or before: the id it says}: one of them, or none."""
        given = {name: query[name] for name in ("after", "before") if query.get(name)}
        if len(given) > 1:
            raise wrong_value("before", "after is given already.")
        try:
            return {name: self.decode(Conversation.PREFIX, spelled) for name, spelled in given.items()}
        except ValueError:
            raise unknown_cursor(*given) from None

    def post(self, request):
        """A new conversation, with its first items where they are sent along."""
        body = self.object()
        metadata, items = metadata_of(body), items_of(body, required=False)
        with transaction.atomic():
            conversation = Conversation.objects.start(request.user, title=title_in(metadata), metadata=metadata)
            conversation.append_all(items)
        return self.one(conversation)


class OneConversation(ConversationView):
    def get(self, request, conversation):
        return self.one(self.conversation(conversation))

    def post(self, request, conversation):
        """Other metadata in place of all there is."""
        metadata = metadata_of(self.object(), required=True)
        found = self.conversation(conversation, write=True)
        with transaction.atomic():
            locked = found.locked()
            changes = {"metadata": kept(metadata, locked.metadata)}
            if not locked.title and (title := title_in(metadata)):
                changes["title"] = title
            locked.change(**changes)
        return self.one(locked)

    def delete(self, request, conversation):
        """With everything in it, for good, in every dialect."""
        found = self.conversation(conversation)
        self.erase(found)
        return self.answer({"id": found.typeid, "object": "conversation.deleted", "deleted": True})
