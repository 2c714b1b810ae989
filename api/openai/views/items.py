from api.openai.queries import check_include, limit_of, newest_first, unknown_cursor
from api.openai.serializers.items import items_of
from api.openai.serializers.spelling import spell_item
from api.openai.views.conversations import ConversationView
from api.problem import not_found
from conversations import paths
from conversations.refusals import DuplicateMessage
from lib.typeid import decode_any


class ItemView(ConversationView):
    """What the resources of items share. An id's prefix tells readers what it names; to us only the rest does."""

    def named(self, conversation, spelled):
        found = conversation.message_named(spelled, read=decode_any)
        if found is None:
            raise not_found("item")
        return found

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        check_include(request.GET)


class Items(ItemView):
    def get(self, request, conversation):
        """The active branch, newest first unless asked otherwise."""
        query = request.GET
        limit, descending = limit_of(query), newest_first(query)
        found = self.conversation(conversation)
        after = self.place(found, query["after"]) if query.get("after") else None
        page = paths.page(found, found.tip_position, after=after, limit=limit, newest_first=descending)
        rows = paths.items_at(found, page.positions)
        return self.page([spell_item(row) for row in rows], has_more=page.has_more)

    def place(self, conversation, spelled):
        place = None if "\x00" in spelled else paths.position_of(conversation, spelled, read=decode_any)
        if place is None:
            raise unknown_cursor("after")
        return place

    def post(self, request, conversation):
        """Up to 20 items: all of them or none."""
        items = [item | {"author": request.user.pk} for item in items_of(self.object())]
        found = self.conversation(conversation, write=True)
        refuse_own(found, items)
        rows = paths.items_named(found, found.append_all(items))
        return self.page([spell_item(row) for row in rows])


class OneItem(ItemView):
    def get(self, request, conversation, item):
        """One item, from any branch."""
        found = self.conversation(conversation)
        rows = paths.items_named(found, [self.named(found, item).pk])
        if not rows:  # deleted since it was looked up
            raise not_found("item")
        return self.answer(spell_item(rows[0]))

    def delete(self, request, conversation, item):
        """Only this item; what followed is joined to what came before it. The answer is the conversation."""
        found = self.conversation(conversation)
        message = self.named(found, item)
        self.check_may_delete(message)
        message.remove()
        return self.one(found)


def refuse_own(conversation, items):
    """An item that was read here and is sent again would be there twice, under one id. Raises DuplicateMessage."""
    ours = []
    for item in items:
        try:
            ours.append(decode_any(item["external_id"] or ""))
        except ValueError:
            continue  # the client's own id, whose constraint looks after it
    if ours and conversation.messages.filter(pk__in=ours).exists():
        raise DuplicateMessage
