from django.db.models.functions import Left

from api import specification as spec
from api.v1.dialect import V1
from api.v1.serializers.bookmarks import (
    BookmarkSerializer,
    ListedBookmarkSerializer,
    spell_bookmark,
    spell_listed,
)
from api.v1.views.items import ItemView
from conversations import limits
from conversations.models import Bookmark, Tombstone


class Bookmarks(V1):
    @spec.described(answers={200: spec.listed(ListedBookmarkSerializer)}, query=spec.walked(Bookmark.PREFIX))
    def get(self, request):
        """The caller's bookmarks, newest first, in every conversation that they still see."""
        rows = Bookmark.objects.visible_to(request.user).select_related("conversation", "message")
        rows = rows.only("created_at", "conversation__title", "message__external_id", "message__role")
        rows = rows.annotate(beginning=Left("message__text", 4 * limits.PREVIEW))
        return self.newest_first(rows, spell_listed, gone=Tombstone.objects.of(Bookmark, owner_id=request.user.pk))


class BookmarkOfItem(ItemView):
    @spec.described(answers={200: BookmarkSerializer})
    def put(self, request, conversation, item):
        """Bookmarks an item, for the caller. Once there, it stays as it is."""
        _, message = self.message(conversation, item)
        return self.answer(spell_bookmark(message.bookmark(request.user), message))

    @spec.described(answers={200: spec.deleted("bookmark.deleted")})
    def delete(self, request, conversation, item):
        """Takes the bookmark away, where there is one. `id` is the item's."""
        _, message = self.message(conversation, item)
        message.remove_bookmark(request.user)
        return self.answer({"id": message.shown_id, "object": "bookmark.deleted", "deleted": True})
