from django.urls import path, re_path

from api.dialect import NoSuchEndpoint
from api.v1.dialect import V1
from api.v1.views import branches, conversations, items, schema


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
    path("conversations/<conversation>/branches", branches.Branches.as_view()),
    path("conversations/<conversation>/branches/<branch>", branches.OneBranch.as_view()),
    path("conversations/<conversation>/branches/<branch>/activate", branches.Activate.as_view()),
    path("schema", schema.Schema.as_view(), name="v1_schema"),
    path("docs", schema.Swagger.as_view(), name="v1_docs"),
    re_path("", NotFound.as_view()),
]
