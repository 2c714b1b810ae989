from django.urls import path, re_path

from api.dialect import NoSuchEndpoint
from api.orq.dialect import Orq
from api.orq.views import conversations, names


class NotFound(NoSuchEndpoint, Orq):
    pass


urlpatterns = [
    # With a slash and without: one and the same client lists with it and creates without it.
    path("conversations", conversations.Conversations.as_view()),
    path("conversations/", conversations.Conversations.as_view()),
    path("conversations/<conversation>", conversations.OneConversation.as_view()),
    path("conversations/<conversation>/generate-name", names.GenerateName.as_view()),
    re_path("^conversations(/|$)", NotFound.as_view()),
]
