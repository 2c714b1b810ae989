from django.urls import path, re_path

from api.dialect import NoSuchEndpoint
from api.openai.dialect import OpenAI
from api.openai.views import conversations, items


class NotFound(NoSuchEndpoint, OpenAI):
    pass


urlpatterns = [
    path("conversations", conversations.Conversations.as_view()),
    path("conversations/<conversation>", conversations.OneConversation.as_view()),
    path("conversations/<conversation>/items", items.Items.as_view()),
    path("conversations/<conversation>/items/<item>", items.OneItem.as_view()),
    re_path("", NotFound.as_view()),
]
