from django.urls import path, re_path

from api.dialect import NoSuchEndpoint
from api.v1.dialect import V1
from api.v1.views import (
    archives,
    attachments,
    bookmarks,
    branches,
    context,
    conversations,
    items,
    metadata,
    notes,
    pins,
    schema,
    search,
    shares,
    tags,
)


class NotFound(NoSuchEndpoint, V1):
    schema = None


urlpatterns = [
    path("conversations", conversations.Conversations.as_view()),
    path("conversations/bulk-delete", conversations.BulkDelete.as_view()),
    path("conversations/<conversation>", conversations.OneConversation.as_view()),
    path("conversations/<conversation>/items", items.Items.as_view()),
    path("conversations/<conversation>/items/by-call-id/<call_id>", items.ByCallId.as_view()),
    path("conversations/<conversation>/items/<item>", items.OneItem.as_view()),
    path("conversations/<conversation>/items/<item>/edit", items.Edit.as_view()),
    path("conversations/<conversation>/items/<item>/versions", items.Versions.as_view()),
    path("conversations/<conversation>/items/<item>/bookmark", bookmarks.BookmarkOfItem.as_view()),
    path("conversations/<conversation>/items/<item>/notes", notes.NotesOfItem.as_view()),
    path("conversations/<conversation>/items/<item>/share", shares.ShareOfItem.as_view()),
    path("conversations/<conversation>/items/<item>/attachments", attachments.AttachmentsOfItem.as_view()),
    path("conversations/<conversation>/attachments", attachments.AttachmentsOfConversation.as_view()),
    path("conversations/<conversation>/attachments/<attachment>", attachments.OneAttachment.as_view()),
    path("conversations/<conversation>/attachments/<attachment>/content", attachments.Content.as_view()),
    path("conversations/<conversation>/branches", branches.Branches.as_view()),
    path("conversations/<conversation>/branches/<branch>", branches.OneBranch.as_view()),
    path("conversations/<conversation>/branches/<branch>/activate", branches.Activate.as_view()),
    path("conversations/<conversation>/context", context.Context.as_view()),
    path("conversations/<conversation>/metadata", metadata.Metadata.as_view()),
    path("conversations/<conversation>/tags", tags.TagsOfConversation.as_view()),
    path("conversations/<conversation>/tags/<tag>", tags.TagOfConversation.as_view()),
    path("conversations/<conversation>/pin", pins.Pin.as_view()),
    path("conversations/<conversation>/archive", archives.Archive.as_view()),
    path("conversations/<conversation>/notes", notes.NotesOfConversation.as_view()),
    path("conversations/<conversation>/share", shares.Share.as_view()),
    path("conversations/<conversation>/share/<share>", shares.ShareAsTheGuideSays.as_view()),
    path("conversations/<conversation>/shares", shares.SharesOfConversation.as_view()),
    path("conversations/<conversation>/shares/<share>", shares.ShareOfConversation.as_view()),
    path("shares", shares.Shares.as_view()),
    path("shares/<share>", shares.OneShare.as_view()),
    path("public/shares/<share>", shares.PublicShare.as_view(), name="v1_public_share"),
    path("tags", tags.Tags.as_view()),
    path("tags/<tag>", tags.OneTag.as_view()),
    path("bookmarks", bookmarks.Bookmarks.as_view()),
    path("notes/<note>", notes.OneNote.as_view()),
    path("search", search.Search.as_view()),
    path("schema", schema.Schema.as_view(), name="v1_schema"),
    path("docs", schema.Swagger.as_view(), name="v1_docs"),
    re_path("", NotFound.as_view()),
]
